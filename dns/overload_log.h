// Says in the log when queries begin to be lost to overload or to rate limits, and when that is over.
#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "dns/query/counters.h"

namespace signpost {

/// Times of trouble in a number that only grows. They end after ten looks at which it did not.
class Trouble {
 public:
  enum class Event { None, Begins, Ends };
  /// Once a second.
  Event look(std::uint64_t total) noexcept;
  /// What this time of trouble has brought so far.
  std::uint64_t count() const noexcept { return last_ - begun_at_; }

 private:
  std::uint64_t last_ = 0, begun_at_ = 0;
  int quiet_ = 0;
  bool on_ = false;
};

/// Looks at the counters once a second, so that no worker ever writes a line. The main thread's.
class OverloadLog {
 public:
  OverloadLog(boost::asio::io_context& control, std::function<CounterTotals()> counters);

 private:
  void wait();
  boost::asio::steady_timer timer_;
  std::function<CounterTotals()> counters_;
  Trouble too_old_, limited_;
};

}  // namespace signpost
