// Forms, folding and precedence of Nacos names (DESIGN.md section 2).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}}
zones: [{name: n.test, registry: nacos}]
)";

std::string a(std::string_view name, std::string_view address) {
  return "NOERROR aa | " + std::string(name) + " 5 IN A " + std::string(address);
}

TEST(NacosNames, AllFormsShareOneBlock) {
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.0.0.1", 80)})});
  for (const char* name :
       {"cart.n.test.", "cart.default-group.n.test.", "cart.default-group.public.n.test."}) {
    EXPECT_EQ(world.dig(std::string(name) + " A"), a(name, "10.0.0.1"));
  }
  EXPECT_EQ(world.dig("cart.other.n.test. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("default-group.public.n.test. A"), "NOERROR aa soa");
}

TEST(NacosNames, OtherGroupsAndNamespacesHaveTheirForms) {
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/orders/cart", {At("10.0.0.1", 80)}),
                       TestWorld::service("nacos/staging/orders/cart", {At("10.0.0.2", 80)})});
  EXPECT_EQ(world.dig("cart.orders.n.test. A"), a("cart.orders.n.test.", "10.0.0.1"));
  EXPECT_EQ(world.dig("cart.orders.staging.n.test. A"), a("cart.orders.staging.n.test.", "10.0.0.2"));
  EXPECT_EQ(world.dig("cart.n.test. A"), "NXDOMAIN aa soa");
}

TEST(NacosNames, NamesThatAreNoHostNamesFold) {
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/providers:com.acme.Cart:1.0:",
                                          {At("10.0.0.1", 80)})});
  EXPECT_EQ(world.dig("providers-com.acme.cart-1.0.n.test. A"),
            a("providers-com.acme.cart-1.0.n.test.", "10.0.0.1"));
}

TEST(NacosNames, PrecedenceDoesNotDependOnTheOrderOfArrival) {
  const auto exact = TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.0.0.1", 80)});
  const auto folded = TestWorld::service("nacos/public/DEFAULT_GROUP/Cart", {At("10.0.0.2", 80)});
  for (const bool exact_first : {true, false}) {
    TestWorld world(kConfig);
    world.list("nacos", {});
    world.upsert(exact_first ? exact : folded).upsert(exact_first ? folded : exact);
    EXPECT_EQ(world.dig("cart.n.test. A"), a("cart.n.test.", "10.0.0.1")) << exact_first;
    world.erase("nacos/public/DEFAULT_GROUP/cart");
    EXPECT_EQ(world.dig("cart.n.test. A"), a("cart.n.test.", "10.0.0.2")) << "the loser takes over";
    world.erase("nacos/public/DEFAULT_GROUP/Cart");
    EXPECT_EQ(world.dig("cart.n.test. A"), "NXDOMAIN aa soa");
  }
}

TEST(NacosNames, ShortFormMeetsADottedName) {
  // `a.b.<zone>` is service `a.b` in bare form and service `a` of group `b` in group form: the group form
  // comes first.
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/a.b", {At("10.0.0.1", 80)}),
                       TestWorld::service("nacos/public/b/a", {At("10.0.0.2", 80)})});
  EXPECT_EQ(world.dig("a.b.n.test. A"), a("a.b.n.test.", "10.0.0.2"));
  EXPECT_EQ(world.dig("a.b.default-group.n.test. A"), a("a.b.default-group.n.test.", "10.0.0.1"));
  EXPECT_EQ(world.world.status().zones.front().collisions, 1u);
  const auto found = world.world.find(*Name::parse("a.b.n.test")).services;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]().state.key.group, "b");
  const auto losses = found[1]().losses;
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_NE(losses[0].find("taken by nacos/public/b/a"), std::string::npos) << losses[0];
}

TEST(NacosNames, WhatHasNoNameIsCountedNotServed) {
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/::", {At("10.0.0.1", 80)})});
  EXPECT_EQ(world.world.status().registries.front().unpublished, 1u);
}

}  // namespace
}  // namespace signpost::test
