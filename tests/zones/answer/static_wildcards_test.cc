// Wildcards (N6; RFC 4592, whose section 2.2.1 has the first zone).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

TestWorld& wild() {
  static auto* world = [] {
    auto* made = new TestWorld(
        "registries: {local: {type: file, path: x.yaml}}\n"
        "zones: [{name: example, file: x.zone}, {name: mix.test, registry: local, file: y.zone}]",
        {{"example",
          {"$TTL 3600", "@ SOA ns.example.com. h.example.com. 1 1 1 1 5", "@ NS ns.example.com.",
           "* TXT \"this is a wildcard\"", "* MX 10 host1", "sub.* TXT \"this is not a wildcard\"",
           "host1 A 192.0.2.1", "_ssh._tcp.host1 SRV 0 0 22 host1", "_ssh._tcp.host2 SRV 0 0 22 host1",
           "subdel NS ns.example.com.", "*.ent.below A 192.0.2.7", "*.alias CNAME host1",
           "*.out CNAME www.other.test.", "foo.*.hollow A 192.0.2.8", "*.*.twice A 192.0.2.9"}},
         {"mix.test",
          {"* A 192.0.2.10", "*.cart A 192.0.2.11", "*.under A 192.0.2.12", "*._tcp.cart SRV 0 0 1 ."}}});
    made->list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80, "http")}),
                         TestWorld::service("local///a.under", {At("10.0.0.2", 80)})});
    return made;
  }();
  return *world;
}

const Row kRows[] = {
    {"N6_no_name_matches_so_the_wildcard_answers", "host3.example. MX",
     "NOERROR aa | host3.example. 3600 IN MX 10 host1.example. + host1.example. 3600 IN A 192.0.2.1"},
    {"N6_without_the_type_it_is_nodata", "host3.example. A", "NOERROR aa soa"},
    {"N6_several_labels_deep", "foo.bar.example. TXT",
     "NOERROR aa | foo.bar.example. 3600 IN TXT \"this is a wildcard\""},
    {"N6_an_existing_name_blocks_it", "host1.example. MX", "NOERROR aa soa"},
    {"N6_a_name_below_the_asterisk_is_itself", "sub.*.example. MX", "NOERROR aa soa"},
    {"N6_below_a_host_there_is_no_wildcard", "_telnet._tcp.host1.example. SRV", "NXDOMAIN aa soa"},
    {"N6_a_delegation_blocks_it", "host.subdel.example. A",
     "NOERROR | subdel.example. 3600 IN NS ns.example.com."},
    {"N6_the_asterisk_itself_blocks_below", "ghost.*.example. MX", "NXDOMAIN aa soa"},
    {"N6_asked_literally_it_is_a_name", "*.example. TXT",
     "NOERROR aa | *.example. 3600 IN TXT \"this is a wildcard\""},
    {"N6_an_empty_non_terminal_blocks_it", "host2.example. TXT", "NOERROR aa soa"},
    {"N6_below_an_empty_non_terminal_it_is_blocked", "x.host2.example. TXT", "NXDOMAIN aa soa"},
    {"N6_wildcard_below_an_empty_non_terminal", "any.ent.below.example. A",
     "NOERROR aa | any.ent.below.example. 3600 IN A 192.0.2.7"},
    {"N6_the_non_terminal_above_a_wildcard_exists", "ent.below.example. A", "NOERROR aa soa"},
    {"N6_a_wildcard_may_be_an_empty_non_terminal", "x.hollow.example. A", "NOERROR aa soa"},
    {"N6_an_asterisk_further_left_is_a_label", "x.*.twice.example. A",
     "NOERROR aa | x.*.twice.example. 3600 IN A 192.0.2.9"},
    {"N6_wildcard_alias_in_the_zone", "any.alias.example. A",
     "NOERROR aa | any.alias.example. 3600 IN CNAME host1.example. | host1.example. 3600 IN A 192.0.2.1"},
    {"N6_wildcard_alias_without_the_type", "any.alias.example. AAAA",
     "NOERROR aa | any.alias.example. 3600 IN CNAME host1.example. soa"},
    {"N6_wildcard_alias_out_of_our_zones", "any.out.example. A",
     "NOERROR aa | any.out.example. 3600 IN CNAME www.other.test."},
    {"N6_any_by_wildcard", "host3.example. ANY",
     "NOERROR aa | host3.example. 3600 IN MX 10 host1.example. + host1.example. 3600 IN A 192.0.2.1"},
    {"a_service_blocks_the_wildcard", "cart.mix.test. A", "NOERROR aa | cart.mix.test. 5 IN A 10.0.0.1"},
    {"a_missing_service_gets_the_wildcard", "nope.mix.test. A",
     "NOERROR aa | nope.mix.test. 3600 IN A 192.0.2.10"},
    {"below_a_service_only_its_own_wildcard", "x.cart.mix.test. A",
     "NOERROR aa | x.cart.mix.test. 3600 IN A 192.0.2.11"},
    {"derived_names_block_the_wildcard", "10-0-0-1.cart.mix.test. A",
     "NOERROR aa | 10-0-0-1.cart.mix.test. 5 IN A 10.0.0.1"},
    {"derived_names_are_closest_enclosers", "x.10-0-0-1.cart.mix.test. A", "NXDOMAIN aa soa"},
    {"derived_ports_come_before_a_static_wildcard", "_http._tcp.cart.mix.test. SRV",
     "NOERROR aa | _http._tcp.cart.mix.test. 5 IN SRV 0 1 80 10-0-0-1.cart.mix.test."
     " + 10-0-0-1.cart.mix.test. 5 IN A 10.0.0.1"},
    {"a_wildcard_below_a_derived_label", "_ftp._tcp.cart.mix.test. SRV",
     "NOERROR aa | _ftp._tcp.cart.mix.test. 3600 IN SRV 0 0 1 ."},
    {"parents_of_services_are_closest_enclosers", "x.under.mix.test. A",
     "NOERROR aa | x.under.mix.test. 3600 IN A 192.0.2.12"},
};

class Wildcards : public testing::TestWithParam<Row> {};
TEST_P(Wildcards, Answer) { EXPECT_EQ(wild().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, Wildcards, testing::ValuesIn(kRows), rule_of);

TEST(Wildcards, InAReverseZoneAddressesAreClosestEnclosers) {
  TestWorld world(
      "registries: {local: {type: file, path: x.yaml}}\n"
      "zones: [{name: s.test, registry: local}, {name: 10.in-addr.arpa, reverse_of: [s.test], file: r.zone}]",
      {{"10.in-addr.arpa", {"* PTR some.host.test.", "9.9.9 PTR fixed.host.test."}}});
  world.list("local", {TestWorld::service("local///cart", {At("10.1.2.3", 80)})});
  EXPECT_EQ(world.dig("3.2.1.10.in-addr.arpa. PTR"),
            "NOERROR aa | 3.2.1.10.in-addr.arpa. 5 IN PTR 10-1-2-3.cart.s.test.");
  EXPECT_EQ(world.dig("4.4.4.10.in-addr.arpa. PTR"),
            "NOERROR aa | 4.4.4.10.in-addr.arpa. 3600 IN PTR some.host.test.");
  EXPECT_EQ(world.dig("4.2.1.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa") << "2.1.10 exists";
  EXPECT_EQ(world.dig("9.9.9.10.in-addr.arpa. PTR"),
            "NOERROR aa | 9.9.9.10.in-addr.arpa. 3600 IN PTR fixed.host.test.");
  EXPECT_EQ(world.dig("8.9.9.10.in-addr.arpa. PTR"), "NXDOMAIN aa soa") << "9.9.10 exists";
}

}  // namespace
}  // namespace signpost::test
