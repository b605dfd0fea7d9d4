#include "dns/run_counted.h"

#include <chrono>
#include <numeric>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace signpost {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::uint64_t count(const Durations& steps) {
  return std::accumulate(steps.buckets.begin(), steps.buckets.end(), std::uint64_t{0});
}

void work(Duration length) {
  const auto end = system_clock().now() + length;
  while (system_clock().now() < end) continue;
}

TEST(RunCounted, CountsTasksAndNotTheWaitBetweenThem) {
  asio::io_context context{1};
  SharedDurations steps;
  asio::steady_timer timer(context);
  timer.expires_after(300ms);
  timer.async_wait([&](auto) {
    work(4ms);
    for (int i = 0; i < 10; ++i) asio::post(context, [] { work(2ms); });
  });
  run_counted(context, system_clock(), steps);
  const auto counted = steps.read();
  EXPECT_GE(count(counted), 11u);
  EXPECT_GE(counted.nanoseconds, 20'000'000u);
  EXPECT_LT(counted.buckets[kDurationBuckets - 1] + counted.buckets[kDurationBuckets - 2], 1u);
  std::uint64_t long_ones = 0;
  for (auto i = duration_bucket(1'500'000); i < kDurationBuckets; ++i) long_ones += counted.buckets[i];
  EXPECT_GE(long_ones, 10u);
  for (auto i = duration_bucket(250'000'000); i < kDurationBuckets; ++i)
    EXPECT_EQ(counted.buckets[i], 0u) << i;
}

TEST(RunCounted, EndsWhenItIsStopped) {
  asio::io_context context{1};
  const auto work_guard = asio::make_work_guard(context);
  SharedDurations steps;
  std::thread thread([&] { run_counted(context, system_clock(), steps); });
  asio::post(context, [&] { context.stop(); });
  thread.join();
}

}  // namespace
}  // namespace signpost
