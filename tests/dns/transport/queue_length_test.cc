#include "dns/transport/queue_length.h"

#include <deque>

#include <gtest/gtest.h>

namespace signpost::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int kOctetsMax = 4 << 20;
constexpr int kOctetsOfOne = 416;  // SO_RCVBUF counts half of what the kernel reckons, 832

/// A socket and its worker: queries come and are answered at fixed rates, in steps of 0.1 ms.
struct Queue {
  /// Runs for `time`; answers a millisecond are `capacity`, queries `load` times as many. The oldest age that
  /// was answered after the first `settling` of it.
  Duration run(Duration time, int capacity, double load, Duration settling = {}) {
    Duration oldest{};
    const auto start = now;
    while (now - start < time) {
      now += microseconds(100);
      due += capacity / 10.0 * load;
      for (; due >= 1; --due)
        if (waiting.size() < static_cast<std::size_t>(octets / kOctetsOfOne)) waiting.push_back(now);
      if (waiting.empty()) {
        length.empty();
        continue;
      }
      if ((now - start) % period < paused) continue;  // the machine runs somebody else
      const auto age = now - waiting.front();
      if (now - start > settling) oldest = std::max(oldest, age);
      if (const auto change = length.observe(age, now)) octets = *change;
      for (int i = 0; i < capacity / 10 && !waiting.empty(); ++i, ++answered) waiting.pop_front();
    }
    return oldest;
  }

  QueueLength length{kOctetsMax};
  int octets = kOctetsMax;
  Duration period = milliseconds(1), paused{};
  Monotonic now{std::chrono::hours(1)};
  std::deque<Monotonic> waiting;
  double due = 0;
  int answered = 0;
};

TEST(QueueLength, OrdinaryLoadChangesNothing) {
  Queue queue;
  queue.run(std::chrono::seconds(10), 400, 0.9);
  EXPECT_EQ(queue.octets, kOctetsMax);
}

TEST(QueueLength, PausesOfAWorkerThatKeepsUpChangeNothing) {
  for (const auto paused : {milliseconds(20), milliseconds(200)}) {
    Queue queue;
    queue.period = paused + milliseconds(20);
    queue.paused = paused;
    EXPECT_GE(queue.run(std::chrono::seconds(20), 40, 0.05), paused / 2);
    EXPECT_EQ(queue.octets, kOctetsMax) << paused.count();
  }
}

TEST(QueueLength, TenfoldLoadIsAnsweredInTimeAndAtFullSpeed) {
  for (const int capacity : {40, 400}) {
    Queue queue;
    queue.run(std::chrono::seconds(1), capacity, 10);
    const int before = queue.answered;
    EXPECT_LE(queue.run(std::chrono::seconds(5), capacity, 10), milliseconds(9)) << capacity;
    EXPECT_EQ(queue.answered - before, 5 * 1000 * capacity) << "the queue never ran empty";
  }
}

TEST(QueueLength, LateAnswersAreOverSoonAfterTheOverloadBegins) {
  Queue queue;
  queue.run(std::chrono::seconds(1), 400, 0.5);
  EXPECT_LE(queue.run(std::chrono::seconds(2), 400, 10, milliseconds(150)), milliseconds(9));
}

TEST(QueueLength, CalmMakesItLongAgain) {
  Queue queue;
  queue.run(std::chrono::seconds(1), 40, 10);
  EXPECT_LT(queue.octets, kOctetsMax / 20);
  queue.run(std::chrono::seconds(2), 40, 0.5);
  EXPECT_EQ(queue.octets, kOctetsMax);
}

TEST(QueueLength, TimeWithoutQueriesIsCalmToo) {
  Queue queue;
  queue.run(std::chrono::seconds(1), 40, 10);
  queue.waiting.clear();
  queue.now += std::chrono::seconds(2);
  queue.run(milliseconds(1), 40, 0.5);
  EXPECT_EQ(queue.octets, kOctetsMax);
}

TEST(QueueLength, OnePauseChangesNothing) {
  Queue queue;
  queue.run(std::chrono::seconds(1), 400, 0.5);
  for (int i = 0; i < 6000; ++i) queue.waiting.push_back(queue.now + i * microseconds(5));
  queue.now += milliseconds(30);
  queue.run(std::chrono::seconds(1), 400, 0.5);
  EXPECT_EQ(queue.octets, kOctetsMax)
      << "the queue is as long as it is for pauses, and this one was made up for";
}

TEST(QueueLength, IsNeverShorterThanABatch) {
  QueueLength length(kOctetsMax);
  const Monotonic start{std::chrono::hours(1)};
  EXPECT_EQ(length.observe(std::chrono::seconds(5), start), std::nullopt)
      << "no queue stood before the first";
  EXPECT_EQ(length.observe(std::chrono::seconds(5), start + milliseconds(1)), std::nullopt)
      << "may be a pause";
  EXPECT_EQ(length.observe(std::chrono::seconds(5), start + milliseconds(100)), std::nullopt);
  EXPECT_EQ(length.observe(std::chrono::seconds(5), start + milliseconds(101)), QueueLength::kOctetsMin);
  EXPECT_EQ(length.observe(std::chrono::seconds(5), start + std::chrono::seconds(10)), std::nullopt);
}

}  // namespace
}  // namespace signpost::test
