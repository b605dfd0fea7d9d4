// What the Kubernetes DNS specification leaves open: kubernetes.md 2.3, 3.1 to 3.6 and 3.13, decided in its
// section 1.
#include <gtest/gtest.h>

#include "tests/zones/support/kubernetes_shop.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

const Row kRows[] = {
    {"ClusterIP_without_endpoints_answers", "idle.shop.svc.cluster.local. A",
     "NOERROR aa | idle.shop.svc.cluster.local. 5 IN A 10.0.0.2"},
    {"ClusterIP_without_endpoints_has_ports", "_http._tcp.idle.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.idle.shop.svc.cluster.local. 5 IN SRV 0 1 80 idle.shop.svc.cluster.local. + "
     "idle.shop.svc.cluster.local. 5 IN A 10.0.0.2"},
    {"one_family_ready_makes_the_other_nodata", "family.shop.svc.cluster.local. A", "NOERROR aa soa"},
    {"one_family_ready", "family.shop.svc.cluster.local. AAAA",
     "NOERROR aa | family.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::9"},
    {"endpoint_under_a_ClusterIP", "w1.web.shop.svc.cluster.local. A",
     "NOERROR aa | w1.web.shop.svc.cluster.local. 5 IN A 172.0.0.1"},
    {"endpoint_without_a_host_name_under_a_ClusterIP", "172-0-0-50.parts.shop.svc.cluster.local. A",
     "NOERROR aa | 172-0-0-50.parts.shop.svc.cluster.local. 5 IN A 172.0.0.50"},
    {"bare_name_lists_all_ports", "both.shop.svc.cluster.local. SRV",
     "NOERROR aa | both.shop.svc.cluster.local. 5 IN SRV 0 1 80 both.shop.svc.cluster.local. | "
     "both.shop.svc.cluster.local. 5 IN SRV 0 1 443 both.shop.svc.cluster.local. + "
     "both.shop.svc.cluster.local. 5 IN A 10.0.0.4"},
    {"bare_name_lists_unnamed_ports", "parts.shop.svc.cluster.local. SRV",
     "NOERROR aa | parts.shop.svc.cluster.local. 5 IN SRV 0 1 53 parts.shop.svc.cluster.local. + "
     "parts.shop.svc.cluster.local. 5 IN A 10.0.0.5"},
    {"bare_name_lists_unnamed_ports_of_endpoints", "unnamed.shop.svc.cluster.local. SRV",
     "NOERROR aa | unnamed.shop.svc.cluster.local. 5 IN SRV 0 1 9000 "
     "172-0-0-40.unnamed.shop.svc.cluster.local. | unnamed.shop.svc.cluster.local. 5 IN SRV 0 1 9001 "
     "172-0-0-40.unnamed.shop.svc.cluster.local. + 172-0-0-40.unnamed.shop.svc.cluster.local. 5 IN A "
     "172.0.0.40"},
    {"dual_stack_is_one_record", "dual.shop.svc.cluster.local. SRV",
     "NOERROR aa | dual.shop.svc.cluster.local. 5 IN SRV 0 1 80 dual.shop.svc.cluster.local. + "
     "dual.shop.svc.cluster.local. 5 IN A 10.0.0.3 + dual.shop.svc.cluster.local. 5 IN AAAA 10::3"},
    {"no_ports_no_SRV", "bare.shop.svc.cluster.local. SRV", "NOERROR aa soa"},
    {"no_ports_still_a_name", "172-0-0-20.bare.shop.svc.cluster.local. A",
     "NOERROR aa | 172-0-0-20.bare.shop.svc.cluster.local. 5 IN A 172.0.0.20"},
    {"unknown_port_is_nxdomain", "_x._tcp.web.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"wrong_protocol_is_nxdomain", "_http._udp.web.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"port_owner_without_SRV_is_nodata", "_http._tcp.web.shop.svc.cluster.local. A", "NOERROR aa soa"},
    {"underscores_are_not_optional", "http.tcp.web.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"protocol_label_is_nodata", "_tcp.web.shop.svc.cluster.local. SRV", "NOERROR aa soa"},
    {"dual_stack_endpoint_has_a_label_of_each_family", "5678-abcd--70.bonds.shop.svc.cluster.local. AAAA",
     "NOERROR aa | 5678-abcd--70.bonds.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::70"},
    {"unready_endpoint_has_no_name", "172-0-0-9.pool.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"unready_endpoint_has_no_pointer", "9.0.0.172.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"address_of_two_services_has_one_best_pointer", "2.0.0.172.in-addr.arpa. PTR",
     "NOERROR aa | 2.0.0.172.in-addr.arpa. 5 IN PTR 172-0-0-2.pool.shop.svc.cluster.local."},
    {"ClusterIP_comes_before_an_endpoint", "1.0.0.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR web.shop.svc.cluster.local."},
    {"pointer_of_a_long_IPv6_address",
     "6.a.b.9.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.7.7.0.0.0.0.d.f.ip6.arpa. PTR",
     "NOERROR aa | 6.a.b.9.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.7.7.0.0.0.0.d.f.ip6.arpa. 5 IN PTR "
     "fd00-77-30--2-9ba6.shared.shop.svc.cluster.local."},
    {"unknown_address", "9.9.9.9.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
    {"inner_reverse_node", "0.0.10.in-addr.arpa. PTR", "NOERROR aa soa"},
    {"pointer_question_at_a_service", "web.shop.svc.cluster.local. PTR", "NOERROR aa soa"},
    {"pointer_question_at_nothing", "missing.shop.svc.cluster.local. PTR", "NXDOMAIN aa soa"},
    {"address_question_at_a_pointer", "1.0.0.10.in-addr.arpa. A", "NOERROR aa soa"},
    {"service_name_under_a_reverse_zone", "web.shop.svc.in-addr.arpa. A", "NXDOMAIN aa soa"},
    {"address_under_the_cluster_zone", "100.0.0.10.cluster.local. PTR", "NXDOMAIN aa soa"},
    {"cname_for_every_type", "ext.shop.svc.cluster.local. SRV",
     "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test."},
    {"cname_followed_in_our_zones", "alias.shop.svc.cluster.local. A",
     "NOERROR aa | alias.shop.svc.cluster.local. 5 IN CNAME web.shop.svc.cluster.local. | "
     "web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"cname_to_a_missing_name", "dangling.shop.svc.cluster.local. A",
     "NXDOMAIN aa | dangling.shop.svc.cluster.local. 5 IN CNAME nope.shop.svc.cluster.local. soa"},
    {"cname_in_a_loop", "loop.shop.svc.cluster.local. A", "SERVFAIL"},
    {"below_a_cname", "x.ext.shop.svc.cluster.local. CNAME", "NXDOMAIN aa soa"},
    {"further_below_a_cname", "a.b.ext.shop.svc.cluster.local. CNAME", "NXDOMAIN aa soa"},
    {"external_name_that_is_an_address", "literal.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"external_name_that_is_an_IPv6_address", "literal6.shop.svc.cluster.local. AAAA", "NXDOMAIN aa soa"},
    {"apex", "cluster.local. A", "NOERROR aa soa"},
    {"svc", "svc.cluster.local. A", "NOERROR aa soa"},
    {"pod", "pod.cluster.local. A", "NOERROR aa soa"},
    {"below_pod_when_disabled", "10-240-0-1.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"namespace", "shop.svc.cluster.local. NS", "NOERROR aa soa"},
    {"unknown_namespace", "web.nope.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"unknown_kind", "foo.cluster.local. NS", "NXDOMAIN aa soa"},
    {"unknown_service", "missing.shop.svc.cluster.local. AAAA", "NXDOMAIN aa soa"},
    {"unknown_service_TXT", "missing.shop.svc.cluster.local. TXT", "NXDOMAIN aa soa"},
    {"unknown_endpoint", "bogus.pool.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"unknown_endpoint_of_a_ClusterIP", "bogus.web.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"SOA_at_a_service", "web.shop.svc.cluster.local. SOA", "NOERROR aa soa"},
    {"SOA_at_nothing", "missing.shop.svc.cluster.local. SOA", "NXDOMAIN aa soa"},
    {"other_family", "web.shop.svc.cluster.local. AAAA", "NOERROR aa soa"},
    {"no_wildcards", "*.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"too_many_labels", "a.b.c.web.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
};

class KubernetesEdges : public testing::TestWithParam<Row> {};
TEST_P(KubernetesEdges, Answer) { EXPECT_EQ(shop_world().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, KubernetesEdges, testing::ValuesIn(kRows), rule_of);

/// `ptr: all` gives what CoreDNS gives (kubernetes.md 3.6).
TEST(KubernetesPointers, AllOfAnAddress) {
  TestWorld world(shop_config("", "ptr: all"));
  world.list("cluster", shop());
  EXPECT_EQ(world.dig("2.0.0.172.in-addr.arpa. PTR"),
            "NOERROR aa | 2.0.0.172.in-addr.arpa. 5 IN PTR 172-0-0-2.pool.shop.svc.cluster.local."
            " | 2.0.0.172.in-addr.arpa. 5 IN PTR 172-0-0-2.shared.shop.svc.cluster.local.");
  EXPECT_EQ(world.dig("1.0.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR web.shop.svc.cluster.local.")
      << "the address of a Service hides endpoints that share it";
}

}  // namespace
}  // namespace signpost::test
