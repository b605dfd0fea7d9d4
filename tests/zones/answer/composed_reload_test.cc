// What a reload leaves as it is, of names over several registries: what checks found, who was healthy last.
#include <map>

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kRegistries = R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1"}
  nacos: {type: nacos, servers: ["127.0.0.1:8848"]}
)";

ServiceState pods(std::vector<Instance> instances) {
  return TestWorld::service("cluster/shop//cart", std::move(instances));
}
ServiceState registered(std::vector<Instance> instances) {
  return TestWorld::service("nacos/public/DEFAULT_GROUP/cart", std::move(instances));
}

/// `services:` of the zone shop.test in this order: cart of the cluster, www of nacos.
std::string two(bool cart_first, const std::string& more = "") {
  const std::string cart = "{name: cart, members: [{registry: cluster, namespace: shop, service: cart}]}";
  const std::string www = "{name: www, members: [{registry: nacos, service: cart}]}";
  return std::string(kRegistries) + "zones:\n  - name: shop.test\n    services: [" +
         (cart_first ? cart + ", " + www : www + ", " + cart) + "]\n" + more;
}

TEST(ComposedReload, WhatChecksFoundOutlivesAReloadThatReordersNames) {
  const std::string checks = "    checks: [{services: [cart, www], type: tcp}]\n";
  std::map<std::string, std::vector<checks::Target>> wanted;
  int told = 0;
  TestWorld world(two(true, checks));
  world.world.on_checks_wanted([&](const std::string& who, const std::vector<checks::Target>& targets) {
    ++told;
    wanted[who] = targets;
  });
  world.list("cluster", {pods({At("10.1.0.1", 8080), At("10.1.0.2", 8080)})});
  world.list("nacos", {registered({At("10.0.0.1", 8080), At("10.0.0.2", 8080)})});
  ASSERT_EQ(wanted.size(), 2u);
  for (const auto& [who, targets] : wanted) world.world.take_check({targets.at(0), true, "refused"});
  world.settle();
  const auto cart = world.dig("cart.shop.test. A");
  const auto www = world.dig("www.shop.test. A");
  EXPECT_EQ(cart, "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.2");
  EXPECT_EQ(www, "NOERROR aa | www.shop.test. 5 IN A 10.0.0.2");
  told = 0;
  world.configure(two(false, checks));
  EXPECT_EQ(world.dig("cart.shop.test. A"), cart);
  EXPECT_EQ(world.dig("www.shop.test. A"), www);
  EXPECT_EQ(told, 0) << "the same are asked, for the same";
  const auto first = wanted.begin()->second.at(0);
  world.world.take_check({first, false, ""});
  world.settle();
  EXPECT_EQ(world.dig("cart.shop.test. A") == cart, world.dig("www.shop.test. A") != www)
      << "the one that it speaks of is built anew";
}

TEST(ComposedReload, ANewNameTakesNothingOverFromAnother) {
  const std::string checks = "    checks: [{services: [\"*\"], type: tcp}]\n";
  std::map<std::string, std::vector<checks::Target>> wanted;
  TestWorld world(two(true, checks));
  world.world.on_checks_wanted([&](const std::string& who, const std::vector<checks::Target>& targets) {
    targets.empty() ? void(wanted.erase(who)) : void(wanted[who] = targets);
  });
  world.list("cluster", {pods({At("10.1.0.1", 8080)})}).list("nacos", {registered({At("10.0.0.1", 8080)})});
  auto text = two(true, checks);
  text.replace(text.find("name: cart"), 10, "name: shop");
  world.configure(text);
  std::vector<std::string> asked;
  for (const auto& [who, targets] : wanted) asked.push_back(targets.at(0).to_string());
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector<std::string>{"tcp 10.0.0.1:8080", "tcp 10.1.0.1:8080"}));
  EXPECT_EQ(world.dig("shop.shop.test. A"), "NOERROR aa | shop.shop.test. 5 IN A 10.1.0.1");
}

std::string last_known(const std::string& keys = "", bool swapped = false) {
  const std::string cluster = "{registry: cluster, namespace: shop, service: cart}";
  const std::string nacos = "{registry: nacos, service: cart}";
  return std::string(kRegistries) +
         "zones:\n  - name: shop.test\n    services:\n      - {name: cart, last_resort: [last_known], " +
         keys + "members: [" + (swapped ? nacos + ", " + cluster : cluster + ", " + nacos) + "]}\n";
}

TEST(ComposedReload, AReloadForgetsNotWhoWasHealthyLast) {
  TestWorld world(last_known());
  const auto ill = [](std::string_view address) { return At(address, 8080).with_health(Health::Down); };
  world.list("cluster", {pods({At("10.1.0.1", 8080), ill("10.1.0.2")})});
  world.list("nacos", {registered({ill("10.0.0.1")})});
  world.upsert(pods({ill("10.1.0.1"), ill("10.1.0.2")}));
  const std::string kept = "NOERROR aa | cart.shop.test. 1 IN A 10.1.0.1";
  ASSERT_EQ(world.dig("cart.shop.test. A"), kept);
  world.configure(last_known("ttl: 7, "));
  EXPECT_EQ(world.dig("cart.shop.test. A"), kept);
  world.configure(last_known("", true));
  EXPECT_EQ(world.dig("cart.shop.test. A"), kept) << "members in another order";
  world.world.reset("cluster");
  world.list("cluster", {pods({ill("10.1.0.1"), ill("10.1.0.2")})});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa") << "another cluster";
}

TEST(ComposedReload, RescuesAreCountedOnWithTheirZone) {
  TestWorld world(last_known());
  const auto of = [&](policy::Doubt doubt) {
    const auto rows = world.world.status().zones.at(0).doubts;
    return rows.at(static_cast<std::size_t>(doubt) - 1);
  };
  const auto turn = [&](Health health) { world.upsert(pods({At("10.1.0.1", 8080).with_health(health)})); };
  world.list("nacos", {}).list("cluster", {pods({At("10.1.0.1", 8080)})});
  EXPECT_EQ(of(policy::Doubt::LastKnown).services, 0u);
  turn(Health::Down);
  EXPECT_EQ(of(policy::Doubt::LastKnown).services, 1u);
  EXPECT_EQ(of(policy::Doubt::Any).services, 0u);
  EXPECT_EQ(world.world.status().composed.at(0).doubt, policy::Doubt::LastKnown);
  world.configure(last_known("ttl: 7, "));
  EXPECT_EQ(of(policy::Doubt::LastKnown).times, 1u) << "the same one, still";
  turn(Health::Up);
  turn(Health::Down);
  EXPECT_EQ(of(policy::Doubt::LastKnown).times, 2u);
  turn(Health::Up);
  EXPECT_EQ(of(policy::Doubt::LastKnown).services, 0u);
}

}  // namespace
}  // namespace signpost::test
