#include "dns/base/random.h"

#include <cstdlib>

#include <sys/random.h>

namespace signpost {

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
  std::uint64_t seed = 0;
  // 8 octets never come short (getrandom(2)); only EINTR before the pool is ready can fail.
  while (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
  }
  return Random(seed);
}

}  // namespace signpost
