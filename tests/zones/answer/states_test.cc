// What is answered while a registry is cold, live, lagging or stale (operations.md 2), and how serials move.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kTwo = R"(
registries: {one: {type: file, path: 1.yaml}, two: {type: file, path: 2.yaml}}
zones:
  - {name: one.test, registry: one}
  - {name: both.test, registries: [one, two]}
  - {name: 10.in-addr.arpa, registry: two}
)";
constexpr const char* kCart = "NOERROR aa | cart.one.test. 5 IN A 10.0.0.1";

ServiceState cart() { return TestWorld::service("one///cart", {At("10.0.0.1", 80)}); }

TEST(States, ColdIsServfailNeverNxdomain) {
  TestWorld world(kTwo);
  for (const char* question : {"cart.one.test. A", "x.y.one.test. A", "cart.both.test. TXT",
                               "1.0.0.10.in-addr.arpa. PTR", "0.10.in-addr.arpa. PTR"}) {
    EXPECT_EQ(world.dig(question), "SERVFAIL") << question;
  }
}

TEST(States, ColdZonesAnswerWhatTheyHaveThemselves) {
  TestWorld world(kTwo);
  EXPECT_EQ(world.dig("one.test. NS"),
            "NOERROR aa | one.test. 5 IN NS ns.dns.one.test. + ns.dns.one.test. 5 IN A 192.0.2.53");
  EXPECT_EQ(world.dig("one.test. A"), "NOERROR aa soa");
  EXPECT_EQ(world.dig("ns.dns.one.test. A"), "NOERROR aa | ns.dns.one.test. 5 IN A 192.0.2.53");
}

TEST(States, AnUnfinishedListAnswersNothing) {
  TestWorld world(kTwo);
  world.world.begin_list("one", 1);
  world.upsert(cart());
  EXPECT_EQ(world.dig("cart.one.test. A"), "SERVFAIL");
  world.world.end_list("one", 1, Complete::No);
  world.settle();
  EXPECT_EQ(world.dig("cart.one.test. A"), "SERVFAIL") << "an incomplete list makes nobody synced";
}

TEST(States, SourcesAreIndependent) {
  TestWorld world(kTwo);
  world.list("one", {cart()});
  EXPECT_EQ(world.dig("cart.one.test. A"), kCart);
  EXPECT_EQ(world.dig("nope.one.test. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("cart.both.test. A"), "NOERROR aa | cart.both.test. 5 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("nope.both.test. A"), "SERVFAIL") << "two may have it";
  world.list("two", {});
  EXPECT_EQ(world.dig("nope.both.test. A"), "NXDOMAIN aa soa");
}

TEST(States, ALostRegistryGoesOnAnswering) {
  TestWorld world(kTwo);
  world.list("one", {cart()}).lose("one");
  EXPECT_EQ(world.dig("cart.one.test. A"), kCart);
  EXPECT_EQ(world.world.status().registries[0].phase, RegistryPhase::Lagging);
  world.advance(std::chrono::minutes(6));
  EXPECT_EQ(world.world.status().registries[0].phase, RegistryPhase::Stale);
  EXPECT_EQ(world.dig("cart.one.test. A"), kCart);
  EXPECT_EQ(world.dig("nope.one.test. A"), "NXDOMAIN aa soa");
  world.regain("one");
  EXPECT_EQ(world.world.status().registries[0].phase, RegistryPhase::Live);
}

TEST(States, PendingIsServfailAtAndBelowTheName) {
  TestWorld world(kTwo);
  auto pending = TestWorld::service("one///cart");
  pending.pending = true;
  world.list("one", {pending});
  EXPECT_EQ(world.dig("cart.one.test. A"), "SERVFAIL");
  EXPECT_EQ(world.dig("_http._tcp.cart.one.test. SRV"), "SERVFAIL");
  EXPECT_EQ(world.dig("nope.one.test. A"), "NXDOMAIN aa soa");
  world.upsert(cart());
  EXPECT_EQ(world.dig("cart.one.test. A"), kCart);
}

TEST(States, ACompleteListSweepsAnIncompleteOneDoesNot) {
  TestWorld world(kTwo);
  world.list("one", {cart(), TestWorld::service("one///pay", {At("10.0.0.2", 80)})});
  world.world.begin_list("one", 100000);
  world.upsert(cart());
  world.world.end_list("one", 100000, Complete::No);
  world.settle();
  EXPECT_EQ(world.dig("pay.one.test. A"), "NOERROR aa | pay.one.test. 5 IN A 10.0.0.2");
  world.list("one", {cart()});
  EXPECT_EQ(world.dig("pay.one.test. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("cart.one.test. A"), kCart);
}

TEST(States, SerialMovesByOneForAVisibleChangeOnly) {
  TestWorld world(kTwo);
  world.list("one", {cart()}).list("two", {});
  const auto before = world.serial("one.test.");
  EXPECT_GE(before, 1'700'000'000u);
  auto hidden = cart();
  hidden.instances[0].metadata = {{"build", "7"}};  // not on the allow-list
  world.upsert(hidden);
  EXPECT_EQ(world.serial("one.test."), before) << "nothing to see";
  world.upsert(TestWorld::service("one///cart", {At("10.0.0.9", 80)}));
  EXPECT_EQ(world.serial("one.test."), before + 1);
  const auto reverse = world.serial("10.in-addr.arpa.");
  world.upsert(TestWorld::service("two///pay", {At("10.5.0.1", 80)}));
  EXPECT_EQ(world.serial("one.test."), before + 1) << "the other zone's change";
  EXPECT_EQ(world.serial("10.in-addr.arpa."), reverse + 1);
}

TEST(States, SubscribersHearWhatChanged) {
  TestWorld world(kTwo);
  std::vector<ZoneChange> heard;
  world.world.subscribe([&](const ZoneChange& change) { heard.push_back(change); });
  world.list("one", {cart()});
  heard.clear();
  world.upsert(TestWorld::service("one///cart", {At("10.0.0.1", 80), At("10.0.0.2", 80)}));
  ASSERT_EQ(heard.size(), 3u);  // one.test, both.test, and the reverse zone that points into both.test
  EXPECT_EQ(heard[2].zone, "10.in-addr.arpa.");
  ASSERT_EQ(heard[2].owners.size(), 1u);
  EXPECT_EQ(heard[2].owners[0].name.to_string(), "2.0.0.10.in-addr.arpa.");
  EXPECT_EQ(heard[0].zone, "one.test.");
  EXPECT_EQ(heard[0].new_serial, heard[0].old_serial + 1);
  std::string owners;
  for (const auto& owner : heard[0].owners) {
    owners += owner.name.to_string();
    for (const auto type : owner.types) owners += " " + type_text(type);
    owners += "; ";
  }
  EXPECT_EQ(owners,
            "10-0-0-2-p80.cart.one.test. A TXT; 10-0-0-2.cart.one.test. A; cart.one.test. A TXT SRV; ");
}

TEST(States, ReloadKeepsDataAndSerialsAndForgetsRegistriesThatWent) {
  TestWorld world(kTwo);
  world.list("one", {cart()}).list("two", {});
  const auto before = world.serial("one.test.");
  world.configure(R"(
registries: {one: {type: file, path: 1.yaml}}
zones: [{name: one.test, registry: one, ttl: 30}, {name: new.test, registry: one}]
)");
  EXPECT_EQ(world.dig("cart.one.test. A"), "NOERROR aa | cart.one.test. 30 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("cart.new.test. A"), "NOERROR aa | cart.new.test. 5 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("cart.both.test. A"), "REFUSED");
  EXPECT_EQ(world.serial("one.test."), before + 1);
  world.upsert(TestWorld::service("two///pay", {At("10.5.0.1", 80)}));
  EXPECT_EQ(world.world.status().registries.size(), 1u);
}

TEST(States, NestedZonesAreServedByTheLongestApex) {
  TestWorld world(R"(
registries: {one: {type: file, path: 1.yaml}, two: {type: file, path: 2.yaml}}
zones: [{name: test, registry: one}, {name: in.test, registry: two}]
)");
  world.list("one", {TestWorld::service("one///x.in", {At("10.0.0.1", 80)}),
                     TestWorld::service("one///y", {At("10.0.0.2", 80)})});
  world.list("two", {});
  EXPECT_EQ(world.dig("y.test. A"), "NOERROR aa | y.test. 5 IN A 10.0.0.2");
  EXPECT_EQ(world.dig("x.in.test. A"), "NXDOMAIN aa soa");
}

TEST(States, HealthPoliciesDecideWhoAnswers) {
  for (const auto& [policy, expected] :
       std::map<std::string, std::string>{{"ready", "10.0.0.1 10.0.0.4"},
                                          {"serving", "10.0.0.1 10.0.0.2 10.0.0.4"},
                                          {"strict", "10.0.0.1"},
                                          {"any", "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4"}}) {
    TestWorld world(
        "registries: {one: {type: file, path: 1.yaml}}\nzones: [{name: t, registry: one, answer: all, "
        "health: " +
        policy + "}]\n");
    world.list("one", {TestWorld::service("one///s",
                                          {At("10.0.0.1", 1), At("10.0.0.2", 1).with_health(Health::Draining),
                                           At("10.0.0.3", 1).with_health(Health::Down),
                                           At("10.0.0.4", 1).with_health(Health::Unknown)})});
    std::string seen;
    for (const auto& address : world.draw("s.t. A")) seen += (seen.empty() ? "" : " ") + address;
    EXPECT_EQ(seen, expected) << policy;
  }
}

}  // namespace
}  // namespace signpost::test
