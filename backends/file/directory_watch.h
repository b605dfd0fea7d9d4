// Tells when files may have changed: inotify on their directories, so that an editor's rename and a
// ConfigMap's swap of the `..data` link are seen as well as a write in place (operations.md 1 and 6.2), and a
// slow poll for what inotify does not see (network file systems, a lost event).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "dns/base/clock.h"

namespace signpost::file {

/// How long a burst of changes is waited for: until nothing happened for `quiet`, at most `at_most` after the
/// first change. `poll` wakes without any change.
struct WatchTimes {
  std::chrono::milliseconds quiet{60};
  std::chrono::milliseconds at_most{500};
  std::chrono::milliseconds poll{30000};
};

/// When a burst of changes has settled. Pure: the caller brings the time.
class Settle {
 public:
  explicit Settle(WatchTimes times) : times_(times) {}
  void changed(Monotonic now);
  /// When to look at the files; nullopt while nothing has changed.
  std::optional<Monotonic> due() const;
  void clear() { first_.reset(); }

 private:
  WatchTimes times_;
  std::optional<Monotonic> first_;
  Monotonic last_{};
};

/// One executor, one wait() at a time. Says that something happened in a directory, not what: the caller
/// reads its files and compares.
class DirectoryWatch {
 public:
  /// Watches the directories of `paths`, and those of the files behind them when they are links. A directory
  /// that does not exist yet is tried again at each wait().
  DirectoryWatch(boost::asio::any_io_executor executor, const Clock& clock, std::vector<std::string> paths,
                 WatchTimes times = {});
  ~DirectoryWatch();

  /// Changes from the next wait() on what is watched.
  void set_paths(std::vector<std::string> paths);

  /// Returns after a settled burst of changes, or after a poll interval without any. A change between two
  /// calls is not lost. Throws boost::system::system_error(operation_aborted) when cancelled, nothing else.
  boost::asio::awaitable<void> wait();
  /// On the executor: has the wait() under way, or the next one, return at once.
  void wake();

 private:
  class Inotify;
  std::unique_ptr<Inotify> inotify_;
};

}  // namespace signpost::file
