// Composed names over time: whatever happened before, they answer as a world that hears it all at once; and
// what explain calls a share is what clients get.
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/chi_square.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {one: {type: file, path: 1.yaml}, two: {type: file, path: 2.yaml}}
zones:
  - name: t
    services:
      - {name: all, members: [{registry: one, service: a}, {registry: two, service: a}]}
      - {name: other, members: [{registry: two, service: b}, {registry: one, service: a, select: {version: v1}}]}
      - {name: first, combine: prefer, members: [{registry: one, service: b}, {registry: two, service: b}]}
      - name: parts
        combine: share
        answer: sample 1
        members: [{registry: one, service: a, weight: 70}, {registry: two, service: a, weight: 30}]
      - name: canary
        answer: sample 1
        members: [{registry: one, service: a}, {registry: two, service: a}]
        groups: {key: version, weights: {v1: 99, v2: 1}}
)";
constexpr const char* kQuestions[] = {"all.t. A",     "all.t. SRV",           "all.t. TXT",
                                      "other.t. A",   "first.t. A",           "parts.t. A",
                                      "parts.t. SRV", "v2._version.all.t. A", "canary.t. SRV"};

ServiceState random_service(const std::string& key, Random& random) {
  std::vector<Instance> instances;
  for (auto left = random.below(5); left > 0; --left) {
    At one("10.0.0." + std::to_string(random.below(6)), 80, random.below(2) == 0 ? "" : "http");
    one.with_weight(static_cast<double>(random.below(4))).of_version(random.below(2) == 0 ? "v1" : "v2");
    one.id += "." + std::to_string(left);
    if (random.below(4) == 0) one.with_health(Health::Down);
    instances.push_back(one);
  }
  return TestWorld::service(key, std::move(instances));
}

TEST(ComposedModel, HistoryDoesNotMatter) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    TestWorld world(kConfig);
    world.list("one", {}).list("two", {});
    std::map<std::string, ServiceState> now;
    for (int event = 0; event < 60; ++event) {
      const std::string registry = random.below(2) == 0 ? "one" : "two";
      const auto key = registry + "///" + (random.below(2) == 0 ? "a" : "b");
      if (random.below(5) == 0) {
        now.erase(key);
        world.erase(key);
      } else {
        now[key] = random_service(key, random);
        world.upsert(now[key]);
      }
      if (random.below(20) == 0) world.configure(kConfig);
    }
    TestWorld fresh(kConfig);
    std::map<std::string, std::vector<ServiceState>> lists{{"one", {}}, {"two", {}}};
    for (const auto& [key, state] : now) lists[state.key.registry].push_back(state);
    for (const auto& [registry, states] : lists) fresh.list(registry, states);
    for (const auto* question : kQuestions) EXPECT_EQ(world.dig(question), fresh.dig(question)) << question;
  }
}

/// The part of each address among the answers, as explain has it.
std::map<std::string, double> explained_shares(const TestWorld& world, const std::string& name) {
  const auto found = world.world.find(*Name::parse(name));
  const auto held = found.services.at(0)();
  const auto& weights = held.decision.weights;
  const auto sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::map<std::string, double> shares;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0) shares[held.state.instances[i].v4->to_string()] += weights[i] / sum;
  }
  return shares;
}

TEST(ComposedModel, SharesAreThoseOfTheAnswers) {
  TestWorld world(kConfig);
  world.list("one", {TestWorld::service("one///a", {At("10.0.0.1", 80).with_weight(1).of_version("v1"),
                                                    At("10.0.0.2", 80).with_weight(2).of_version("v1"),
                                                    At("10.0.0.3", 80).with_weight(3).of_version("v2")})});
  world.list("two", {TestWorld::service("two///a", {At("10.0.0.1", 80).of_version("v1"),
                                                    At("10.0.0.4", 80).with_weight(2).of_version("v2")})});
  for (const char* name : {"parts.t.", "canary.t."}) {
    const auto shares = explained_shares(world, name);
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [address, share] : shares) counts[address] = 0;
    for (int i = 0; i < 20000; ++i) {
      const auto answer = world.draw(std::string(name) + " A");
      ASSERT_EQ(answer.size(), 1u);
      ++counts[answer[0]];
    }
    ASSERT_EQ(counts.size(), shares.size()) << name;
    std::vector<std::uint64_t> seen;
    std::vector<double> expected;
    for (const auto& [address, share] : shares) {
      seen.push_back(counts[address]);
      expected.push_back(share);
    }
    EXPECT_GT(chi_square_p(seen, expected), 1e-6) << name;
  }
  EXPECT_NEAR(explained_shares(world, "parts.t.").at("10.0.0.1"), 0.7 / 6 + 0.3 / 3, 1e-9);
  const auto canary = explained_shares(world, "canary.t.");
  EXPECT_NEAR(canary.at("10.0.0.3") + canary.at("10.0.0.4"), 0.01, 1e-9);
}

}  // namespace
}  // namespace signpost::test
