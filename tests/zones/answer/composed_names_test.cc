// Names over several registries, as the world builds them and a client sees them (DESIGN.md section 4).
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kRegistries = R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1"}
  nacos: {type: nacos, servers: ["127.0.0.1:8848"]}
  local: {type: file, path: 1.yaml}
)";

/// One composed name, cart.shop.test, of a Service and a Nacos service.
std::string shop(const std::string& keys, const std::string& cluster = "", const std::string& nacos = "") {
  return std::string(kRegistries) +
         "zones:\n  - {name: nacos.test, registry: nacos}\n  - {name: cluster.test, registry: cluster}\n  - "
         "{name: "
         "files.test, registry: local}\n"
         "  - name: shop.test\n    services:\n      - name: cart\n        " +
         keys + "\n        members:\n          - {registry: cluster, namespace: shop, service: cart" +
         cluster + "}\n          - {registry: nacos, service: cart" + nacos + "}\n";
}

std::string share(int cluster) {
  return shop("combine: share", ", weight: " + std::to_string(cluster),
              ", weight: " + std::to_string(100 - cluster));
}

ServiceState pods(std::vector<Instance> instances) {
  return TestWorld::service("cluster/shop//cart", std::move(instances));
}
ServiceState registered(std::vector<Instance> instances) {
  return TestWorld::service("nacos/public/DEFAULT_GROUP/cart", std::move(instances));
}

/// Each record and how often it came first.
std::map<std::string, int> firsts(TestWorld& world, const std::string& question, int queries) {
  std::map<std::string, int> counts;
  for (int i = 0; i < queries; ++i) ++counts[world.draw(question).at(0)];
  return counts;
}

TEST(Composed, UnionIsOneService) {
  TestWorld world(shop("combine: union"));
  world.list("cluster", {pods({At("10.1.0.1", 8080, "http")})});
  world.list("nacos", {registered({At("10.1.0.1", 8080), At("10.0.0.9", 8080)})});
  EXPECT_EQ(world.dig("cart.shop.test. A"),
            "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.9 | cart.shop.test. 5 IN A 10.1.0.1");
  EXPECT_EQ(world.dig("_http._tcp.cart.shop.test. SRV"),
            "NOERROR aa | _http._tcp.cart.shop.test. 5 IN SRV 0 1 8080 10-1-0-1.cart.shop.test. + "
            "10-1-0-1.cart.shop.test. 5 IN A 10.1.0.1");
  EXPECT_EQ(world.dig("cart.shop.test. TXT"),
            "NOERROR aa | cart.shop.test. 5 IN TXT \"registry=cluster+nacos\" \"service=cart\" "
            "\"instances=2/2\"");
  EXPECT_EQ(world.dig("10-0-0-9-p8080.cart.shop.test. TXT"),
            "NOERROR aa | 10-0-0-9-p8080.cart.shop.test. 5 IN TXT \"weight=1\" \"health=up\" \"port=8080\"");
  EXPECT_EQ(world.dig("other.shop.test. A"), "NXDOMAIN aa soa");
}

TEST(Composed, AChangeOfAMemberIsSeen) {
  TestWorld world(shop("combine: union"));
  world.list("cluster", {}).list("nacos", {registered({At("10.0.0.9", 8080)})});
  const auto serial = world.serial("shop.test.");
  world.upsert(pods({At("10.1.0.1", 8080)}));
  EXPECT_EQ(world.dig("cart.shop.test. A"),
            "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.9 | cart.shop.test. 5 IN A 10.1.0.1");
  EXPECT_EQ(world.serial("shop.test."), serial + 1);
  world.erase("nacos/public/DEFAULT_GROUP/cart");
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.1");
  world.erase("cluster/shop//cart");
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa") << "the name is written, so it exists";
}

TEST(Composed, AChangeOfAnotherServiceCostsItNothing) {
  TestWorld world(shop("combine: union"));
  world.list("cluster", {pods({At("10.1.0.1", 8080)})}).list("nacos", {registered({At("10.0.0.9", 8080)})});
  const auto serial = world.serial("shop.test.");
  const auto before = world.world.status().blocks_built;
  world.upsert(TestWorld::service("nacos/public/DEFAULT_GROUP/other", {At("10.0.0.7", 80)}));
  EXPECT_EQ(world.world.status().blocks_built, before + 1);
  world.upsert(registered({At("10.0.0.8", 8080)}));
  EXPECT_EQ(world.world.status().blocks_built, before + 3) << "its own name, and the composed one";
  EXPECT_EQ(world.serial("shop.test."), serial + 1);
}

TEST(Composed, SharesMoveByReload) {
  TestWorld world(share(0));
  world.list("cluster", {pods({At("10.1.0.1", 8080)})});
  world.list("nacos", {registered({At("10.0.0.1", 8080), At("10.0.0.2", 8080).with_weight(3)})});
  auto counts = firsts(world, "cart.shop.test. A", 1000);
  EXPECT_EQ(counts.size(), 2u);
  world.configure(share(10));
  counts = firsts(world, "cart.shop.test. A", 10000);
  EXPECT_NEAR(counts["10.1.0.1"], 1000, 150);
  EXPECT_NEAR(counts["10.0.0.1"], 2250, 200);
  EXPECT_NEAR(counts["10.0.0.2"], 6750, 250);
  world.configure(share(50));
  EXPECT_NEAR(firsts(world, "cart.shop.test. A", 10000)["10.1.0.1"], 5000, 250);
  world.configure(share(100));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.1");
}

TEST(Composed, AReloadIsOnePublish) {
  TestWorld world(share(0));
  world.list("cluster", {pods({At("10.1.0.1", 8080)})}).list("nacos", {registered({At("10.0.0.1", 8080)})});
  const auto before = world.world.status().publishes;
  const auto serial = world.serial("shop.test.");
  world.configure(share(100));
  EXPECT_EQ(world.world.status().publishes, before + 1);
  EXPECT_EQ(world.serial("shop.test."), serial + 1);
}

TEST(Composed, TheSamePodIsOneRecordWithBothShares) {
  TestWorld world(share(10));
  world.list("cluster", {pods({At("10.1.0.1", 8080, "http"), At("10.1.0.2", 8080, "http")})});
  world.list("nacos", {registered({At("10.1.0.1", 8080)})});
  EXPECT_EQ(world.dig("cart.shop.test. SRV"),
            "NOERROR aa | cart.shop.test. 5 IN SRV 0 95 8080 10-1-0-1.cart.shop.test. | cart.shop.test. 5 IN "
            "SRV 0 5 8080 10-1-0-2.cart.shop.test. + 10-1-0-1.cart.shop.test. 5 IN A 10.1.0.1 + "
            "10-1-0-2.cart.shop.test. 5 IN A 10.1.0.2");
  EXPECT_NEAR(firsts(world, "cart.shop.test. A", 10000)["10.1.0.1"], 9500, 100);
  EXPECT_NEAR(firsts(world, "_http._tcp.cart.shop.test. SRV", 10000)["0 95 8080 10-1-0-1.cart.shop.test."],
              9500, 100);
}

TEST(Composed, ASampleNeverHasAnAddressTwice) {
  TestWorld world(shop("combine: share\n        answer: sample 2", ", weight: 50", ", weight: 50"));
  world.list("cluster", {pods({At("10.1.0.1", 8080, "http"), At("10.1.0.2", 8080, "http")})});
  world.list("nacos", {registered({At("10.1.0.1", 8080), At("10.1.0.2", 8080), At("10.1.0.3", 8080)})});
  for (int i = 0; i < 2000; ++i) {
    for (const char* question :
         {"cart.shop.test. A", "cart.shop.test. SRV", "_http._tcp.cart.shop.test. SRV"}) {
      const auto answer = world.draw(question);
      ASSERT_EQ(answer.size(), 2u) << question;
      ASSERT_NE(answer[0], answer[1]) << question;
    }
  }
}

TEST(Composed, SelectorsWorkAndTheirSharesAddUp) {
  TestWorld world(share(50));
  world.list(
      "cluster",
      {pods({At("10.1.0.1", 8080).of_version("v2").in_zone("a"), At("10.1.0.2", 8080).of_version("v1")})});
  world.list("nacos", {registered({At("10.1.0.1", 8080), At("10.1.0.3", 8080).of_version("v2")})});
  EXPECT_EQ(world.dig("v2._version.cart.shop.test. A"),
            "NOERROR aa | v2._version.cart.shop.test. 5 IN A 10.1.0.1 | v2._version.cart.shop.test. 5 IN A "
            "10.1.0.3");
  EXPECT_EQ(world.dig("a.pin._zone.cart.shop.test. A"),
            "NOERROR aa | a.pin._zone.cart.shop.test. 5 IN A 10.1.0.1");
  EXPECT_NEAR(firsts(world, "v2._version.cart.shop.test. A", 10000)["10.1.0.1"], 6667, 250);
}

TEST(Composed, ColdWhileNoMemberHasData) {
  TestWorld world(shop("combine: union"));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "SERVFAIL");
  EXPECT_EQ(world.extended_error("cart.shop.test. A"), ExtendedError::NotReady);
  EXPECT_EQ(world.dig("_http._tcp.cart.shop.test. SRV"), "SERVFAIL");
  EXPECT_EQ(world.dig("other.shop.test. A"), "NXDOMAIN aa soa") << "what is composed is written down";
  world.list("nacos", {});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "SERVFAIL") << "cluster may have some";
  world.upsert(registered({At("10.0.0.1", 8080)}));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
  world.erase("nacos/public/DEFAULT_GROUP/cart").list("cluster", {});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa");
}

TEST(Composed, PreferWaitsAfterTheStart) {
  TestWorld world(shop("combine: prefer\n        startup_wait: 3s"));
  world.list("nacos", {registered({At("10.0.0.1", 8080)})});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "SERVFAIL");
  world.advance(seconds(2));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "SERVFAIL");
  world.advance(seconds(1));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
  world.list("cluster", {pods({At("10.1.0.1", 8080)})});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.1");
  world.upsert(pods({}));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
}

TEST(Composed, ANameThatComesLaterWaitsForNobody) {
  TestWorld world(std::string(kRegistries) +
                  "zones: [{name: files.test, registries: [local, nacos, cluster]}]\n");
  world.list("nacos", {registered({At("10.0.0.1", 8080)})});
  world.advance(minutes(1));
  world.configure(shop("combine: prefer"));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
}

TEST(Composed, ANewMembersFirstEmptyListDoesNotWin) {
  TestWorld world(shop("combine: only", ", select: {version: none}"));
  world.list("nacos", {registered({At("10.0.0.1", 8080)})}).list("cluster", {pods({})});
  world.configure(shop("combine: only"));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
  world.upsert(pods({At("10.1.0.1", 8080)}));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.1");
  world.upsert(pods({}));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa") << "scaled to zero on purpose";
  world.configure(shop("combine: only\n        ttl: 7"));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa") << "a reload forgets no proof";
}

TEST(Composed, ALostRegistryLosesItsOpinionAndIsTold) {
  TestWorld world(shop("combine: union\n        ttl: 30"));
  auto down = At("10.1.0.1", 8080);
  down.health = Health::Down;
  world.list("cluster", {pods({At("10.1.0.1", 8080)})}).list("nacos", {registered({down})});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa");
  world.lose("nacos");
  world.advance(minutes(4));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa");
  world.advance(minutes(1));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 30 IN A 10.1.0.1");
  EXPECT_EQ(world.extended_error("cart.shop.test. A"), std::nullopt);
  world.regain("nacos");
  world.advance(seconds(1));
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa soa");
  world.lose("cluster");
  world.upsert(registered({At("10.0.0.1", 8080)}));
  world.advance(minutes(6));
  EXPECT_EQ(world.dig("cart.shop.test. A"),
            "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1 | cart.shop.test. 5 IN A 10.1.0.1");
  EXPECT_EQ(world.extended_error("cart.shop.test. A"), ExtendedError::StaleAnswer);
}

TEST(Composed, StaticRecordsComeFirstAndServicesLast) {
  const std::string zone = std::string(kRegistries) + R"(
zones:
  - name: shop.test
    registry: local
    services:
      - {name: cart, members: [{registry: nacos, service: cart}]}
      - {name: www, members: [{registry: nacos, service: cart}]}
      - {name: api.v1, members: [{registry: nacos, service: cart}]}
)";
  TestWorld world(zone, {{"shop.test", {"www A 192.0.2.80"}}});
  world.list("nacos", {registered({At("10.0.0.1", 8080)})});
  world.list("local", {TestWorld::service("local///cart", {At("10.9.0.1", 80)}),
                       TestWorld::service("local///other", {At("10.9.0.2", 80)})});
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("www.shop.test. A"), "NOERROR aa | www.shop.test. 3600 IN A 192.0.2.80");
  EXPECT_EQ(world.dig("other.shop.test. A"), "NOERROR aa | other.shop.test. 5 IN A 10.9.0.2");
  EXPECT_EQ(world.dig("api.v1.shop.test. A"), "NOERROR aa | api.v1.shop.test. 5 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("v1.shop.test. A"), "NOERROR aa soa");
  EXPECT_EQ(world.world.status().zones.at(0).collisions, 2u);
  const auto found = world.world.find(*Name::parse("cart.shop.test"));
  ASSERT_EQ(found.services.size(), 2u);
  const auto held = found.services[0]();
  EXPECT_EQ(held.state.key.to_string(), "nacos/cart");
  EXPECT_EQ(found.services[1]().losses.at(0),
            "cart.shop.test.: taken by a composed service (`services:` of the zone)");
}

TEST(Composed, ItsOwnTermsHold) {
  TestWorld world(shop("combine: only\n        ttl: 9\n        answer: sample 1\n        health: any"));
  auto down = At("10.1.0.1", 8080);
  down.health = Health::Down;
  world.list("cluster", {pods({down, At("10.1.0.2", 8080)})});
  EXPECT_EQ(world.dig("cart.shop.test. A"),
            "NOERROR aa | cart.shop.test. 9 IN A 10.1.0.1 | cart.shop.test. 9 IN A 10.1.0.2");
  EXPECT_EQ(world.draw("cart.shop.test. A").size(), 1u);
}

TEST(Composed, ChecksOfItsZoneFollowIt) {
  std::vector<std::string> asked;
  checks::Target first;
  TestWorld world(shop("combine: union") + "    checks: [{services: [cart], type: tcp}]\n");
  world.world.on_checks_wanted([&](const std::string&, const std::vector<checks::Target>& targets) {
    asked.clear();
    for (const auto& target : targets) asked.push_back(target.to_string());
    if (!targets.empty()) first = targets.front();
  });
  world.list("cluster", {pods({At("10.1.0.1", 8080), At("10.1.0.2", 8080)})}).list("nacos", {});
  EXPECT_EQ(asked.size(), 2u);
  world.world.take_check({first, true, "connection refused"});
  world.settle();
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.2");
}

TEST(Composed, PointersMayGiveItsName) {
  TestWorld world(shop("combine: union") + "  - {name: 10.0.0.0/8, reverse_of: [shop.test]}\n");
  world.list("cluster", {}).list("nacos", {registered({At("10.0.0.1", 8080)})});
  EXPECT_EQ(world.dig("1.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR 10-0-0-1.cart.shop.test.");
}

TEST(Composed, StatusNamesWhatIsMissing) {
  TestWorld world(shop("combine: share", ", weight: 10", ", weight: 90"));
  world.list("nacos", {registered({At("10.0.0.1", 8080)})}).list("cluster", {});
  const auto status = world.world.status();
  ASSERT_EQ(status.composed.size(), 1u);
  EXPECT_EQ(status.composed[0].name, "cart.shop.test.");
  EXPECT_EQ(status.composed[0].members,
            (std::vector<std::string>{"cluster/shop/cart", "nacos/public/DEFAULT_GROUP/cart"}));
  EXPECT_EQ(status.composed[0].eligible, 1u);
  EXPECT_EQ(status.composed[0].notes,
            (std::vector<std::string>{"member cluster/shop/cart: its registry knows no such service"}));
}

TEST(Composed, WhatARegistryIsNotToldToWatchIsTold) {
  auto text = shop("combine: union");
  const std::string_view url = "url: \"https://127.0.0.1:1\"";
  text.insert(text.find(url) + url.size(), ", namespaces: [prod]");
  TestWorld world(text);
  world.list("cluster", {}).list("nacos", {registered({At("10.0.0.1", 8080)})});
  EXPECT_EQ(
      world.world.status().composed.at(0).notes,
      (std::vector<std::string>{"member cluster/shop/cart: its registry knows no such service; it does not "
                                "watch the namespace shop"}));
}

TEST(Composed, ADrainedInstanceOfAMemberIsOutHereToo) {
  TestWorld world(shop("combine: union"));
  world.list("cluster", {pods({At("10.1.0.1", 8080), At("10.1.0.2", 8080)})}).list("nacos", {});
  EXPECT_EQ(world.world.drain({"cluster", "shop/cart", "10.1.0.1", true, std::nullopt}).error, "");
  world.settle();
  EXPECT_EQ(world.dig("cart.shop.test. A"), "NOERROR aa | cart.shop.test. 5 IN A 10.1.0.2");
}

}  // namespace
}  // namespace signpost::test
