// How long a socket's receive queue may be, so that what reaches its head is still worth an answer.
//
// A queue that is always full is as late as it is long: at ten times the load every query would reach the
// head at the same old age, to be answered late or thrown away, and throwing it away here costs half an
// answer. So a queue whose head gets old is made shorter: the kernel then turns away what would have come too
// late, before anybody was woken for it. Calm makes it longer again, up to what sits out a scheduling pause.
#pragma once

#include <chrono>
#include <optional>

#include "dns/base/clock.h"

namespace signpost {

/// One socket's. Its worker's thread; no system calls in here.
class QueueLength {
 public:
  static constexpr Duration kTarget = std::chrono::milliseconds(5);  // age at the head of a full queue
  static constexpr Duration kPatience =
      std::chrono::milliseconds(100);                                // with no younger head, until it acts
  static constexpr Duration kCalm = std::chrono::milliseconds(100);  // with no head over half of it
  static constexpr int kOctetsMin = 32 * 1024;                       // some 80 queries of 832 octets each

  /// `octets_max` is what the socket was opened with.
  explicit QueueLength(int octets_max) noexcept : octets_max_(octets_max), octets_(octets_max) {}

  /// With every batch: the age of its first datagram. A value: what SO_RCVBUF is to become.
  std::optional<int> observe(Duration head_age, Monotonic now) noexcept;
  /// The socket had nothing more: what comes next waits for a worker that sleeps or may not run, however
  /// long, and not behind a queue that stands. Only a queue that stands is too long.
  void empty() noexcept;

 private:
  int octets_max_, octets_;
  Monotonic changed_{};  // what arrived before says nothing about the present length
  Monotonic calm_since_{};
  std::optional<Monotonic> old_since_;  // no head within kTarget since then
  bool was_empty_ = true;               // before the next batch
};

}  // namespace signpost
