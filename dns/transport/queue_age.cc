#include "dns/transport/queue_age.h"

#include <array>
#include <cstddef>

#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

namespace signpost {

namespace {

constexpr Duration kBelievable = std::chrono::minutes(1);

/// The least that the kernel books for a datagram: an sk_buff and its head, however short the query is.
constexpr std::int64_t kOctetsQueued = 768;

}  // namespace

QueueAge::QueueAge(int udp) noexcept : udp_(udp) { stamp(true); }

std::optional<Duration> QueueAge::observe(std::optional<Duration> stamped, unsigned count,
                                          Monotonic now) noexcept {
  if (stamping_) {
    if (!stamped || *stamped < Duration{} || *stamped > kBelievable) return std::nullopt;
    if (*stamped > kUnworried) busy_since_.reset();
    if (!busy_since_) busy_since_ = now;
    if (now - *busy_since_ < kBusy || *stamped > kUnworried) return stamped;
    arrived_after_ = now - *stamped;
    if (mark(now)) stamp(false);
    return stamped;
  }
  if (arrived_after_ == Monotonic{}) {  // a kernel that stamps nothing
    stamp(true);
    return std::nullopt;
  }
  const auto most = now - arrived_after_;
  queued_ -= count;
  bool known = most <= kWorried;
  if (known && queued_ <= 0) {
    arrived_after_ = marked_;
    known = mark(now);
  }
  if (!known) {
    stamp(true);
    arrived_after_ = {};
  }
  return most;
}

/// What is in the queue now. The kernel books a little more than there is: then the bound is looser.
bool QueueAge::mark(Monotonic now) noexcept {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (::getsockopt(udp_, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return false;
  queued_ = memory[SK_MEMINFO_RMEM_ALLOC] / kOctetsQueued + 1;
  marked_ = now;
  return true;
}

void QueueAge::empty() noexcept { stamp(true); }

/// Unlike SO_TIMESTAMPNS, this can be taken back: then the kernel reads no clock for arriving datagrams.
void QueueAge::stamp(bool on) noexcept {
  busy_since_.reset();
  if (stamping_ == on) return;
  const int flags = on ? SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE : 0;
  if (::setsockopt(udp_, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0) stamping_ = on;
}

}  // namespace signpost
