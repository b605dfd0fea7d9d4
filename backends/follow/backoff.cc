#include "backends/follow/backoff.h"

#include <algorithm>

namespace signpost::follow {

Duration Backoff::next(Random& random) noexcept {
  const auto ceiling = std::min(ceiling_, cap_);
  ceiling_ = std::min(ceiling * 2, cap_);
  return Duration(static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1)));
}

}  // namespace signpost::follow
