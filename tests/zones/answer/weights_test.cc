// Draws as a client sees them: fixed seeds with exact counts, truncation, samples, shares of one address.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/chi_square.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

std::string config(std::string_view answer) {
  return "registries: {one: {type: file, path: 1.yaml}}\nzones: [{name: t, registry: one, answer: " +
         std::string(answer) + "}]\n";
}

ServiceState weighted() {
  return TestWorld::service(
      "one///s", {At("10.0.0.1", 80, "http").with_weight(1), At("10.0.0.2", 80, "http").with_weight(3),
                  At("10.0.0.3", 80, "http").with_weight(6)});
}

std::map<std::string, std::uint64_t> firsts(TestWorld& world, const std::string& question, int queries) {
  std::map<std::string, std::uint64_t> counts;
  for (int i = 0; i < queries; ++i) ++counts[world.draw(question).front()];
  return counts;
}

double chance(const std::map<std::string, std::uint64_t>& counts, const std::vector<double>& shares) {
  std::vector<std::uint64_t> seen;
  for (const auto& [what, count] : counts) seen.push_back(count);
  return chi_square_p(seen, shares);
}

TEST(Weights, OrderPutsEachFirstByItsShare) {
  TestWorld world(config("order"));
  world.list("one", {weighted()});
  for (const char* question : {"s.t. A", "s.t. SRV", "_http._tcp.s.t. SRV"}) {
    const auto counts = firsts(world, question, 30000);
    EXPECT_GT(chance(counts, {0.1, 0.3, 0.6}), 1e-6) << question;
    EXPECT_LT(chance(counts, {0.105, 0.315, 0.58}), 1e-6) << question << ": weights off by 5 % must be seen";
  }
}

TEST(Weights, AFixedSeedGivesExactCounts) {
  TestWorld world(config("order"));
  world.list("one", {weighted()});
  const auto counts = firsts(world, "s.t. A", 1000);
  const std::map<std::string, std::uint64_t> expected{{"10.0.0.1", 95}, {"10.0.0.2", 291}, {"10.0.0.3", 614}};
  EXPECT_EQ(counts, expected);
}

TEST(Weights, EveryAnswerOfOrderIsWhole) {
  TestWorld world(config("order"));
  world.list("one", {weighted()});
  for (int i = 0; i < 100; ++i) {
    const auto answer = world.draw("s.t. A");
    EXPECT_EQ(std::set<std::string>(answer.begin(), answer.end()).size(), 3u);
  }
}

TEST(Weights, AllIsStable) {
  TestWorld world(config("all"));
  world.list("one", {weighted()});
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(world.draw("s.t. A"), (std::vector<std::string>{"10.0.0.1", "10.0.0.2", "10.0.0.3"}));
}

TEST(Weights, SampleOneIsDrawnByShareAndItsSrvWeightIsSpent) {
  TestWorld world(config("sample 1"));
  world.list("one", {weighted()});
  EXPECT_GT(chance(firsts(world, "s.t. A", 30000), {0.1, 0.3, 0.6}), 1e-6);
  const auto counts = firsts(world, "_http._tcp.s.t. SRV", 30000);
  EXPECT_GT(chance(counts, {0.1, 0.3, 0.6}), 1e-6);
  for (const auto& [rdata, count] : counts) EXPECT_EQ(rdata.substr(0, 4), "0 1 ") << rdata;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(world.draw("s.t. A").size(), 1u);
}

TEST(Weights, SampleShrinksToWhatKeepsSharesTrue) {
  // floor(10 / 6) = 1: two of three cannot hold shares of 10, 30 and 60 percent.
  TestWorld world(config("sample 2"));
  world.list("one", {weighted()});
  EXPECT_EQ(world.draw("s.t. A").size(), 1u);
  world.upsert(TestWorld::service(
      "one///s", {At("10.0.0.1", 80), At("10.0.0.2", 80), At("10.0.0.3", 80), At("10.0.0.4", 80)}));
  EXPECT_EQ(world.draw("s.t. A").size(), 2u);
}

TEST(Weights, InstancesOfOneAddressAreOneRecordAndTheirSharesAddUp) {
  TestWorld world(config("order"));
  world.list("one", {TestWorld::service("one///s", {At("10.0.0.1", 80), At("10.0.0.1", 81),
                                                    At("10.0.0.2", 80), At("10.0.0.3", 80)})});
  EXPECT_EQ(world.draw("s.t. A").size(), 3u);
  EXPECT_EQ(world.draw("s.t. SRV").size(), 4u);
  EXPECT_GT(chance(firsts(world, "s.t. A", 30000), {0.5, 0.25, 0.25}), 1e-6);
}

TEST(Weights, WeightZeroNeverAnswersUnlessAllHaveIt) {
  TestWorld world(config("order"));
  world.list("one", {TestWorld::service("one///s", {At("10.0.0.1", 80).with_weight(0), At("10.0.0.2", 80)})});
  EXPECT_EQ(world.draw("s.t. A"), std::vector<std::string>{"10.0.0.2"});
  world.upsert(
      TestWorld::service("one///s", {At("10.0.0.1", 80).with_weight(0), At("10.0.0.2", 80).with_weight(0)}));
  EXPECT_GT(chance(firsts(world, "s.t. A", 10000), {0.5, 0.5}), 1e-6);
}

std::vector<Instance> many(int count) {
  std::vector<Instance> instances;
  for (int i = 0; i < count; ++i) {
    instances.push_back(At("10." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
                               std::to_string(i % 256),
                           80, "http"));
  }
  return instances;
}

TEST(Size, ASetThatDoesNotFitIsTruncatedWhole) {
  TestWorld world(config("order"));
  world.list("one", {TestWorld::service("one///s", many(75))});
  // 12 + question 9 + 75 x 16 = 1221; OPT is not asked for here.
  EXPECT_EQ(world.draw("s.t. A", true, 1232).size(), 75u);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_EQ(world.draw("s.t. A", true, 1220).size(), 0u);
  EXPECT_TRUE(world.last_truncated);
  EXPECT_EQ(world.draw("s.t. SRV", true, 1232).size(), 0u);
  EXPECT_TRUE(world.last_truncated);
  EXPECT_EQ(world.draw("s.t. SRV", false).size(), 75u);
}

TEST(Size, OverTcpAHugeSetIsAFairDrawOfWhatFits) {
  TestWorld world(config("order"));
  world.list("one", {TestWorld::service("one///s", many(5000))});
  const auto answer = world.draw("s.t. A", false);
  EXPECT_EQ(answer.size(), (65535u - 12 - 9) / 16);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_EQ(std::set<std::string>(answer.begin(), answer.end()).size(), answer.size());
  EXPECT_GT(world.draw("s.t. SRV", false).size(), 1000u);
}

TEST(Size, GlueIsLeftOutBeforeTheAnswerIsTruncated) {
  TestWorld world(config("all"));
  world.list("one", {TestWorld::service("one///s", many(10))});
  EXPECT_EQ(world.draw("s.t. SRV", true, 512).size(), 10u);  // 10 x 33 + 21 fit, their glue does not
  EXPECT_FALSE(world.last_truncated);
}

}  // namespace
}  // namespace signpost::test
