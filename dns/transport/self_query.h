// How a worker is asked whether it still answers: by a query over a UDP socket of its own.
//
// The sockets that clients use will not do. With SO_REUSEPORT nobody can say which worker a query goes to;
// their queues are full under overload, when an end by the watchdog would be the last thing that helps; and
// access rules and rate limits apply there. So each worker has one socket more, on loopback, connected to
// its asker, whom nobody else can speak for. It is read, parsed, answered and sent from as all others are.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"
#include "dns/transport/file_descriptor.h"

namespace signpost {

/// The asker's end, and the worker's until that is taken.
class SelfQuery {
 public:
  /// nullptr-like (is_open() false) where there is no loopback.
  explicit SelfQuery(const Clock& clock);

  bool is_open() const noexcept { return static_cast<bool>(asker_); }
  int worker_socket() const noexcept { return worker_.get(); }
  const SocketAddress& worker_address() const noexcept { return address_; }

  /// Any thread, never waits: ". SOA" is on its way; false: the kernel did not take it.
  bool ask() noexcept;
  /// Any thread: when the latest question was asked that has its answer.
  Monotonic answered() noexcept;
  /// As if it had been asked and had answered now; for a worker that begins.
  void forget() noexcept;

 private:
  static constexpr std::uint16_t kRemembered = 64;  // questions under way; older ones have no answer any more
  const Clock& clock_;
  FileDescriptor asker_, worker_;
  SocketAddress address_;
  std::mutex mutex_;
  std::uint16_t next_id_ = 0;
  std::array<Monotonic, kRemembered> asked_{};
  Monotonic answered_{};
};

}  // namespace signpost
