#include "dns/base/random.h"

#include <bit>
#include <cassert>
#include <cstdlib>

#include <sys/random.h>

namespace signpost {

void fill_from_kernel(std::span<std::uint8_t> octets) noexcept {
  assert(octets.size() <= 256);
  // That few never come short (getrandom(2)); only EINTR before the pool is ready can fail.
  while (getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
  }
}

Random::Random(std::uint64_t seed) noexcept {
  for (auto& word : state_) {  // splitmix64, as the generator's authors advise: never an all-zero state
    seed += 0x9e3779b97f4a7c15;
    auto mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    word = mixed ^ (mixed >> 31);
  }
}

Random Random::from_kernel() noexcept {
  std::array<std::uint8_t, sizeof(std::uint64_t)> octets;
  fill_from_kernel(octets);
  return Random(std::bit_cast<std::uint64_t>(octets));
}

}  // namespace signpost
