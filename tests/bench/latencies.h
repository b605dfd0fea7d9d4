// Latencies in buckets of 1/16 of a power of two: any percentile within 6 %, in 8 KiB.
#pragma once

#include <array>
#include <cstdint>

namespace signpost::bench {

class Latencies {
 public:
  void add(std::uint64_t nanoseconds) noexcept;
  /// Nanoseconds below which `share` (0 to 1) of them are; 0 when there are none.
  std::uint64_t percentile(double share) const noexcept;

 private:
  static constexpr unsigned kSteps = 16;
  std::array<std::uint64_t, 64 * kSteps> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace signpost::bench
