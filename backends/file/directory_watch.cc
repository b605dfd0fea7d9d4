#include "backends/file/directory_watch.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/inotify.h>
#include <unistd.h>

#include "dns/base/log.h"

namespace signpost::file {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

// Everything that can change what a path in the directory leads to or holds; not that somebody read it.
constexpr std::uint32_t kMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE |
                                IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/// The directory of `path`, and that of the file behind it: in a mounted ConfigMap both the link to `..data`
/// and what it names.
void add_directories(const std::string& path, std::set<std::string>& directories) {
  std::error_code error;
  const auto absolute = fs::absolute(path, error);
  if (error) return;
  directories.insert(absolute.parent_path().string());
  const auto real = fs::canonical(absolute, error);
  if (!error) directories.insert(real.parent_path().string());
}

}  // namespace

void Settle::changed(Monotonic now) {
  if (!first_) first_ = now;
  last_ = now;
}

std::optional<Monotonic> Settle::due() const {
  if (!first_) return std::nullopt;
  return std::min<Monotonic>(last_ + times_.quiet, *first_ + times_.at_most);
}

/// Without inotify (its limit of instances is small and shared, inotify(7)) only the poll remains.
class DirectoryWatch::Inotify {
 public:
  Inotify(const asio::any_io_executor& executor, const Clock& clock, std::vector<std::string> paths,
          WatchTimes times)
      : clock_(clock),
        paths_(std::move(paths)),
        times_(times),
        settle_(times),
        timer_(executor),
        events_(executor) {
    const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
      log::warning("watch.polls_only", {{"error", std::generic_category().message(errno)},
                                        {"seconds", times_.poll.count() / 1000}});
      return;
    }
    events_.assign(fd);
    watch_directories();
  }

  void set_paths(std::vector<std::string> paths) { paths_ = std::move(paths); }

  asio::awaitable<void> wait() {
    using namespace asio::experimental::awaitable_operators;
    const auto poll_at = clock_.now() + times_.poll;
    watch_directories();
    while (true) {
      if (drain()) settle_.changed(clock_.now());
      if (std::exchange(woken_, false)) break;
      const auto now = clock_.now();
      const auto until = settle_.due().value_or(poll_at);
      if (now >= until) break;
      timer_.expires_after(until - now);
      // Codes, not exceptions: two cancelled waits would be thrown as one exception that names neither. The
      // next co_await after a cancellation throws operation_aborted.
      constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
      if (events_.is_open()) {
        co_await (events_.async_wait(asio::posix::stream_descriptor::wait_read, kNoThrow) ||
                  timer_.async_wait(kNoThrow));
      } else {
        co_await timer_.async_wait(kNoThrow);
      }
    }
    settle_.clear();
  }

  void wake() {
    woken_ = true;
    timer_.cancel();
  }

 private:
  /// Adding a directory that is watched already changes nothing; one that was replaced gets a new watch.
  void watch_directories() {
    if (!events_.is_open()) return;
    std::set<std::string> wanted;
    for (const auto& path : paths_) add_directories(path, wanted);
    std::map<int, std::string> watched;
    for (const auto& directory : wanted) {
      const int watch = inotify_add_watch(events_.native_handle(), directory.c_str(), kMask);
      if (watch >= 0) watched.emplace(watch, directory);
    }
    for (const auto& [watch, directory] : watched_) {
      if (!watched.contains(watch)) inotify_rm_watch(events_.native_handle(), watch);
    }
    watched_ = std::move(watched);
  }

  /// Whether anything happened. What it was does not matter: the files are read again.
  bool drain() {
    if (!events_.is_open()) return false;
    alignas(inotify_event) char buffer[4096];
    bool any = false;
    while (true) {
      const auto count = read(events_.native_handle(), buffer, sizeof buffer);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return any;
      any = true;
    }
  }

  const Clock& clock_;
  std::vector<std::string> paths_;
  WatchTimes times_;
  Settle settle_;
  asio::steady_timer timer_;
  asio::posix::stream_descriptor events_;
  std::map<int, std::string> watched_;
  bool woken_ = false;
};

DirectoryWatch::DirectoryWatch(asio::any_io_executor executor, const Clock& clock,
                               std::vector<std::string> paths, WatchTimes times)
    : inotify_(std::make_unique<Inotify>(executor, clock, std::move(paths), times)) {}

DirectoryWatch::~DirectoryWatch() = default;

void DirectoryWatch::set_paths(std::vector<std::string> paths) { inotify_->set_paths(std::move(paths)); }

asio::awaitable<void> DirectoryWatch::wait() { return inotify_->wait(); }
void DirectoryWatch::wake() { inotify_->wake(); }

}  // namespace signpost::file
