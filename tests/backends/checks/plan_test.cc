#include "backends/checks/plan.h"

#include <gtest/gtest.h>

namespace signpost::checks {
namespace {

using namespace std::chrono_literals;

Target target(std::uint8_t last, config::CheckWay way = {}) {
  return {IpAddress::v4({10, 1, 0, last}), 8080, std::move(way)};
}
const Outcome kPassed{true, {}};
const Outcome kFailed{false, "Connection refused"};

class PlanTest : public testing::Test {
 protected:
  /// All that is due, up to `until` from now, each ended at once in this way; how many they were.
  int run(Duration until, const std::function<Outcome(const Target&)>& come) {
    int probes = 0;
    const auto end = now + until;
    for (auto next = plan.next(); next && *next <= end; next = plan.next()) {
      now = std::max(now, *next);
      for (const auto& one : plan.take_due(now)) {
        ++probes;
        const auto change = plan.ended(one, come(one), now);
        if (change && (change->failing || !changes.empty())) changes.push_back(*change);
      }
    }
    now = end;
    return probes;
  }
  int run(Duration until, const Outcome& outcome) {
    return run(until, [&](const Target&) { return outcome; });
  }

  Monotonic now{100h};
  Plan plan{Random(7), Limits{}};
  std::vector<Change> changes;  // from the first bad one on
};

TEST_F(PlanTest, NothingIsAskedUnwanted) {
  EXPECT_FALSE(plan.next());
  EXPECT_TRUE(plan.take_due(now).empty());
}

TEST_F(PlanTest, FirstTimesAreSpreadOverAnInterval) {
  std::vector<Target> many;
  for (int i = 0; i < 200; ++i) many.push_back(target(static_cast<std::uint8_t>(i)));
  plan.want("a", many, now);
  int before = 0;
  for (int tenth = 0; tenth < 10; ++tenth) {
    const int probes = run(500ms, kPassed);
    EXPECT_GT(probes, 5) << tenth;
    EXPECT_LT(probes, 45) << tenth;
    before += probes;
  }
  EXPECT_GE(before, 190);
}

TEST_F(PlanTest, FailingAfterFallInARowAndBackAfterRise) {
  plan.want("a", {target(1)}, now);
  EXPECT_GE(run(5s, kPassed), 1);
  EXPECT_TRUE(changes.empty());
  int failed = 0;
  while (changes.empty() && failed < 10) failed += run(100ms, kFailed);
  EXPECT_EQ(failed, 3);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(changes[0].failing);
  EXPECT_EQ(changes[0].why, "Connection refused");
  EXPECT_EQ(plan.counts(now).failing, 1u);
  int passed = 0;
  while (changes.size() == 1 && passed < 10) passed += run(100ms, kPassed);
  EXPECT_EQ(passed, 2);
  EXPECT_FALSE(changes[1].failing);
  EXPECT_EQ(plan.counts(now).failing, 0u);
}

TEST_F(PlanTest, TheFirstPassIsToldOnce) {
  plan.want("a", {target(1)}, now);
  for (int i = 0; i < 3; ++i) {
    now = *plan.next();
    const auto due = plan.take_due(now);
    ASSERT_EQ(due.size(), 1u);
    const auto change = plan.ended(due[0], kPassed, now);
    ASSERT_EQ(change.has_value(), i == 0);
    EXPECT_FALSE(i == 0 && change->failing);
  }
}

TEST_F(PlanTest, OneGoodProbeBeginsTheCountAgain) {
  plan.want("a", {target(1)}, now);
  int probe = 0;
  run(200s, [&](const Target&) { return ++probe % 3 == 0 ? kPassed : kFailed; });
  EXPECT_GT(probe, 30);
  EXPECT_TRUE(changes.empty());
}

TEST_F(PlanTest, IntervalIsJitteredByATenth) {
  plan.want("a", {target(1)}, now);
  run(5s, kPassed);
  Duration shortest = 1h, longest = 0s;
  auto last = now;
  for (int i = 0; i < 500; ++i) {
    now = *plan.next();
    const auto due = plan.take_due(now);
    ASSERT_EQ(due.size(), 1u);
    plan.ended(due[0], kPassed, now);
    if (i > 0) {
      shortest = std::min(shortest, now - last);
      longest = std::max(longest, now - last);
    }
    last = now;
  }
  EXPECT_GE(shortest, 4500ms);
  EXPECT_LT(shortest, 4600ms);
  EXPECT_LE(longest, 5500ms);
  EXPECT_GT(longest, 5400ms);
}

TEST_F(PlanTest, WantedByTwoIsAskedOnceAndLetGoWithTheLast) {
  plan.want("a", {target(1), target(2), target(1)}, now);
  plan.want("b", {target(1)}, now);
  EXPECT_EQ(plan.counts(now).targets, 2u);
  EXPECT_EQ(run(5s, kPassed), 2);
  plan.want("a", {}, now);
  EXPECT_EQ(plan.counts(now).targets, 1u);
  EXPECT_GE(run(50s, kPassed), 8);
  plan.want("b", {}, now);
  EXPECT_EQ(plan.counts(now).targets, 0u);
  EXPECT_FALSE(plan.next());
}

TEST_F(PlanTest, WhatIsKnownStaysWhileSomebodyWantsIt) {
  plan.want("a", {target(1)}, now);
  run(60s, kFailed);
  ASSERT_EQ(changes.size(), 1u);
  plan.want("a", {target(1), target(2)}, now);
  run(60s, kFailed);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[1].target, target(2));
}

TEST_F(PlanTest, AProbeOfWhatNobodyWantsAnyMoreChangesNothing) {
  plan.want("a", {target(1, {.fall = 1})}, now);
  now = *plan.next();
  const auto due = plan.take_due(now);
  ASSERT_EQ(due.size(), 1u);
  plan.want("a", {}, now);
  EXPECT_FALSE(plan.ended(due[0], kFailed, now));
  EXPECT_EQ(plan.counts(now).targets, 0u);
  EXPECT_FALSE(plan.next());
}

TEST_F(PlanTest, WantedAgainWhileItIsAskedIsAskedOnceAtATime) {
  plan.want("a", {target(1)}, now);
  now = *plan.next();
  const auto due = plan.take_due(now);
  ASSERT_EQ(due.size(), 1u);
  plan.want("a", {}, now);
  plan.want("a", {target(1)}, now);
  EXPECT_TRUE(plan.take_due(now + 1h).empty());
  plan.ended(due[0], kPassed, now);
  EXPECT_TRUE(plan.next());
  EXPECT_EQ(plan.counts(now).targets, 1u);
}

TEST_F(PlanTest, FailingLetGoAndWantedAgainWhileItIsAskedIsToldAnew) {
  plan.want("a", {target(1)}, now);
  run(60s, kFailed);
  ASSERT_EQ(changes.size(), 1u);
  now = *plan.next();
  const auto due = plan.take_due(now);
  ASSERT_EQ(due.size(), 1u);
  plan.want("a", {}, now);  // whoever remembered that it fails forgets it
  EXPECT_EQ(plan.counts(now).failing, 0u);
  plan.want("a", {target(1)}, now);
  EXPECT_FALSE(plan.ended(due[0], kFailed, now)) << "one of three in a row";
  run(60s, kFailed);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_TRUE(changes[1].failing);
  EXPECT_EQ(plan.counts(now).failing, 1u);
}

TEST_F(PlanTest, NoMoreProbesASecondThanTheBound) {
  plan.limit({.per_second = 50, .at_once = 100});
  std::vector<Target> many;
  for (int i = 0; i < 250; ++i) many.push_back(target(static_cast<std::uint8_t>(i), {.interval = 1s}));
  plan.want("a", many, now);
  const int probes = run(10s, kPassed);
  EXPECT_GE(probes, 490);
  EXPECT_LE(probes, 510);
  EXPECT_GT(plan.counts(now).late_seconds, 1);
}

TEST_F(PlanTest, NoMoreAtOnceThanTheBound) {
  plan.limit({.per_second = 100000, .at_once = 3});
  std::vector<Target> many;
  for (int i = 0; i < 10; ++i) many.push_back(target(static_cast<std::uint8_t>(i)));
  plan.want("a", many, now);
  now += 5s;
  const auto first = plan.take_due(now);
  ASSERT_EQ(first.size(), 3u);
  EXPECT_TRUE(plan.take_due(now).empty());
  EXPECT_FALSE(plan.next());
  plan.ended(first[0], kPassed, now);
  EXPECT_EQ(plan.take_due(now).size(), 1u);
}

}  // namespace
}  // namespace signpost::checks
