// What a service manager is told of this process: sd_notify(3)'s datagrams, sent by ourselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/socket.h>

#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost {

/// One thread. Without a manager every call does nothing. What cannot be sent is lost, signs of life and
/// status lines at once, the rest after a second: a manager that does not listen must not stop the program.
class Notifier {
 public:
  /// Nobody is told.
  Notifier() = default;
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment, so that
  /// nothing that we start speaks for us. The error is one line: an address that is none.
  static Result<Notifier> from_environment();

  Notifier(Notifier&& other) noexcept;
  Notifier& operator=(Notifier&& other) noexcept;
  ~Notifier();

  bool is_heard() const noexcept { return descriptor_ >= 0; }
  /// How long the manager waits for a sign of life before it ends us; nullopt: it does not.
  std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

  /// Every listener is open. Not "every registry is listed": a machine must not wait in its boot for a
  /// cluster that is down, and answers are SERVFAIL until then. `status` is a line for people.
  void ready(std::string_view status) const;
  void reloading(Monotonic now) const;
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;
  void alive() const;
  /// Lines of whom this process stands for, as they are.
  void pass_on(const std::string& lines) const;

  /// The manager is to keep copies of these sockets under that name, and hand them to whoever it starts after
  /// us (FDSTORE; it may not want to). Waits for the manager to listen, a second at most. `name` has no
  /// colon.
  void store(const std::string& name, std::span<const int> descriptors) const;
  /// It need not keep those any longer.
  void unstore(const std::string& name) const;

 private:
  void send(const std::string& message) const;
  /// Waits while the manager is busy, a second at most; no more after one that did not read in that time.
  void send_surely(const msghdr& message) const;
  void send_surely(std::string text) const;

  int descriptor_ = -1;          // connected
  mutable bool listens_ = true;  // it read in time
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace signpost
