// Reverse zones over several forward zones: which names an address has, and which of them is given (N5, N17;
// kubernetes.md 3.6, gap 14).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c}
  nacos: {type: nacos, servers: ["127.0.0.1:1"]}
  local: {type: file, path: x.yaml}
zones:
  - {name: c.test, registry: cluster, txt: off}
  - {name: n.test, registry: nacos}
  - {name: l.test, registry: local}
  - {name: 10.0.0.0/8, reverse_of: [c.test, n.test], ttl: 7}
  - {name: 10.9.8.0/24, reverse_of: [l.test]}
  - {name: 172.16.0.0/12, reverse_of: [n.test, c.test], ptr: all}
  - {name: fd00::/8, reverse_of: [c.test, n.test]}
  - {name: ip6.arpa, registry: local}
  - {name: 1.0.0.192.in-addr.arpa, registry: local}
)";

Instance pod(std::string_view address, std::string host = "") {
  auto instance = At(address).named(std::move(host));
  instance.ports = {{"http", 80, Protocol::Tcp}};
  return instance;
}

void fill(TestWorld& world) {
  const std::vector<Port> http{{"http", 80, Protocol::Tcp}};
  world.list("cluster",
             {TestWorld::cluster_ip("cluster/shop//web", {"10.0.0.1"}, http, {pod("10.1.0.1")}),
              TestWorld::cluster_ip("cluster/shop//edge", {"172.31.0.9"}, http, {pod("10.0.0.1")}),
              TestWorld::service("cluster/shop//a-lb", {pod("10.1.0.1"), pod("10.1.0.2"), pod("172.16.0.1")}),
              TestWorld::service("cluster/shop//db", {pod("10.1.0.2", "db-0"), pod("10.1.0.3"),
                                                      pod("172.16.0.1", "db-1"), pod("172.31.0.9")}),
              TestWorld::service("cluster/shop//v6", {pod("fd00::2")})});
  world.list("nacos",
             {TestWorld::service("nacos/public/DEFAULT_GROUP/cart",
                                 {At("10.0.0.1", 80), At("10.1.0.3", 80), At("10.2.0.1", 80),
                                  At("172.16.0.1", 80), At("172.31.0.9", 80), At("172.32.0.1", 80)}),
              TestWorld::service("nacos/public/DEFAULT_GROUP/down",
                                 {At("10.3.0.1", 80).with_health(Health::Down), At("10.3.0.2", 80).off()}),
              TestWorld::service("nacos/public/DEFAULT_GROUP/dual", {At("10.4.0.1", 80).also("fd00::4")})});
  world.list("local", {TestWorld::service("local///here", {At("10.9.8.7", 80), At("10.9.9.9", 80),
                                                           At("192.0.0.1", 80), At("fe00::1", 80)})});
}

TestWorld& world() {
  static auto* made = [] {
    auto* fresh = new TestWorld(kConfig);
    fill(*fresh);
    return fresh;
  }();
  return *made;
}

const Row kRows[] = {
    {"a_virtual_address_comes_before_every_endpoint", "1.0.0.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.10.in-addr.arpa. 7 IN PTR web.shop.svc.c.test."},
    {"of_two_services_the_first_by_name", "1.0.1.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.1.10.in-addr.arpa. 7 IN PTR 10-1-0-1.a-lb.shop.svc.c.test."},
    {"a_host_name_comes_before_one_made_of_the_address", "2.0.1.10.in-addr.arpa. PTR",
     "NOERROR aa | 2.0.1.10.in-addr.arpa. 7 IN PTR db-0.db.shop.svc.c.test."},
    {"the_zone_listed_first", "3.0.1.10.in-addr.arpa. PTR",
     "NOERROR aa | 3.0.1.10.in-addr.arpa. 7 IN PTR 10-1-0-3.db.shop.svc.c.test."},
    {"a_later_zone_where_it_alone_knows", "1.0.2.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.2.10.in-addr.arpa. 7 IN PTR 10-2-0-1.cart.default-group.public.n.test."},
    {"a_zone_not_listed_is_never_named", "9.9.9.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"the_longest_apex_serves", "7.8.9.10.in-addr.arpa. PTR",
     "NOERROR aa | 7.8.9.10.in-addr.arpa. 5 IN PTR 10-9-8-7.here.l.test."},
    {"all_names_in_the_order_of_the_zones", "1.0.16.172.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.16.172.in-addr.arpa. 5 IN PTR 172-16-0-1.cart.default-group.public.n.test. | "
     "1.0.16.172.in-addr.arpa. 5 IN PTR db-1.db.shop.svc.c.test. | "
     "1.0.16.172.in-addr.arpa. 5 IN PTR 172-16-0-1.a-lb.shop.svc.c.test."},
    {"a_virtual_address_hides_the_endpoints_of_its_own_zone", "9.0.31.172.in-addr.arpa. PTR",
     "NOERROR aa | 9.0.31.172.in-addr.arpa. 5 IN PTR edge.shop.svc.c.test. | "
     "9.0.31.172.in-addr.arpa. 5 IN PTR 172-31-0-9.cart.default-group.public.n.test."},
    {"outside_the_prefix", "1.0.32.172.in-addr.arpa. PTR", "REFUSED"},
    {"each_zone_of_a_prefix_has_its_apex", "31.172.in-addr.arpa. NS",
     "NOERROR aa | 31.172.in-addr.arpa. 5 IN NS ns.dns.31.172.in-addr.arpa. + ns.dns.31.172.in-addr.arpa. 5 "
     "IN A "
     "192.0.2.53"},
    {"also_where_no_address_is", "20.172.in-addr.arpa. NS",
     "NOERROR aa | 20.172.in-addr.arpa. 5 IN NS ns.dns.20.172.in-addr.arpa. + ns.dns.20.172.in-addr.arpa. 5 "
     "IN A "
     "192.0.2.53"},
    {"v6", "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR",
     "NOERROR aa | 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 5 IN PTR "
     "fd00--2.v6.shop.svc.c.test."},
    {"dual_stack_has_a_name_of_each_family",
     "4.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR",
     "NOERROR aa | 4.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 5 IN PTR "
     "fd00--4.dual.default-group.public.n.test."},
    {"N17_31_nibbles_are_an_inner_node",
     "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR", "NOERROR aa soa"},
    {"N17_33_nibbles_do_not_exist",
     "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR", "NXDOMAIN aa soa"},
    {"N17_two_nibbles_in_a_label_do_not_exist", "02.0.d.f.ip6.arpa. PTR", "NXDOMAIN aa soa"},
    {"N17_upper_case_is_the_same",
     "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.D.F.IP6.ARPA. PTR",
     "NOERROR aa | 2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.D.F.IP6.ARPA. 5 IN PTR "
     "fd00--2.v6.shop.svc.c.test."},
    {"v4_inside_v6_has_no_name",
     "1.0.0.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. PTR", "NXDOMAIN aa soa"},
    {"nor_an_inner_node", "f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. PTR", "NXDOMAIN aa soa"},
    {"nodes_behind_v4_inside_v6_are_found", "e.f.ip6.arpa. PTR", "NOERROR aa soa"},
    {"N5_inner_node", "1.10.in-addr.arpa. PTR", "NOERROR aa soa"},
    {"N5_inner_node_of_any_type", "0.1.10.in-addr.arpa. A", "NOERROR aa soa"},
    {"N5_inner_node_without_addresses", "77.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"N5_inner_node_with_dropped_instances_alone", "3.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"N5_inner_node_with_an_unlisted_zone_alone", "9.9.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"N5_inner_node_above_a_zone", "9.10.in-addr.arpa. PTR", "NOERROR aa soa"},
    {"N2_other_type", "1.0.0.10.in-addr.arpa. TXT", "NOERROR aa soa"},
    {"N10_any", "1.0.0.10.in-addr.arpa. ANY",
     "NOERROR aa | 1.0.0.10.in-addr.arpa. 7 IN PTR web.shop.svc.c.test."},
    {"below_an_address_is_nothing", "x.1.0.0.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"five_numbers", "5.1.0.0.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"leading_zeros", "01.0.0.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"too_large_a_number", "256.0.0.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"apex", "10.in-addr.arpa. PTR", "NOERROR aa soa"},
    {"below_the_name_server", "x.ns.dns.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"dropped_instances_have_no_name", "1.0.3.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"a_zone_of_one_address", "1.0.0.192.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.192.in-addr.arpa. 5 IN PTR 192-0-0-1.here.l.test."},
    {"a_zone_of_one_address_has_a_soa", "1.0.0.192.in-addr.arpa. TXT", "NOERROR aa soa"},
};

class ReverseZones : public testing::TestWithParam<Row> {};
TEST_P(ReverseZones, Answer) { EXPECT_EQ(world().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, ReverseZones, testing::ValuesIn(kRows), rule_of);

TEST(ReverseStates, ColdWhileARegistryBehindAListedZoneIs) {
  TestWorld world(kConfig);
  world.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.2.0.1", 80)})});
  for (const char* question : {"1.0.2.10.in-addr.arpa. PTR", "2.10.in-addr.arpa. PTR",
                               "77.10.in-addr.arpa. PTR", "1.0.2.10.in-addr.arpa. A"}) {
    EXPECT_EQ(world.dig(question), "SERVFAIL") << question << ": the cluster may have a better name";
  }
  EXPECT_EQ(world.dig("10.in-addr.arpa. A"), "NOERROR aa soa");
  world.list("cluster", {});
  EXPECT_EQ(world.dig("1.0.2.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.2.10.in-addr.arpa. 7 IN PTR 10-2-0-1.cart.default-group.public.n.test.");
  EXPECT_EQ(world.dig("77.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa") << "local is behind no listed zone";
}

TEST(ReverseStates, StaleAnswersLiveShortly) {
  TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: l.test, registry: local}, {name: 10.0.0.0/8, reverse_of: [l.test], ttl: 60}]
)");
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)})}).lose("local");
  EXPECT_EQ(world.dig("1.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.0.10.in-addr.arpa. 60 IN PTR 10-0-0-1.cart.l.test.");
  world.advance(std::chrono::minutes(6));
  EXPECT_EQ(world.dig("1.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR 10-0-0-1.cart.l.test.");
}

/// Serial and listeners of 10.in-addr.arpa.
struct Watched {
  explicit Watched(TestWorld& watched) : world(watched) {
    world.world.subscribe([this](const ZoneChange& change) {
      if (change.zone != "10.in-addr.arpa.") return;
      for (const auto& owner : change.owners) heard += owner.name.to_string() + " ";
    });
  }
  /// What an event changed: "+1: 1.0.0.10.in-addr.arpa."
  std::string change(const ServiceState& state) {
    const auto before = world.serial("10.in-addr.arpa.");
    heard.clear();
    world.upsert(state);
    return "+" + std::to_string(world.serial("10.in-addr.arpa.") - before) + ": " + heard;
  }
  TestWorld& world;
  std::string heard;
};

TEST(ReverseStates, SerialMovesWithVisiblePointersOnly) {
  TestWorld world(kConfig);
  fill(world);
  Watched watched(world);
  const auto file = [](std::vector<Instance> instances) {
    return TestWorld::service("local///here", std::move(instances));
  };
  EXPECT_EQ(watched.change(file({At("10.7.7.7", 80)})), "+0: ") << "a zone that is not listed";
  const auto cart = [](std::vector<Instance> instances) {
    return TestWorld::service("nacos/public/DEFAULT_GROUP/cart", std::move(instances));
  };
  EXPECT_EQ(watched.change(cart({At("10.2.0.1", 80), At("10.1.0.3", 81).with_weight(3)})), "+0: ")
      << "10.0.0.1 and 10.1.0.3 have better names";
  EXPECT_EQ(watched.change(cart({At("10.2.0.1", 80), At("10.2.0.2", 80)})), "+1: 2.0.2.10.in-addr.arpa. ");
  EXPECT_EQ(watched.change(TestWorld::service("cluster/shop//db", {pod("10.1.0.2"), pod("10.1.0.3")})),
            "+1: 2.0.1.10.in-addr.arpa. ")
      << "the address stays, its name does not";
  EXPECT_EQ(watched.change(TestWorld::service("cluster/shop//db", {pod("10.1.0.2")})),
            "+1: 3.0.1.10.in-addr.arpa. ");
}

TEST(ReverseStates, ANameThatChangesHandsChangesThePointersOfBoth) {
  TestWorld world(kConfig);
  fill(world);
  Watched watched(world);
  // "cart" and "Cart" fold to one name; the exact spelling has it.
  EXPECT_EQ(watched.change(TestWorld::service("nacos/public/DEFAULT_GROUP/Dual", {At("10.4.0.2", 80)})),
            "+0: ")
      << "it has no name, so no pointer";
  EXPECT_EQ(world.dig("2.0.4.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("2.0.4.10.in-addr.arpa. TXT"), "NXDOMAIN aa soa");
  const auto before = world.serial("10.in-addr.arpa.");
  watched.heard.clear();
  world.erase("nacos/public/DEFAULT_GROUP/dual");
  EXPECT_EQ(world.serial("10.in-addr.arpa."), before + 1);
  EXPECT_EQ(watched.heard, "1.0.4.10.in-addr.arpa. 2.0.4.10.in-addr.arpa. ");
  EXPECT_EQ(world.dig("2.0.4.10.in-addr.arpa. PTR"),
            "NOERROR aa | 2.0.4.10.in-addr.arpa. 7 IN PTR 10-4-0-2.dual.default-group.public.n.test.");
}

TEST(ReverseStates, ManyNamesOfOneAddressAreTheSameWhateverCameFirst) {
  const auto answer = [](bool backwards) {
    TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: l.test, registry: local}, {name: 10.0.0.0/8, reverse_of: [l.test], ptr: all}]
)");
    std::vector<ServiceState> all;
    for (int i = 0; i < 300; ++i) {
      const auto number = std::to_string(1000 + (backwards ? 299 - i : i));
      all.push_back(TestWorld::service("local///s" + number, {At("10.0.0.1", 80)}));
    }
    world.list("local", std::move(all));
    EXPECT_TRUE(world.draw("1.0.0.10.in-addr.arpa. PTR", true).empty() && world.last_truncated)
        << "N12, over UDP";
    return world.draw("1.0.0.10.in-addr.arpa. PTR", false);
  };
  const auto forwards = answer(false);
  EXPECT_EQ(forwards.size(), 256U);
  EXPECT_EQ(forwards.front(), "10-0-0-1.s1000.l.test.");
  EXPECT_EQ(forwards.back(), "10-0-0-1.s1255.l.test.");
  EXPECT_EQ(forwards, answer(true));
}

/// N17: a name whose address a static record says differently does not point back.
TEST(ReverseStates, NoPointerToANameThatAnotherRecordAnswers) {
  TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}, more: {type: file, path: y.yaml}}
zones:
  - {name: l.test, registry: local, file: l.zone}
  - {name: m.test, registry: more}
  - {name: 10.0.0.0/8, reverse_of: [l.test, m.test]}
)",
                  {{"l.test", {"10-0-0-1.cart A 192.0.2.9", "10-0-0-3.cart A 192.0.2.9"}}});
  world.list("local", {TestWorld::service("local///cart",
                                          {At("10.0.0.1", 80), At("10.0.0.2", 80), At("10.0.0.3", 80)})});
  world.list("more", {TestWorld::service("more///pay", {At("10.0.0.1", 80)})});
  EXPECT_EQ(world.dig("10-0-0-1.cart.l.test. A"), "NOERROR aa | 10-0-0-1.cart.l.test. 3600 IN A 192.0.2.9");
  EXPECT_EQ(world.dig("1.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR 10-0-0-1.pay.m.test.");
  EXPECT_EQ(world.dig("2.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 2.0.0.10.in-addr.arpa. 5 IN PTR 10-0-0-2.cart.l.test.");
  EXPECT_EQ(world.dig("3.0.0.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa");
}

TEST(ReverseStates, AReloadMovesTheNamesToOtherZones) {
  TestWorld world(kConfig);
  fill(world);
  std::string other = kConfig;
  other.replace(other.find("[c.test, n.test]"), 16, "[n.test]");
  world.configure(other);
  EXPECT_EQ(world.dig("3.0.1.10.in-addr.arpa. PTR"),
            "NOERROR aa | 3.0.1.10.in-addr.arpa. 7 IN PTR 10-1-0-3.cart.default-group.public.n.test.");
  EXPECT_EQ(world.dig("2.0.1.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa");
}

}  // namespace
}  // namespace signpost::test
