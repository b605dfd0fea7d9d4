#include "dns/base/log.h"

#include <atomic>
#include <mutex>
#include <string>

#include <unistd.h>

#include "dns/base/clock.h"
#include "dns/base/log_limit.h"
#include "dns/base/log_line.h"
#include "dns/base/log_sink.h"

namespace signpost::log {
namespace {

std::atomic<Level> current_level{Level::Info};
std::atomic<Format> current_format{Format::Text};

/// The one way to stderr. Formatting, a system call that never waits, and nothing else happens under the
/// lock.
class Writer {
 public:
  void event(Level level, std::string_view event, Fields fields) {
    const std::lock_guard lock(mutex_);
    if (limit_.admits(event, system_clock().now())) write(level, event, fields);
  }

  void settle() {
    const std::lock_guard lock(mutex_);
    for (const auto& [kind, count] : limit_.settle(system_clock().now()))
      write(Level::Warning, "log.left_out", {{"kind", kind}, {"lines", count}});
    if (untold_ > 0) tell_lost();
  }

  Counts counts() {
    const std::lock_guard lock(mutex_);
    auto counts = counts_;
    counts.left_out = limit_.left_out();
    return counts;
  }

 private:
  void write(Level level, std::string_view event, Fields fields) {
    if (untold_ > 0 && !tell_lost()) return lose();
    if (!put(level, event, fields)) lose();
  }

  bool put(Level level, std::string_view event, Fields fields) {
    const auto format = current_format.load(std::memory_order_relaxed);
    if (!sink_.write(format_line(format, system_clock().wall(), level, event, fields))) return false;
    ++counts_.written[static_cast<std::size_t>(level)];
    return true;
  }

  bool tell_lost() {
    if (!put(Level::Warning, "log.lost", {{"lines", untold_}})) return false;
    untold_ = 0;
    return true;
  }

  void lose() {
    ++untold_;
    ++counts_.lost;
  }

  std::mutex mutex_;
  Sink sink_{STDERR_FILENO};
  KindLimit limit_;
  Counts counts_;
  std::uint64_t untold_ = 0;  // lost since the last line that was not
};

/// Never destroyed: threads may write until the process is gone.
Writer& writer() {
  static auto* const one = new Writer;
  return *one;
}

}  // namespace

void set_level(Level level) noexcept { current_level.store(level, std::memory_order_relaxed); }
Level level() noexcept { return current_level.load(std::memory_order_relaxed); }
void set_format(Format format) noexcept { current_format.store(format, std::memory_order_relaxed); }

void event(Level level, std::string_view event, Fields fields) {
  if (level < current_level.load(std::memory_order_relaxed)) return;
  writer().event(level, event, fields);
}

void settle() { writer().settle(); }
Counts counts() { return writer().counts(); }

}  // namespace signpost::log
