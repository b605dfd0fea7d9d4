// Slow start: how much of its weight a new instance has, and Dubbo's own words for it.
#include "zones/policy/ramp.h"

#include <gtest/gtest.h>

namespace signpost::policy {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Ramp, GoesFromATenthToAllInSteps) {
  const auto part = [](int age) { return ramp_part(seconds(age), seconds(60)); };
  EXPECT_EQ(part(0), 0.1);
  EXPECT_EQ(part(6), 0.1);
  EXPECT_EQ(part(9), 0.15);
  EXPECT_EQ(part(30), 0.5);
  EXPECT_EQ(part(59), 0.95);
  EXPECT_EQ(part(60), 1);
  EXPECT_EQ(part(1000), 1);
}

TEST(Ramp, HasAtMostTwentyStepsNoneUnderASecond) {
  EXPECT_EQ(ramp_step(seconds(60)), seconds(3));
  EXPECT_EQ(ramp_step(minutes(60)), minutes(3));
  EXPECT_EQ(ramp_step(seconds(5)), seconds(1));
  EXPECT_EQ(ramp_step(milliseconds(10)), seconds(1));
  double before = 0;
  int steps = 0;
  for (auto age = Duration::zero(); age <= minutes(10); age += milliseconds(100)) {
    const auto now = ramp_part(age, minutes(10));
    EXPECT_GE(now, before);
    steps += now != before ? 1 : 0;
    before = now;
  }
  EXPECT_LE(steps, 20);
}

constexpr std::int64_t kNow = 1'700'000'000;  // s
WallTime wall() { return WallTime(seconds(kNow)); }

Instance with(std::string warmup, std::string timestamp) {
  Instance instance;
  if (!timestamp.empty()) instance.metadata.emplace_back("timestamp", std::move(timestamp));
  if (!warmup.empty()) instance.metadata.emplace_back("warmup", std::move(warmup));
  return instance;
}

TEST(Warmup, OfJavaIsInMilliseconds) {
  const auto warmup = warmup_of(with("600000", std::to_string((kNow - 60) * 1000)), wall());
  ASSERT_TRUE(warmup);
  EXPECT_EQ(warmup->age, seconds(60));
  EXPECT_EQ(warmup->length, minutes(10));
}

TEST(Warmup, OfGoIsInSeconds) {  // registries.md section 1: told apart by the digits of `timestamp`
  const auto warmup = warmup_of(with("600", std::to_string(kNow - 60)), wall());
  ASSERT_TRUE(warmup);
  EXPECT_EQ(warmup->age, seconds(60));
  EXPECT_EQ(warmup->length, minutes(10));
}

TEST(Warmup, AClockALittleAheadIsAge0) {
  const auto warmup = warmup_of(with("600000", std::to_string((kNow + 5) * 1000)), wall());
  ASSERT_TRUE(warmup);
  EXPECT_EQ(warmup->age, Duration::zero());
}

TEST(Warmup, IsNoneWhereAWordIsMissingOrNoNumber) {
  const auto start = std::to_string(kNow * 1000);
  EXPECT_TRUE(warmup_of(with("600000", start), wall()));
  for (const auto& [warmup, timestamp] :
       std::vector<std::pair<std::string, std::string>>{{"", start},
                                                        {"600000", ""},
                                                        {"0", start},
                                                        {"-1", start},
                                                        {"10m", start},
                                                        {"99999999999999999999", start},
                                                        {"999999999999", start},
                                                        {"600000", "yesterday"},
                                                        {"600000", "17000000000001234"},
                                                        {"600000", std::to_string((kNow + 601) * 1000)}}) {
    EXPECT_FALSE(warmup_of(with(warmup, timestamp), wall())) << warmup << " " << timestamp;
  }
}

}  // namespace
}  // namespace signpost::policy
