// The disaster scripts of G1, G2 and G3: nothing vanishes during the hold, everything after.
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Disaster : public testing::Test, public GuardedWorld {};

TEST_F(Disaster, G1_AnEmptyListIsHeldUntilASecondReadSaysTheSame) {
  list("cluster", services(25, 1));
  const auto serial_before = serial("k.test.");
  list("cluster", {});
  EXPECT_EQ(existing(25), 25);
  EXPECT_EQ(status().phase, RegistryPhase::Held);
  EXPECT_EQ(guard(ListGuard::EmptyRead).services, 25u);
  EXPECT_EQ(guard(ListGuard::EmptyRead).instances, 25u);
  EXPECT_EQ(serial("k.test."), serial_before) << "what is held is no change";
  pass(seconds(9));
  EXPECT_TRUE(asked.empty()) << "a second read within 10 s proves little";
  pass(seconds(1));
  EXPECT_EQ(asked, std::vector<std::string>{"cluster"});
  EXPECT_EQ(existing(25), 25);
  list("cluster", {}, Complete::Again);
  EXPECT_EQ(existing(25), 0);
  EXPECT_EQ(status().phase, RegistryPhase::Live);
  EXPECT_EQ(serial("k.test."), serial_before + 1);
  EXPECT_EQ(ended(ListGuard::EmptyRead, HoldEnd::Confirmed), 25u);
}

TEST_F(Disaster, G1_ASecondReadThatIsFullEndsItWithoutATrace) {
  list("cluster", services(25, 2));
  const auto serial_before = serial("k.test.");
  list("cluster", {});
  pass(seconds(10));
  list("cluster", services(25, 2), Complete::Again);
  EXPECT_EQ(existing(25), 25);
  EXPECT_EQ(status().phase, RegistryPhase::Live);
  EXPECT_EQ(serial("k.test."), serial_before);
  EXPECT_EQ(ended(ListGuard::EmptyRead, HoldEnd::Returned), 25u);
  pass(minutes(10));
  EXPECT_EQ(existing(25), 25);
}

TEST_F(Disaster, G1_TimeAloneNeverReleasesIt) {
  list("cluster", services(25, 1));
  list("cluster", {});
  pass(minutes(61));
  EXPECT_EQ(existing(25), 25);
  EXPECT_EQ(asked.size(), 61u) << "asked for again each minute";
  EXPECT_EQ(guard(ListGuard::EmptyRead).left_seconds, -1);
}

TEST_F(Disaster, G1_AListThatNobodyAskedForIsNoSecondRead) {
  list("cluster", services(25, 1));
  list("cluster", {});
  pass(seconds(5));
  list("cluster", {});
  pass(seconds(20));
  list("cluster", {});
  EXPECT_EQ(existing(25), 25);
}

TEST_F(Disaster, G1_WhatAnsweredTheFirstAskDoesNotConfirmALaterHold) {
  list("cluster", services(25, 3));
  auto without_24 = services(24, 3);
  list("cluster", without_24);
  pass(seconds(10));
  ASSERT_EQ(asked.size(), 1u);
  list("cluster", {}, Complete::Again);
  EXPECT_EQ(answers(24), -1) << "missing in two reads";
  EXPECT_EQ(existing(24), 24) << "missing in one";
  pass(seconds(9));
  EXPECT_EQ(asked.size(), 1u);
  pass(seconds(1));
  EXPECT_EQ(asked.size(), 2u);
  list("cluster", {}, Complete::Again);
  EXPECT_EQ(existing(24), 0);
}

TEST_F(Disaster, G1_ServicesWithoutAnyInstanceAreAnEmptyReadOfInstances) {
  list("cluster", services(5, 4));
  list("cluster", services(5, 0));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(answers(i), 4);
  EXPECT_EQ(guard(ListGuard::EmptyRead).services, 5u);
  pass(minutes(6));
  EXPECT_EQ(answers(0), 4);
  list("cluster", services(5, 0), Complete::Again);
  EXPECT_EQ(answers(0), -1) << "headless and empty: no name";
}

TEST_F(Disaster, G2_AServiceThatCollapsesIsHeldForAMinute) {
  list("cluster", {one(0, 10), one(1, 10)});
  list("cluster", {one(0, 4), one(1, 10)});
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(guard(ListGuard::ServiceShrink).services, 1u);
  EXPECT_EQ(guard(ListGuard::ServiceShrink).instances, 6u);
  EXPECT_EQ(guard(ListGuard::ServiceShrink).left_seconds, 60);
  pass(seconds(59));
  EXPECT_EQ(answers(0), 10);
  pass(seconds(1));
  EXPECT_EQ(answers(0), 4);
  EXPECT_EQ(ended(ListGuard::ServiceShrink, HoldEnd::Expired), 1u);
}

TEST_F(Disaster, G2_AServiceThatAListDoesNotNameIsHeldToo) {
  list("cluster", {one(0, 3), one(1, 2), one(2, 1)});
  list("cluster", {one(2, 1)});
  EXPECT_EQ(answers(0), 3);
  EXPECT_EQ(answers(1), -1) << "two addresses are few";
  pass(seconds(60));
  EXPECT_EQ(answers(0), -1);
}

TEST_F(Disaster, G2_WhatIsNewIsShownAtOnce) {
  list("cluster", {one(0, 10)});
  auto told = one(0, 3);
  told.instances.push_back(At("10.9.9.9", 80));
  list("cluster", {told});
  EXPECT_EQ(answers(0), 11);
  pass(seconds(10));
  list("cluster", {told}, Complete::Again);
  EXPECT_EQ(answers(0), 4);
}

TEST_F(Disaster, G2_AListWhileItIsHeldThatTellsLessStillTellsTheSame) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 4)});
  pass(seconds(30));
  list("cluster", {one(0, 2)});
  EXPECT_EQ(answers(0), 10);
  pass(seconds(30));
  EXPECT_EQ(answers(0), 2) << "60 s after it began; what was told last";
}

TEST_F(Disaster, G2_TheLastAddressOfNacosIsHeldForThirtySeconds) {
  list("nacos", services(3, 1, "nacos"));
  list("nacos", services(2, 1, "nacos"));
  EXPECT_EQ(answers(2, "n.test"), 1);
  pass(seconds(29));
  EXPECT_EQ(answers(2, "n.test"), 1);
  pass(seconds(1));
  EXPECT_EQ(answers(2, "n.test"), -1);
}

TEST_F(Disaster, G1_AFileIsDoubtedAsAWhole) {
  list("local", services(25, 4, "local"));
  list("local", {});
  EXPECT_EQ(answers(7, "l.test"), 4);
  EXPECT_EQ(guard(ListGuard::EmptyRead, 2).services, 25u);
}

TEST_F(Disaster, G2_AServiceOfAFileIsAsItIsWritten) {
  list("local", services(2, 10, "local"));
  list("local", {one(0, 1, "local")});
  EXPECT_EQ(answers(0, "l.test"), 1);
  EXPECT_EQ(answers(1, "l.test"), -1);
}

TEST_F(Disaster, G3_AFifthOfAllInstancesIsHeldFiveMinutesAtMost) {
  list("cluster", services(40, 5));
  auto told = services(40, 5);
  for (std::size_t i = 0; i < 25; ++i) told[i].instances.resize(3);  // none of them a collapse
  told[39].instances.push_back(At("10.9.9.9", 80));
  told.push_back(one(40, 2));
  list("cluster", told);
  EXPECT_EQ(answers(0), 5);
  EXPECT_EQ(answers(39), 6) << "what grew is shown";
  EXPECT_EQ(answers(40), 2) << "what is new is shown";
  EXPECT_EQ(guard(ListGuard::GlobalShrink).services, 25u);
  EXPECT_EQ(guard(ListGuard::GlobalShrink).instances, 50u);
  pass(minutes(5) - seconds(1));
  EXPECT_EQ(answers(0), 5);
  pass(seconds(1));
  EXPECT_EQ(answers(0), 3);
  EXPECT_EQ(ended(ListGuard::GlobalShrink, HoldEnd::Expired), 25u);
}

TEST_F(Disaster, G3_ATenthOfAllServicesIsHeldUntilASecondRead) {
  list("cluster", services(200, 1));
  list("cluster", services(179, 1));
  EXPECT_EQ(existing(200), 200);
  pass(seconds(10));
  ASSERT_EQ(asked.size(), 1u);
  list("cluster", services(179, 1), Complete::Again);
  EXPECT_EQ(existing(200), 179);
}

TEST_F(Disaster, G3_TwoReadsThatMissDifferentServicesDoNotAgree) {
  list("cluster", services(200, 1));
  auto first = services(200, 1);
  first.erase(first.begin(), first.begin() + 30);
  auto second = services(200, 1);
  second.erase(second.begin() + 100, second.begin() + 130);
  list("cluster", first);
  pass(seconds(10));
  list("cluster", second, Complete::Again);
  EXPECT_EQ(existing(200), 200);
  EXPECT_EQ(guard(ListGuard::GlobalShrink).services, 30u);
  EXPECT_EQ(ended(ListGuard::GlobalShrink, HoldEnd::Returned), 30u);
}

TEST_F(Disaster, G3_AnotherClusterUnderTheSameAddressIsHeld) {
  list("cluster", services(100, 2));
  std::vector<ServiceState> other;
  for (int i = 100; i < 200; ++i) other.push_back(one(i, 2));
  list("cluster", other);
  EXPECT_EQ(existing(200), 200);
}

TEST_F(Disaster, NothingIsReleasedByTimeWhileContactIsLost) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 1)});
  lose("cluster");
  pass(minutes(10));
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(status().phase, RegistryPhase::Stale) << "stale, because it was lost; a hold alone is not";
  regain("cluster");
  pass(seconds(1));
  EXPECT_EQ(answers(0), 1);
}

TEST_F(Disaster, AHoldMakesNoZoneStale) {
  list("cluster", services(25, 1));
  list("cluster", {});
  pass(minutes(20));
  EXPECT_EQ(status().phase, RegistryPhase::Held);
  EXPECT_FALSE(extended_error("s0.ns.svc.k.test. A").has_value());
  EXPECT_FALSE(reader.refresh().zones[0].stale || reader.refresh().zones[0].cold);
}

TEST_F(Disaster, AnIncompleteListCollapsesNothingEither) {
  list("cluster", {one(0, 10), one(1, 10), one(2, 5)});
  list("cluster", {one(0, 1), one(2, 4)}, Complete::No);
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(answers(1), 10);
  EXPECT_EQ(answers(2), 4);
}

}  // namespace
}  // namespace signpost::test
