#include "zones/table/abreast.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "dns/base/background.h"

namespace signpost {
namespace {

/// Drafted by one thread in one go: some 100 us, so that asking for the next costs nothing beside it.
constexpr std::size_t kRun = 16;
constexpr std::size_t kRunsMost = kDraftsMost / kRun;
constexpr std::size_t kThreadsMost = 4;

/// Hands out runs of drafts, and knows which are done. Nobody is woken who would only look and sleep again.
class Runs {
 public:
  explicit Runs(std::size_t count) : count_((count + kRun - 1) / kRun) {}

  std::size_t count() const noexcept { return count_; }

  /// A helper's next run, once there is room for it; count(): there is none any more.
  std::size_t next() {
    std::unique_lock lock(mutex_);
    ++helpers_waiting_;
    room_.wait(lock, [this] { return given_ == count_ || has_room(); });
    --helpers_waiting_;
    return given_ == count_ ? count_ : given_++;
  }

  void done(std::size_t run) {
    const std::lock_guard lock(mutex_);
    done_[run % kRunsMost] = true;
    if (run == awaited_) drafted_.notify_one();
  }

  /// The taker's: waits until that run is done, or gives another one (less than count()) to draft meanwhile.
  std::size_t wait_for(std::size_t run) {
    std::unique_lock lock(mutex_);
    if (!done_[run % kRunsMost] && has_room()) return given_++;
    awaited_ = run;
    drafted_.wait(lock, [&] { return done_[run % kRunsMost]; });
    awaited_ = kNone;
    return count_;
  }

  void taken(std::size_t run) {
    const std::lock_guard lock(mutex_);
    done_[run % kRunsMost] = false;
    taken_ = run + 1;
    if (helpers_waiting_ > 0) room_.notify_all();
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};

  bool has_room() const noexcept { return given_ < count_ && given_ < taken_ + kRunsMost; }

  const std::size_t count_;
  std::mutex mutex_;
  std::condition_variable room_, drafted_;
  std::size_t given_ = 0, taken_ = 0, awaited_ = kNone;
  unsigned helpers_waiting_ = 0;
  std::array<bool, kRunsMost> done_{};
};

}  // namespace

std::size_t threads_abreast() noexcept {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kThreadsMost);
}

void draft_abreast(std::size_t count, const char* name, const std::function<void(std::size_t)>& draft,
                   const std::function<void(std::size_t)>& take) {
  Runs runs(count);
  const auto each = [count](std::size_t run, const std::function<void(std::size_t)>& act) {
    const auto end = std::min((run + 1) * kRun, count);
    for (auto i = run * kRun; i < end; ++i) act(i);
  };
  const auto help = [&] {
    begin_background_thread(name);
    for (auto run = runs.next(); run < runs.count(); run = runs.next()) {
      each(run, draft);
      runs.done(run);
    }
  };
  std::vector<std::thread> helpers;
  try {
    for (std::size_t t = 1; t < std::min(threads_abreast(), runs.count()); ++t) helpers.emplace_back(help);
  } catch (const std::system_error&) {  // no more threads here (a limit of processes): those there are do it
  }
  for (std::size_t run = 0; run < runs.count(); ++run) {
    for (auto other = runs.wait_for(run); other < runs.count(); other = runs.wait_for(run)) {
      each(other, draft);
      runs.done(other);
    }
    each(run, take);
    runs.taken(run);
  }
  for (auto& helper : helpers) helper.join();
}

}  // namespace signpost
