// A service manager's watchdog: fed only while every worker lives.
#pragma once

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace signpost {

class Notifier;
class Program;

/// Main thread. A worker that hangs, or a main thread that does, ends the feeding, and the manager starts the
/// program anew; registries never do. Three signs of life in each period, so that one may come late. Does
/// nothing where the manager keeps no watchdog.
class Watchdog {
 public:
  /// Both outlive it; the program has started.
  Watchdog(boost::asio::io_context& control, Program& program, const Notifier& manager);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void ask();

  Program& program_;
  const Notifier& manager_;
  std::chrono::microseconds period_{0};  // of asking
  boost::asio::steady_timer timer_;
};

}  // namespace signpost
