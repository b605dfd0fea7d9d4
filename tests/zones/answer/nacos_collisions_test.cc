// Every way in which two Nacos services meet on one name, and who gets it (DESIGN.md section 2; facts: Nacos
// 1.1, A18). The other one is counted and explained, and answers as soon as the first is gone.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/synthesis/names.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}}
zones: [{name: n.test, registry: nacos}]
)";

const std::string kLong(70, 'l');

struct Pair {
  const char* name;    // the rule
  std::string winner;  // namespace/group/service
  std::string loser;
  std::string meet;  // below n.test.
  const char* rule;  // as explained
};

class NacosCollision : public testing::TestWithParam<Pair> {};

std::string ask(TestWorld& world, const std::string& owner) {
  const auto answer = world.dig(owner + ".n.test. A");
  const auto at = answer.rfind(' ');
  return answer.starts_with("NOERROR aa | ") ? answer.substr(at + 1) : answer;
}

TEST_P(NacosCollision, IsDecidedByTheNamesAlone_A18) {
  const auto& pair = GetParam();
  const auto winner = TestWorld::service("nacos/" + pair.winner, {At("10.0.0.1", 80)});
  const auto loser = TestWorld::service("nacos/" + pair.loser, {At("10.0.0.2", 80)});
  for (const bool winner_first : {true, false}) {
    TestWorld world(kConfig);
    world.list("nacos", {});
    world.upsert(winner_first ? winner : loser).upsert(winner_first ? loser : winner);
    EXPECT_EQ(ask(world, pair.meet), "10.0.0.1") << winner_first;
    EXPECT_GE(world.world.status().zones.front().collisions, 1U);
    const auto found = world.world.find(*Name::parse(pair.meet + ".n.test")).services;
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]().state.key.to_string(), "nacos/" + pair.winner);
    std::string losses;
    const auto second = found[1]();
    for (const auto& loss : second.losses) losses += loss + "\n";
    EXPECT_NE(losses.find("taken by nacos/" + pair.winner), std::string::npos) << losses;
    EXPECT_NE(losses.find(pair.rule), std::string::npos) << losses;
    world.erase("nacos/" + pair.winner);
    EXPECT_EQ(ask(world, pair.meet), "10.0.0.2") << "the loser takes over";
    world.upsert(winner);
    EXPECT_EQ(ask(world, pair.meet), "10.0.0.1") << "and gives it back";
  }
}

const Pair kPairs[] = {
    {"folded_before_upper_case", "public/g/cart", "public/g/Cart", "cart.g", "exact spelling"},
    {"upper_cases_by_bytes", "public/g/CART", "public/g/Cart", "cart.g", "byte order"},
    {"folded_before_underscore", "public/g/a-b", "public/g/a_b", "a-b.g", "exact spelling"},
    {"punctuation_by_bytes", "public/g/a:b", "public/g/a_b", "a-b.g", "byte order"},
    {"group_case_is_folded_too", "public/orders/cart", "public/Orders/cart", "cart.orders", "exact spelling"},
    {"group_form_before_bare_dots", "public/b/a", "public/DEFAULT_GROUP/a.b", "a.b", "full form"},
    {"full_form_before_dotted_group", "staging/orders/cart", "public/orders.staging/cart",
     "cart.orders.staging", "full form"},
    {"full_form_before_dotted_service", "staging/orders/cart", "public/staging/cart.orders",
     "cart.orders.staging", "full form"},
    {"full_form_before_bare_dots", "staging/orders/cart", "public/DEFAULT_GROUP/cart.orders.staging",
     "cart.orders.staging", "full form"},
    {"fewer_dots_in_the_service", "public/b.c/a", "public/c/a.b", "a.b.c", "fewer dots"},
    {"default_group_owns_its_spelling", "public/DEFAULT_GROUP/cart", "public/default-group/cart",
     "cart.default-group", "DEFAULT_GROUP owns"},
    {"namespace_case", "staging/g/cart", "Staging/g/cart", "cart.g.staging", "exact spelling"},
    {"a_shortened_name_after_the_real_one", "public/g/" + names::fold_label(kLong), "public/g/" + kLong,
     names::fold_label(kLong) + ".g", "exact spelling"},
    {"a_service_before_an_interface", "public/DEFAULT_GROUP/com.acme.Cart",
     "public/DEFAULT_GROUP/providers:com.acme.Cart::", "com.acme.cart", "own name before an interface's"},
    {"a_bare_service_before_a_full_interface", "public/DEFAULT_GROUP/com.acme.cart.g.public",
     "public/g/providers:com.acme.Cart::", "com.acme.cart.g.public", "own name before an interface's"},
    {"an_interface_without_version_first", "public/DEFAULT_GROUP/providers:com.acme.Cart::",
     "public/DEFAULT_GROUP/providers:com.acme.Cart:2:", "com.acme.cart", "exact spelling"},
    {"then_the_lowest_version", "public/DEFAULT_GROUP/providers:com.acme.Cart:1.0:",
     "public/DEFAULT_GROUP/providers:com.acme.Cart:2.0:", "com.acme.cart", "byte order"},
    {"a_service_before_a_versioned_interface", "public/DEFAULT_GROUP/com.acme.cart-1.0",
     "public/DEFAULT_GROUP/providers:com.acme.Cart:1.0:", "com.acme.cart-1.0",
     "own name before an interface's"},
    {"a_version_and_a_group_spelled_alike", "public/DEFAULT_GROUP/providers:com.acme.Cart::blue",
     "public/DEFAULT_GROUP/providers:com.acme.Cart:blue:", "com.acme.cart-blue", "byte order"},
    {"an_interface_by_its_form", "public/cart/providers:com.acme::",
     "public/DEFAULT_GROUP/providers:com.acme.cart::", "com.acme.cart", "full form"},
};
INSTANTIATE_TEST_SUITE_P(Pairs, NacosCollision, testing::ValuesIn(kPairs),
                         [](const auto& test) { return test.param.name; });

TEST(NacosCollisions, WhatOnlyLooksAlikeDoesNotMeet_A18) {
  TestWorld world(kConfig);
  world.list("nacos",
             {TestWorld::service("nacos/public/DEFAULT_GROUP/" + kLong + "1", {At("10.0.0.1", 80)}),
              TestWorld::service("nacos/public/DEFAULT_GROUP/" + kLong + "2", {At("10.0.0.2", 80)}),
              TestWorld::service("nacos/staging/DEFAULT_GROUP/" + kLong + "1", {At("10.0.0.3", 80)})});
  EXPECT_EQ(ask(world, names::fold_label(kLong + "1")), "10.0.0.1");
  EXPECT_EQ(ask(world, names::fold_label(kLong + "2")), "10.0.0.2");
  EXPECT_EQ(world.world.status().zones.front().collisions, 0U);
}

TEST(NacosCollisions, DerivedNamesComeBeforeAServiceBelow_A18) {
  TestWorld world(kConfig);
  auto at = At("10.0.0.1", 80);
  auto cart = TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {at});
  cart.instances.front().cluster = "c1";
  world.list("nacos",
             {cart, TestWorld::service("nacos/public/DEFAULT_GROUP/10-0-0-1.cart", {At("10.0.0.2", 80)}),
              TestWorld::service("nacos/public/DEFAULT_GROUP/c1._cluster.cart", {At("10.0.0.3", 80)})});
  EXPECT_EQ(ask(world, "10-0-0-1.cart"), "10.0.0.1") << "an instance of the service above";
  EXPECT_EQ(ask(world, "10-0-0-1.cart.default-group"), "10.0.0.1");
  EXPECT_EQ(ask(world, "c1._cluster.cart"), "10.0.0.1") << "labels with _ are ours alone";
  EXPECT_EQ(ask(world, "c1.cluster.cart"), "10.0.0.3");
}

TEST(NacosCollisions, WhatIsTooLongTakesNothing_A18) {
  const std::string label(60, 'x');
  const auto longest = label + "." + label + "." + label + "." + label;
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/" + longest, {At("10.0.0.1", 80)})});
  EXPECT_EQ(ask(world, label), "NXDOMAIN aa soa");
  EXPECT_EQ(world.world.status().registries.front().unpublished, 1U);
}

TEST(NacosInterfaces, HaveNamesAPersonCanWrite) {
  const std::string dubbo = "nacos/public/DEFAULT_GROUP/providers:com.acme.Cart:";
  TestWorld world(kConfig);
  auto one = TestWorld::service(dubbo + "1.0:", {At("10.0.0.1", 20880)});
  one.instances.front().version = "1.0";
  world.list("nacos",
             {one, TestWorld::service(dubbo + "2.0:", {At("10.0.0.2", 20880)}),
              TestWorld::service(dubbo + "2.0:blue", {At("10.0.0.3", 20880)}),
              TestWorld::service("nacos/staging/g/providers:com.acme.Pay", {At("10.0.0.4", 20880)})});
  EXPECT_EQ(ask(world, "com.acme.cart-1.0"), "10.0.0.1");
  EXPECT_EQ(ask(world, "com.acme.cart-2.0"), "10.0.0.2");
  EXPECT_EQ(ask(world, "com.acme.cart-2.0-blue"), "10.0.0.3");
  EXPECT_EQ(ask(world, "com.acme.cart-2.0.default-group.public"), "10.0.0.2");
  EXPECT_EQ(ask(world, "com.acme.cart"), "10.0.0.1");
  EXPECT_EQ(ask(world, "1.0._version.com.acme.cart"), "10.0.0.1");
  EXPECT_EQ(ask(world, "2.0._version.com.acme.cart"), "NXDOMAIN aa soa") << "a selector stays in its service";
  EXPECT_EQ(ask(world, "providers-com.acme.cart-2.0"), "10.0.0.2") << "its own name stays";
  EXPECT_EQ(ask(world, "com.acme.pay.g.staging"), "10.0.0.4");
  EXPECT_EQ(ask(world, "com.acme.pay"), "NXDOMAIN aa soa");
}

TEST(NacosInterfaces, ComeAfterTheOwnNamesOfALaterRegistry) {
  TestWorld world(R"(
registries:
  a: {type: nacos, servers: ["127.0.0.1:8848"]}
  b: {type: nacos, servers: ["127.0.0.1:8849"]}
zones: [{name: n.test, registries: [a, b]}]
)");
  world.list("a",
             {TestWorld::service("a/public/DEFAULT_GROUP/providers:com.acme.Cart::", {At("10.0.0.1", 1)})});
  world.list("b", {TestWorld::service("b/public/DEFAULT_GROUP/com.acme.cart", {At("10.0.0.2", 1)})});
  EXPECT_EQ(ask(world, "com.acme.cart"), "10.0.0.2");
  world.erase("b/public/DEFAULT_GROUP/com.acme.cart");
  EXPECT_EQ(ask(world, "com.acme.cart"), "10.0.0.1");
}

}  // namespace
}  // namespace signpost::test
