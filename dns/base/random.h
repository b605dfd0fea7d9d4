// One generator for each thread that draws: xoshiro256++ (Blackman and Vigna 2018; 32 octets of state,
// where mt19937_64 has 2,500). Not for secrets: what strangers must not guess comes from getrandom(2).
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace signpost {

/// Octets that nobody can guess, for secrets (getrandom(2)). At most 256.
void fill_from_kernel(std::span<std::uint8_t> octets) noexcept;

/// Not shared between threads.
class Random {
 public:
  using result_type = std::uint64_t;

  /// The same seed gives the same draws: for tests, which print it.
  explicit Random(std::uint64_t seed) noexcept;
  static Random from_kernel() noexcept;

  std::uint64_t next() noexcept {
    const auto result = rotate(state_[0] + state_[3], 23) + state_[0];
    const auto shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// Uniform in [0, bound), exactly: multiply and reject the short remainder (Lemire 2019). bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept {
    __extension__ using Wide = unsigned __int128;
    auto product = static_cast<Wide>(next()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const auto reject = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < reject) product = static_cast<Wide>(next()) * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return ~result_type{0}; }
  result_type operator()() noexcept { return next(); }

 private:
  static constexpr std::uint64_t rotate(std::uint64_t value, int by) noexcept {
    return (value << by) | (value >> (64 - by));
  }

  std::array<std::uint64_t, 4> state_;
};

}  // namespace signpost
