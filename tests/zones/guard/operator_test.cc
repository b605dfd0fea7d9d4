// What an operator sees of a hold, and `signpost release`.
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

class Operator : public testing::Test, public GuardedWorld {};

TEST_F(Operator, ReleasesARegistry) {
  list("cluster", services(25, 1));
  list("nacos", services(1, 1, "nacos"));
  list("cluster", {});
  list("nacos", {});
  const auto outcome = world.release("cluster", "");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.released.size(), 25u);
  EXPECT_EQ(outcome.released.front(), "cluster/ns/s0");
  EXPECT_EQ(existing(25), 0);
  EXPECT_EQ(answers(0, "n.test"), 1) << "of another registry";
  EXPECT_EQ(ended(ListGuard::EmptyRead, HoldEnd::Operator), 25u);
  EXPECT_EQ(world.release("", "").released, std::vector<std::string>{"nacos/public/DEFAULT_GROUP/s0"});
  EXPECT_EQ(answers(0, "n.test"), -1);
  EXPECT_TRUE(world.release("cluster", "").error.empty()) << "nothing is held, and that is well";
}

TEST_F(Operator, ReleasesOneService) {
  list("cluster", {one(0, 10), one(1, 10)});
  list("cluster", {one(0, 1), one(1, 1)});
  EXPECT_EQ(world.release("cluster", "ns/s1").released, std::vector<std::string>{"cluster/ns/s1"});
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(answers(1), 1);
}

TEST_F(Operator, IsToldWhatThereIsInstead) {
  EXPECT_EQ(world.release("nope", "").error, "there is no registry nope; there are: cluster, nacos, local");
  EXPECT_EQ(world.release("cluster", "ns/s0").error,
            "nothing is held of cluster/ns/s0; `signpost status` lists what is");
}

TEST_F(Operator, AReloadKeepsHoldsAndTheirTimes) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 1)});
  pass(seconds(30));
  configure(std::string(kConfig) + "\n");
  EXPECT_EQ(answers(0), 10);
  EXPECT_EQ(status().held, 1u);
  pass(seconds(29));
  EXPECT_EQ(answers(0), 10);
  pass(seconds(1));
  EXPECT_EQ(answers(0), 1);
}

TEST_F(Operator, AnotherRegistryUnderTheSameNameHasNoHolds) {
  list("nacos", services(2, 1, "nacos"));
  list("nacos", services(1, 1, "nacos"));
  ASSERT_EQ(status(1).held, 1u);
  world.reset("nacos");
  EXPECT_EQ(status(1).held, 0u);
  list("nacos", services(2, 1, "nacos"));
  list("nacos", services(1, 1, "nacos"));
  EXPECT_EQ(status(1).held, 1u) << "it is a Nacos still";
}

TEST_F(Operator, StatusTellsHowMuchAndHowLong) {
  list("cluster", services(25, 4));
  list("cluster", {});
  pass(seconds(3));
  const auto row = guard(ListGuard::EmptyRead);
  EXPECT_EQ(row.services, 25u);
  EXPECT_TRUE(world.status().zones[0].held);
  EXPECT_FALSE(world.status().zones[1].held) << "of another registry";
  EXPECT_EQ(row.instances, 100u);
  EXPECT_EQ(row.age_seconds, 3);
  EXPECT_EQ(row.examples.size(), 3u) << "bounded";
  EXPECT_EQ(row.counts.begun, 25u);
  EXPECT_EQ(status().held, 25u);
}

TEST_F(Operator, ExplainSaysWhyAndWhatReleasesIt) {
  list("cluster", {one(0, 10)});
  list("cluster", {one(0, 2)});
  pass(seconds(5));
  const auto found = world.find(*Name::parse("s0.ns.svc.k.test."));
  ASSERT_EQ(found.services.size(), 1u);
  const auto held = found.services[0]();
  EXPECT_EQ(
      held.hold,
      "held by the guard service_shrink for 5 s: the registry tells 2 instances of 10; shown as before until "
      "a second read says the same (asked for after 10 s), at most 60 s, or until `signpost release "
      "cluster/ns/s0`");
  EXPECT_EQ(held.told, 2u);
  EXPECT_EQ(held.state.instances.size(), 10u);
}

}  // namespace
}  // namespace signpost::test
