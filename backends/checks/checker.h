// Asks instances whether they are there, on the I/O thread: the shell of plan.h.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/checks/plan.h"

namespace boost::asio {
class io_context;
}

namespace signpost::checks {

/// What is asked, and nothing else, comes from want(). Reports only what changed.
class Checker {
 public:
  /// `report` is called on the context's thread. Both outlive it, as does the clock.
  Checker(boost::asio::io_context& context, const Clock& clock, std::function<void(const Change&)> report);
  ~Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  /// Any thread.
  void limit(Limits limits);
  /// Any thread: all targets of `who` from now on, none to let go of it. A target that nobody has any more is
  /// forgotten; who wants it again starts anew.
  void want(std::string who, std::vector<Target> targets);
  /// On the context's thread: nothing is asked or reported any more.
  void stop();
  /// Any thread; at most a second old.
  Counts counts() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace signpost::checks
