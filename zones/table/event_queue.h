// What waits for the builder: registry events and questions, in the order in which they came.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "backends/registry/registry_sink.h"
#include "dns/base/clock.h"

namespace signpost {

struct BuilderEvent {
  enum class Kind : std::uint8_t {
    BeginList,
    Upsert,
    Mention,
    Erase,
    Forget,
    EndList,
    CaughtUp,
    LostContact,
    Task
  };
  Kind kind = Kind::Task;
  std::string registry;
  ServiceState state;                // Upsert; Mention, Erase and Forget: the key alone
  std::uint64_t number = 0;          // Epoch of a list, Revision of the others
  Complete complete = Complete::No;  // EndList
  std::string why;                   // LostContact
  Monotonic arrived{};
  WallTime changed_at{};  // Upsert: RegistrySink::changed_at(); zero: not told
  std::function<void()> task;
};

/// Any thread pushes, the builder takes. Never blocks a pusher for longer than a move.
class EventQueue {
 public:
  void push(BuilderEvent event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
    }
    arrived_.notify_one();
  }
  /// Moves up to `most` events to `out`; waits up to `longest` when there is none. False: closed and empty.
  bool take(std::deque<BuilderEvent>& out, std::size_t most, Duration longest) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, longest, [this] { return closed_ || !events_.empty(); });
    if (events_.size() <= most) {
      out.swap(events_);
      events_.clear();
    } else {
      for (; most > 0; --most) {
        out.push_back(std::move(events_.front()));
        events_.pop_front();
      }
    }
    return !(closed_ && out.empty() && events_.empty());
  }
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    arrived_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<BuilderEvent> events_;
  bool closed_ = false;
};

}  // namespace signpost
