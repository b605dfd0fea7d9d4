// How long to wait before trying again: exponential with full jitter, so that a thousand clients of one
// server that came back do not come back together (K13, K36).
#pragma once

#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::follow {

/// Pure: no clock, no timer. One owner.
class Backoff {
 public:
  /// The n-th wait is drawn from [0, min(cap, first * 2^n)]. Both are positive.
  Backoff(Duration first, Duration cap) noexcept : first_(first), cap_(cap), ceiling_(first) {}

  /// Draws the next wait and doubles the ceiling.
  Duration next(Random& random) noexcept;
  /// After success: the next wait is short again.
  void reset() noexcept { ceiling_ = first_; }
  /// The largest wait that next() may draw now.
  Duration ceiling() const noexcept { return ceiling_; }

 private:
  Duration first_;
  Duration cap_;
  Duration ceiling_;
};

}  // namespace signpost::follow
