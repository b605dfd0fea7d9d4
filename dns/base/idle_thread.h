// One thread for work that can wait: dumps, explanations, pages. It runs when nobody else wants its core, and
// gives the core back at once when somebody does.
//
// Such a thread may stand still for a second wherever it happens to be, so it must not hold anything that
// others wait for. What it is given and what it gives back goes through lists without locks; the work itself
// keeps three rules: it takes no mutex that a worker, the builder or the admin thread takes (nor logs, which
// does); it frees what it allocated, and nothing else, so that the allocator's locks stay its own; and what
// it looks at was pinned by whoever gave the work, who lets go of it, too.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace signpost {

/// Work for that thread: made, moved and destroyed on others, called there.
template <class T>
using Later = std::function<T()>;

class IdleThread {
 public:
  /// On its way there and back again: whoever gives it keeps it in its place until it is back, or the thread
  /// was stopped.
  class Task {
   public:
    explicit Task(std::function<void()> work) : work_(std::move(work)) {}

   private:
    friend class IdleThread;
    std::function<void()> work_;  // throws nothing
    Task* next_ = nullptr;
  };

  /// `name`: at most 15 octets. Aborts when the kernel has no eventfd left: at the start, or never.
  explicit IdleThread(const char* name);
  ~IdleThread();  // stops
  IdleThread(const IdleThread&) = delete;
  IdleThread& operator=(const IdleThread&) = delete;

  void start();
  /// Waits for the task under way; what was not begun is forgotten.
  void stop();
  /// Any thread: stop() was called; long work looks, and ends early.
  bool is_stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }

  /// Any thread, never waits. Tasks are done one after the other, in the order given.
  void give(Task& task) noexcept;
  /// Readable when take_back() has something; reading it is the reader's business.
  int bell() const noexcept { return bell_; }
  /// One thread: calls `done` with each task that is done, which may then be destroyed.
  template <class Done>
  void take_back(Done&& done) {
    for (auto* task = in_order(done_.exchange(nullptr, std::memory_order_acquire)); task != nullptr;) {
      auto* next = task->next_;
      done(*task);
      task = next;
    }
  }

 private:
  using List = std::atomic<Task*>;  // the latest first
  static void push(List& list, Task& task) noexcept;
  static Task* in_order(Task* latest) noexcept;
  void run();

  const char* const name_;
  int door_, bell_;  // eventfds
  List given_{nullptr}, done_{nullptr};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace signpost
