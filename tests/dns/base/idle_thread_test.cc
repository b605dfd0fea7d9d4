#include "dns/base/idle_thread.h"

#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>

namespace signpost {
namespace {

/// Until so many tasks came back; in the order in which they did.
std::vector<IdleThread::Task*> wait_for(IdleThread& thread, std::size_t count) {
  std::vector<IdleThread::Task*> back;
  while (back.size() < count) {
    pollfd bell{thread.bell(), POLLIN, 0};
    if (::poll(&bell, 1, 10000) != 1) break;
    eventfd_t rings = 0;
    EXPECT_EQ(::eventfd_read(thread.bell(), &rings), 0);
    thread.take_back([&](IdleThread::Task& task) { back.push_back(&task); });
  }
  return back;
}

TEST(IdleThread, TasksAreDoneInTheirOrderBehindEverybodyElse) {
  IdleThread thread("helper");
  thread.start();
  std::vector<int> order;
  std::atomic<int> policy{-1};
  std::vector<std::unique_ptr<IdleThread::Task>> tasks;
  for (int i = 0; i < 100; ++i) {
    tasks.push_back(std::make_unique<IdleThread::Task>([&, i] {
      order.push_back(i);
      policy = ::sched_getscheduler(0);
    }));
  }
  for (auto& task : tasks) thread.give(*task);
  const auto back = wait_for(thread, tasks.size());
  ASSERT_EQ(back.size(), tasks.size());
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
    EXPECT_EQ(back[static_cast<std::size_t>(i)], tasks[static_cast<std::size_t>(i)].get());
  }
  EXPECT_EQ(policy, SCHED_IDLE);
  EXPECT_NE(::sched_getscheduler(0), SCHED_IDLE) << "the others keep theirs";
}

TEST(IdleThread, ManyGiveAtOnceAndNothingIsLost) {
  IdleThread thread("helper");
  thread.start();
  std::size_t sum = 0;  // the thread's
  std::vector<std::unique_ptr<IdleThread::Task>> tasks;
  for (std::size_t i = 0; i < 4000; ++i)
    tasks.push_back(std::make_unique<IdleThread::Task>([&sum, i] { sum += i; }));
  std::vector<std::thread> givers;
  for (std::size_t g = 0; g < 4; ++g) {
    givers.emplace_back([&, g] {
      for (std::size_t i = g; i < tasks.size(); i += 4) thread.give(*tasks[i]);
    });
  }
  EXPECT_EQ(wait_for(thread, tasks.size()).size(), tasks.size());
  for (auto& giver : givers) giver.join();
  thread.stop();
  EXPECT_EQ(sum, tasks.size() * (tasks.size() - 1) / 2);
}

TEST(IdleThread, StopWaitsForTheTaskUnderWayAlone) {
  std::promise<void> begun;
  std::atomic<bool> ended{false};
  IdleThread thread("helper");
  IdleThread::Task first([&] {
    begun.set_value();
    while (!thread.is_stopping()) std::this_thread::yield();
    ended = true;
  });
  IdleThread::Task second([] { ADD_FAILURE() << "begun after stop()"; });
  thread.start();
  thread.give(first);
  thread.give(second);
  begun.get_future().wait();
  thread.stop();
  EXPECT_TRUE(ended);
  std::size_t back = 0;
  thread.take_back([&](IdleThread::Task&) { ++back; });
  EXPECT_EQ(back, 1u);
}

}  // namespace
}  // namespace signpost
