// How long the head of a socket's receive queue has waited.
//
// The kernel can say of each datagram when it arrived, but reading the clock for it and handing it over costs
// 3 % of a busy core (tests/bench/README.md). A worker that is never without datagrams and never late does
// without: it asks now and then how much is queued, and once that much has been received, what comes next
// arrived after the question. While this bound is low nobody needs to know more. When it is not, or when the
// socket runs empty and its worker sleeps for it knows not how long, stamps are switched on again: switching
// rewrites code of the kernel, so they stay for a tenth of a second at least.
#pragma once

#include <cstdint>
#include <optional>

#include "dns/base/clock.h"

namespace signpost {

/// One socket's; its worker's thread.
class QueueAge {
 public:
  static constexpr Duration kUnworried = std::chrono::milliseconds(5);  // a head's age by its stamp
  static constexpr Duration kBusy = std::chrono::milliseconds(100);     // without an older or empty queue
  /// A bound is looser than a stamp: by up to twice the time that what is queued takes.
  static constexpr Duration kWorried = std::chrono::milliseconds(25);

  explicit QueueAge(int udp) noexcept;

  /// After each batch of `count` datagrams: the age of its head. Without stamps: what it is at most. nullopt:
  /// nobody knows, or the wall clock was set. `stamped` is the age that the head's own stamp gives.
  std::optional<Duration> observe(std::optional<Duration> stamped, unsigned count, Monotonic now) noexcept;
  /// The socket had nothing more.
  void empty() noexcept;

  bool stamping() const noexcept { return stamping_; }

 private:
  bool mark(Monotonic now) noexcept;
  void stamp(bool on) noexcept;

  int udp_;
  bool stamping_ = false;
  std::optional<Monotonic> busy_since_;
  // Without stamps.
  Monotonic arrived_after_{};  // what is received now; zero: nobody knows
  Monotonic marked_{};
  std::int64_t queued_ = 0;  // at most, of what had arrived at the mark
};

}  // namespace signpost
