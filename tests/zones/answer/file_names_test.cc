// What the names of a `file` zone answer (DESIGN.md section 2). Each case is the rule it is named for.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

TestWorld& shop() {
  static auto* world = [] {
    auto* made = new TestWorld(R"(
registries: {local: {type: file, path: x.yaml}}
zones:
  - {name: demo.internal, registry: local, ttl: 5, negative_ttl: 1, txt_metadata: [team, rack]}
  - {name: 10.in-addr.arpa, registry: local}
  - {name: ip6.arpa, registry: local}
)");
    auto cart = TestWorld::service("local///cart",
                                   {At("10.1.0.1", 8080, "http").with_weight(2).with_metadata("rack", "r1"),
                                    At("10.1.0.2", 8080, "http").with_weight(0.5),
                                    At("10.1.0.3", 8080, "http").with_health(Health::Down),
                                    At("10.1.0.4", 8080, "http").off(), At("fd00::3", 9090, "http")});
    cart.metadata = {{"owner", "secret"}, {"team", "shop"}};
    auto pay = TestWorld::service("local///Pay_Gate.eu", {At("10.2.0.1", 0).also("fd00::1")});
    pay.instances[0].ports = {
        {"http", 80, Protocol::Tcp}, {"dns", 53, Protocol::Udp}, {"", 9000, Protocol::Tcp}};
    made->list("local", {std::move(cart), std::move(pay), TestWorld::service("local///empty"),
                         TestWorld::service("local///a", {At("10.3.0.1", 80)}),
                         TestWorld::service("local///10-3-0-1.a", {At("10.9.9.9", 80)}),
                         TestWorld::service("local///b.a", {At("10.3.0.2", 80)})});
    return made;
  }();
  return *world;
}

const Row kRows[] = {
    {"only_eligible_instances_answer", "cart.demo.internal. A",
     "NOERROR aa | cart.demo.internal. 5 IN A 10.1.0.1 | cart.demo.internal. 5 IN A 10.1.0.2"},
    {"each_family_has_its_own_set", "cart.demo.internal. AAAA",
     "NOERROR aa | cart.demo.internal. 5 IN AAAA fd00::3"},
    {"case_does_not_matter", "CART.Demo.internal. AAAA",
     "NOERROR aa | CART.Demo.internal. 5 IN AAAA fd00::3"},
    {"known_name_other_type_is_nodata", "cart.demo.internal. MX", "NOERROR aa soa"},
    {"unknown_service_is_nxdomain", "nope.demo.internal. A", "NXDOMAIN aa soa"},
    {"outside_the_zones_is_refused", "cart.example.org. A", "REFUSED"},
    {"srv_at_the_service_name_lists_all_ports", "pay-gate.eu.demo.internal. SRV",
     "NOERROR aa | pay-gate.eu.demo.internal. 5 IN SRV 0 1 9000 10-2-0-1.pay-gate.eu.demo.internal."
     " | pay-gate.eu.demo.internal. 5 IN SRV 0 1 53 10-2-0-1.pay-gate.eu.demo.internal."
     " | pay-gate.eu.demo.internal. 5 IN SRV 0 1 80 10-2-0-1.pay-gate.eu.demo.internal."
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN A 10.2.0.1"
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN AAAA fd00::1"},
    {"srv_of_one_port", "_http._tcp.pay-gate.eu.demo.internal. SRV",
     "NOERROR aa | _http._tcp.pay-gate.eu.demo.internal. 5 IN SRV 0 1 80 10-2-0-1.pay-gate.eu.demo.internal."
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN A 10.2.0.1"
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN AAAA fd00::1"},
    {"srv_by_protocol", "_dns._udp.pay-gate.eu.demo.internal. SRV",
     "NOERROR aa | _dns._udp.pay-gate.eu.demo.internal. 5 IN SRV 0 1 53 10-2-0-1.pay-gate.eu.demo.internal."
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN A 10.2.0.1"
     " + 10-2-0-1.pay-gate.eu.demo.internal. 5 IN AAAA fd00::1"},
    {"fractions_are_scaled_to_srv_weights", "_http._tcp.cart.demo.internal. SRV",
     "NOERROR aa | _http._tcp.cart.demo.internal. 5 IN SRV 0 65535 8080 10-1-0-1.cart.demo.internal."
     " | _http._tcp.cart.demo.internal. 5 IN SRV 0 16384 8080 10-1-0-2.cart.demo.internal."
     " | _http._tcp.cart.demo.internal. 5 IN SRV 0 32768 9090 fd00--3.cart.demo.internal."
     " + 10-1-0-1.cart.demo.internal. 5 IN A 10.1.0.1 + 10-1-0-2.cart.demo.internal. 5 IN A 10.1.0.2"
     " + fd00--3.cart.demo.internal. 5 IN AAAA fd00::3"},
    {"protocol_label_is_an_empty_non_terminal", "_tcp.cart.demo.internal. A", "NOERROR aa soa"},
    {"protocol_without_ports_does_not_exist", "_udp.cart.demo.internal. A", "NXDOMAIN aa soa"},
    {"unknown_port_does_not_exist", "_ftp._tcp.cart.demo.internal. SRV", "NXDOMAIN aa soa"},
    {"port_owner_has_no_addresses", "_http._tcp.cart.demo.internal. A", "NOERROR aa soa"},
    {"address_label_is_what_srv_points_at", "10-1-0-1.cart.demo.internal. A",
     "NOERROR aa | 10-1-0-1.cart.demo.internal. 5 IN A 10.1.0.1"},
    {"other_family_at_an_address_label", "10-1-0-1.cart.demo.internal. AAAA", "NOERROR aa soa"},
    {"dual_stack_has_a_label_of_each_family", "fd00--1.pay-gate.eu.demo.internal. AAAA",
     "NOERROR aa | fd00--1.pay-gate.eu.demo.internal. 5 IN AAAA fd00::1"},
    {"label_of_a_dropped_instance_does_not_exist", "10-1-0-3.cart.demo.internal. A", "NXDOMAIN aa soa"},
    {"instance_name_has_its_txt", "10-1-0-1-p8080.cart.demo.internal. TXT",
     "NOERROR aa | 10-1-0-1-p8080.cart.demo.internal. 5 IN TXT \"weight=2\" \"health=up\" \"port=8080\" "
     "\"rack=r1\""},
    {"instance_name_has_its_address", "10-1-0-1-p8080.cart.demo.internal. A",
     "NOERROR aa | 10-1-0-1-p8080.cart.demo.internal. 5 IN A 10.1.0.1"},
    {"instance_name_is_exact", "10-1-0-1-p08080.cart.demo.internal. A", "NXDOMAIN aa soa"},
    {"service_txt_shows_allowed_metadata_only", "cart.demo.internal. TXT",
     "NOERROR aa | cart.demo.internal. 5 IN TXT \"registry=local\" \"service=cart\" \"instances=3/5\" "
     "\"team=shop\""},
    {"service_without_instances_exists", "empty.demo.internal. A", "NOERROR aa soa"},
    {"dots_of_a_name_are_labels_and_their_parents_exist", "eu.demo.internal. A", "NOERROR aa soa"},
    {"below_an_empty_non_terminal_nothing_exists", "x.eu.demo.internal. A", "NXDOMAIN aa soa"},
    {"service_below_a_service", "b.a.demo.internal. A", "NOERROR aa | b.a.demo.internal. 5 IN A 10.3.0.2"},
    {"derived_names_come_before_services_below", "10-3-0-1.a.demo.internal. A",
     "NOERROR aa | 10-3-0-1.a.demo.internal. 5 IN A 10.3.0.1"},
    {"any_gets_one_set", "cart.demo.internal. ANY",
     "NOERROR aa | cart.demo.internal. 5 IN A 10.1.0.1 | cart.demo.internal. 5 IN A 10.1.0.2"},
    {"apex_has_ns_with_glue", "demo.internal. NS",
     "NOERROR aa | demo.internal. 5 IN NS ns.dns.demo.internal. + ns.dns.demo.internal. 5 IN A 192.0.2.53"},
    {"apex_other_types", "demo.internal. A", "NOERROR aa soa"},
    {"ns_host_answers", "ns.dns.demo.internal. A", "NOERROR aa | ns.dns.demo.internal. 5 IN A 192.0.2.53"},
    {"its_parent_exists", "dns.demo.internal. A", "NOERROR aa soa"},
    {"pointer_to_the_address_label", "1.0.1.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.1.10.in-addr.arpa. 5 IN PTR 10-1-0-1.cart.demo.internal."},
    {"pointer_v6", "3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR",
     "NOERROR aa | 3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 5 IN PTR "
     "fd00--3.cart.demo.internal."},
    {"pointer_other_type_is_nodata", "1.0.1.10.in-addr.arpa. A", "NOERROR aa soa"},
    {"inner_reverse_nodes_exist", "1.10.in-addr.arpa. PTR", "NOERROR aa soa"},
    {"inner_reverse_nodes_without_addresses_do_not", "77.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"no_pointer_to_a_dropped_instance", "3.0.1.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"odd_reverse_labels_do_not_exist", "01.0.1.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
};

class FileNames : public testing::TestWithParam<Row> {};
TEST_P(FileNames, Answer) { EXPECT_EQ(shop().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, FileNames, testing::ValuesIn(kRows), rule_of);

}  // namespace
}  // namespace signpost::test
