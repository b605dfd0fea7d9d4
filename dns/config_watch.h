// Sees that the files of the configuration are others than those it was read from.
//
// The life of an edit: something happens in a directory that holds one of the files, or where a pattern of
// `include` could match another; when nothing more has happened for a second, the files are compared with
// what was read, and only a difference is told. So neither a touch nor a reload that came first by SIGHUP
// makes another one, and a file that was refused is tried again when it changes, not before.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost {

/// Everything on the executor's one thread.
class ConfigWatch {
 public:
  ConfigWatch(boost::asio::any_io_executor executor, const Clock& clock, std::function<void()> changed);
  ~ConfigWatch();

  /// What was read last, accepted or not. ReloadOn::Signal: nothing is told until the next call.
  void follow(config::Sources sources, config::ReloadOn reload);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signpost
