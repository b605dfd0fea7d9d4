// What objects of Kubernetes may say of their own answers, and what explain tells of it (DESIGN.md section
// 3).
#include <map>

#include <gtest/gtest.h>

#include "tests/zones/support/explained.h"
#include "tests/zones/support/kubernetes_shop.h"

namespace signpost::test {
namespace {

constexpr const char* kName = "pool.shop.svc.cluster.local.";

ServiceState wishing(std::vector<Instance> instances) {
  auto state = TestWorld::service("cluster/shop//pool", std::move(instances));
  state.wishes = {config::Answer{config::AnswerMode::Sample, 1}, 300, config::HealthPolicy::Any};
  return state;
}

std::vector<Instance> two() { return {endpoint("10.0.0.1"), endpoint("10.0.0.2", "", Health::Down)}; }

TEST(Wishes, NotAllowedByDefaultButWeights) {
  TestWorld world(shop_config());
  world.list("cluster", {wishing(two())});
  EXPECT_EQ(world.dig(std::string(kName) + " A"), "NOERROR aa | " + std::string(kName) + " 5 IN A 10.0.0.1");
}

TEST(Wishes, AllowedOnesHoldWithinBounds) {
  TestWorld world(shop_config("annotations: {allow: [answer, ttl, health], ttl_min: 2, ttl_max: 30}"));
  world.list("cluster", {wishing(two())});
  EXPECT_EQ(world.draw(std::string(kName) + " A").size(), 1u) << "sample 1";
  EXPECT_EQ(world.dig(std::string(kName) + " A"), "NOERROR aa | " + std::string(kName) +
                                                      " 30 IN A 10.0.0.1 | " + std::string(kName) +
                                                      " 30 IN A 10.0.0.2");
  auto state = wishing(two());
  state.wishes.ttl = 0;
  world.upsert(state);
  EXPECT_EQ(world.dig("10-0-0-2." + std::string(kName) + " A"),
            "NOERROR aa | 10-0-0-2." + std::string(kName) + " 2 IN A 10.0.0.2");
}

Instance weighing(std::string_view address, double weight, std::string version = "") {
  auto one = endpoint(address);
  one.weight = weight;
  one.version = std::move(version);
  return one;
}

TEST(Wishes, WeightsOfPodsCountUnlessForbidden) {
  const std::vector<Instance> all{weighing("10.0.0.1", 9), weighing("10.0.0.2", 0), weighing("10.0.0.3", 1)};
  TestWorld allowed(shop_config());
  allowed.list("cluster", {TestWorld::service("cluster/shop//pool", all)});
  EXPECT_EQ(allowed.draw(std::string(kName) + " SRV").size(), 2u) << "weight 0 does not answer";
  TestWorld forbidden(shop_config("annotations: {allow: [ttl]}"));
  forbidden.list("cluster", {TestWorld::service("cluster/shop//pool", all)});
  const auto records = forbidden.draw(std::string(kName) + " SRV");
  EXPECT_EQ(records.size(), 3u);
  for (const auto& record : records) EXPECT_EQ(record.substr(0, 5), "0 1 8") << record;
}

ServiceState canary() {
  auto state = TestWorld::service("cluster/shop//pool",
                                  {weighing("10.0.0.1", 1, "v1"), weighing("10.0.0.2", 2, "v1"),
                                   weighing("10.0.0.3", 1, "v2"), weighing("10.0.0.4", 1, "v3")});
  state.group_weights = {{"v1", 90}, {"v2", 10}};
  return state;
}

TEST(Wishes, GroupsKeepTheirPartHoweverManyServe) {
  TestWorld world(shop_config());
  world.list("cluster", {canary()});
  std::map<std::string, int> first;
  constexpr int kDraws = 10000;  // one in ten: standard deviation 30
  for (int i = 0; i < kDraws; ++i) ++first[world.draw(std::string(kName) + " A").front()];
  EXPECT_NEAR(first["10.0.0.1"], 3000, 200);
  EXPECT_NEAR(first["10.0.0.2"], 6000, 200);
  EXPECT_NEAR(first["10.0.0.3"], 1000, 150);
  EXPECT_EQ(first["10.0.0.4"], 0) << "v3 is not named";
}

TEST(Wishes, OtherRegistriesNeedNoLeave) {
  TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: t, registry: local, annotations: {allow: [ttl]}}]
)");
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80).with_weight(5)})});
  EXPECT_EQ(world.draw("cart.t. SRV"), (std::vector<std::string>{"0 5 80 10-0-0-1.cart.t."}));
}

void expect_in(const std::string& text, std::initializer_list<const char*> parts) {
  for (const auto* part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Wishes, ExplainTellsOfEach) {
  auto state = wishing(two());
  state.group_weights = {{"v1", 90}};
  expect_in(
      explained(shop_config("annotations: {allow: [answer, ttl], ttl_max: 60}"), state, kName),
      {"wish: answer: sample 1, as the service asks",
       "wish: ttl: the service asks for 300 s, the zone's ttl_max is 60 s, which holds",
       "wish: health: the service asks for any, which the zone does not allow; ready holds",
       "wish: weights: the service asks for v1=90, which the zone does not allow; every instance counts 1"});
  state = canary();
  expect_in(explained(shop_config(), state, kName),
            {"wish: weights: the service asks for v1=90, v2=10, which holds",
             "wish: weight: instances have weights of their own, which holds", "share 60.00 %",
             "dropped: the weight of its version is 0, or the service's weights do not name it"});
  state.kind = ServiceKind::VirtualIp;
  state.virtual_ips = {*IpAddress::parse("10.9.9.9")};
  expect_in(explained(shop_config(), state, kName),
            {"v2=10, which cannot act: the service answers with its virtual address"});
}

}  // namespace
}  // namespace signpost::test
