// What operators do on purpose: believed at once by events, and by a list after the stated time at the
// latest.
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Legitimate : public testing::Test, public GuardedWorld {
 protected:
  static ServiceState green(int instances) {
    std::vector<Instance> has;
    for (int i = 0; i < instances; ++i) has.push_back(At("10.8.0." + std::to_string(i + 1), 80));
    return service("cluster/ns//s0", std::move(has));
  }
};

TEST_F(Legitimate, ScaleToZeroByAnEventIsBelievedAtOnce) {
  list("cluster", {one(0, 50)});
  upsert(one(0, 0));
  EXPECT_EQ(answers(0), -1);
}

TEST_F(Legitimate, ScaleToZeroByAListIsDelayedByOneMinuteAtMost) {
  list("cluster", {one(0, 50), one(1, 60), one(2, 60), one(3, 60), one(4, 60)});
  list("cluster", {one(0, 0), one(1, 60), one(2, 60), one(3, 60), one(4, 60)});
  pass(seconds(60));
  EXPECT_EQ(answers(0), -1);
}

TEST_F(Legitimate, ANamespaceDeletedByEventsIsBelievedAtOnce) {
  list("cluster", services(100, 3));
  for (int i = 0; i < 60; ++i) erase("cluster/ns//s" + std::to_string(i));
  EXPECT_EQ(existing(100), 40);
}

TEST_F(Legitimate, ANamespaceMissingInAListIsDelayedByFiveMinutesAtMost) {
  list("cluster", services(100, 3));
  std::vector<ServiceState> rest;
  for (int i = 60; i < 100; ++i) rest.push_back(one(i, 3));
  list("cluster", rest);
  EXPECT_EQ(existing(100), 100);
  pass(minutes(5));
  EXPECT_EQ(existing(100), 40);
}

TEST_F(Legitimate, BlueGreenByAListIsNotDelayed) {
  list("cluster", {one(0, 10)});
  list("cluster", {green(10)});
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(status().held, 0u);
}

TEST_F(Legitimate, BlueGreenByEventsIsNotDelayed) {
  list("cluster", {one(0, 10)});
  upsert(green(10));
  EXPECT_EQ(answers(0), 10);
  upsert(green(1));
  EXPECT_EQ(answers(0), 1);
}

TEST_F(Legitimate, SmallLossesByAListAreNotDelayed) {
  list("cluster", services(40, 6));
  auto told = services(40, 6);
  for (std::size_t i = 0; i < 40; ++i) told[i].instances.resize(i % 2 == 0 ? 5 : 6);
  told.pop_back();  // of six instances
  told[0].instances.resize(3);
  list("cluster", told);
  EXPECT_EQ(answers(2), 5);
  EXPECT_EQ(answers(0), 3) << "half";
  EXPECT_EQ(guard(ListGuard::GlobalShrink).services, 0u);
  EXPECT_EQ(guard(ListGuard::ServiceShrink).services, 1u) << "the one that is gone";
}

TEST_F(Legitimate, AnEventOfAHeldServiceTakesAwayWhatItTakesAway) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 2)});
  ASSERT_EQ(answers(0), 10);
  upsert(one(0, 1));
  EXPECT_EQ(answers(0), 9) << "the event removed one; the list's eight are still held";
  pass(seconds(60));
  EXPECT_EQ(answers(0), 1);
}

TEST_F(Legitimate, AnEventOfAHeldServiceThatBringsEverythingBackEndsTheHold) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 2)});
  upsert(one(0, 12));
  EXPECT_EQ(answers(0), 12);
  EXPECT_EQ(status().held, 0u);
  pass(seconds(90));
  EXPECT_EQ(answers(0), 12);
}

TEST_F(Legitimate, ADeletedHeldServiceIsGoneAtOnce) {
  list("cluster", services(25, 1));
  list("cluster", {});
  erase("cluster/ns//s7");
  EXPECT_EQ(answers(7), -1);
  EXPECT_EQ(existing(25), 24);
  EXPECT_EQ(ended(ListGuard::EmptyRead, HoldEnd::Event), 1u);
}

TEST_F(Legitimate, AMentionedServiceIsAsItWas) {
  list("cluster", {one(0, 10), one(1, 10)});
  world.begin_list("cluster", 1000000);
  world.mention(one(0, 0).key);
  world.end_list("cluster", 1000000, Complete::Yes);
  settle();
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(status().held, 1u) << "the other one";
  world.begin_list("cluster", 1000001);
  world.mention(one(0, 0).key);
  world.mention(one(1, 0).key);
  world.end_list("cluster", 1000001, Complete::Yes);
  EXPECT_EQ(status().held, 0u);
}

TEST_F(Legitimate, AMentionSaysNothingOfInstances) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 1)});
  world.mention(one(0, 0).key);
  EXPECT_EQ(status().held, 1u);
  EXPECT_EQ(answers(0), 10);
}

TEST_F(Legitimate, AListThatStaysOpenDoesNotHoldUpEvents) {
  list("cluster", {one(0, 10), one(1, 10)});
  world.begin_list("cluster", 1000000);
  upsert(one(0, 6));
  EXPECT_EQ(answers(0), 10) << "decided at the end of the list";
  pass(seconds(60));
  EXPECT_EQ(answers(0), 6) << "or after a minute";
  upsert(one(1, 1));
  EXPECT_EQ(answers(1), 1);
}

TEST_F(Legitimate, TheFirstListIsBelieved) {
  world.begin_list("other", 1);  // not configured: harmless
  TestWorld fresh(kConfig);
  fresh.world.begin_list("cluster", 1);
  for (auto& state : services(30, 3)) fresh.world.take(state);
  fresh.world.end_list("cluster", 1, Complete::No);
  fresh.list("cluster", {one(0, 1)});
  EXPECT_EQ(fresh.dig("s1.ns.svc.k.test. A"), "NXDOMAIN aa soa");
}

}  // namespace
}  // namespace signpost::test
