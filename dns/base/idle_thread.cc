#include "dns/base/idle_thread.h"

#include <cassert>
#include <cstdlib>

#include <sys/eventfd.h>
#include <unistd.h>

#include "dns/base/background.h"

namespace signpost {
namespace {

int make_eventfd(int flags) {
  const int made = ::eventfd(0, EFD_CLOEXEC | flags);
  if (made < 0) std::abort();
  return made;
}

}  // namespace

IdleThread::IdleThread(const char* name)
    : name_(name), door_(make_eventfd(0)), bell_(make_eventfd(EFD_NONBLOCK)) {}

IdleThread::~IdleThread() {
  stop();
  ::close(door_);
  ::close(bell_);
}

void IdleThread::start() {
  assert(!thread_.joinable());
  thread_ = std::thread([this] {
    begin_idle_thread(name_);
    run();
  });
}

void IdleThread::stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true, std::memory_order_relaxed);
  (void)::eventfd_write(door_, 1);
  thread_.join();
}

void IdleThread::push(List& list, Task& task) noexcept {
  task.next_ = list.load(std::memory_order_relaxed);
  while (!list.compare_exchange_weak(task.next_, &task, std::memory_order_release, std::memory_order_relaxed))
    ;
}

IdleThread::Task* IdleThread::in_order(Task* latest) noexcept {
  Task* first = nullptr;
  while (latest != nullptr) {
    auto* before = latest->next_;
    latest->next_ = first;
    first = latest;
    latest = before;
  }
  return first;
}

void IdleThread::give(Task& task) noexcept {
  push(given_, task);
  (void)::eventfd_write(door_, 1);
}

void IdleThread::run() {
  while (true) {
    eventfd_t rings = 0;
    (void)::eventfd_read(door_, &rings);  // waits
    auto* task = in_order(given_.exchange(nullptr, std::memory_order_acquire));
    while (task != nullptr && !is_stopping()) {
      auto* next = task->next_;
      task->work_();
      push(done_, *task);
      (void)::eventfd_write(bell_, 1);
      task = next;
    }
    if (is_stopping()) return;
  }
}

}  // namespace signpost
