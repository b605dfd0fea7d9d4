// The Kubernetes DNS specification 1.1, one case for each rule of kubernetes.md 2.2 and the id of its rule.
#include <gtest/gtest.h>

#include "tests/zones/support/kubernetes_shop.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

const Row kRows[] = {
    {"SV1_version", "dns-version.cluster.local. TXT",
     "NOERROR aa | dns-version.cluster.local. 5 IN TXT \"1.1.0\""},
    {"SV1_other_types_are_nodata", "dns-version.cluster.local. A", "NOERROR aa soa"},
    {"SC1_cluster_ip", "web.shop.svc.cluster.local. A",
     "NOERROR aa | web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"SC2_cluster_ip_v6", "web6.shop.svc.cluster.local. AAAA",
     "NOERROR aa | web6.shop.svc.cluster.local. 5 IN AAAA 1234:abcd::1"},
    {"SC3_dual_stack_v4", "dual.shop.svc.cluster.local. A",
     "NOERROR aa | dual.shop.svc.cluster.local. 5 IN A 10.0.0.3"},
    {"SC3_dual_stack_v6", "dual.shop.svc.cluster.local. AAAA",
     "NOERROR aa | dual.shop.svc.cluster.local. 5 IN AAAA 10::3"},
    {"SC4_named_port", "_http._tcp.web.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.web.shop.svc.cluster.local. 5 IN SRV 0 1 80 web.shop.svc.cluster.local. + "
     "web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"SC4_second_port", "_https._tcp.both.shop.svc.cluster.local. SRV",
     "NOERROR aa | _https._tcp.both.shop.svc.cluster.local. 5 IN SRV 0 1 443 both.shop.svc.cluster.local. + "
     "both.shop.svc.cluster.local. 5 IN A 10.0.0.4"},
    {"SC5_unnamed_port_has_no_owner", "_udp.parts.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"SC6_addresses_of_both_families_come_along", "_http._tcp.dual.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.dual.shop.svc.cluster.local. 5 IN SRV 0 1 80 dual.shop.svc.cluster.local. + "
     "dual.shop.svc.cluster.local. 5 IN A 10.0.0.3 + dual.shop.svc.cluster.local. 5 IN AAAA 10::3"},
    {"SC7_pointer", "1.0.0.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR web.shop.svc.cluster.local."},
    {"SC8_pointer_v6", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a.4.3.2.1.ip6.arpa. PTR",
     "NOERROR aa | 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a.4.3.2.1.ip6.arpa. 5 IN PTR "
     "web6.shop.svc.cluster.local."},
    {"SH1_endpoints", "pool.shop.svc.cluster.local. A",
     "NOERROR aa | pool.shop.svc.cluster.local. 5 IN A 172.0.0.2 | pool.shop.svc.cluster.local. 5 IN A "
     "172.0.0.3 | pool.shop.svc.cluster.local. 5 IN A 172.0.0.4 | pool.shop.svc.cluster.local. 5 IN A "
     "172.0.0.5"},
    {"SH2_endpoints_v6", "pool.shop.svc.cluster.local. AAAA",
     "NOERROR aa | pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::1 | pool.shop.svc.cluster.local. 5 IN "
     "AAAA 5678:abcd::2"},
    {"SH3_nobody_ready", "unready.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"SH3_any_type", "unready.shop.svc.cluster.local. TXT", "NXDOMAIN aa soa"},
    {"SH3_nor_hosts_below", "u.unready.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"SH3_nor_ports_below", "_http._tcp.unready.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"SH4_host_name_with_an_address_each", "twin.pool.shop.svc.cluster.local. A",
     "NOERROR aa | twin.pool.shop.svc.cluster.local. 5 IN A 172.0.0.4 | twin.pool.shop.svc.cluster.local. 5 "
     "IN A 172.0.0.5"},
    {"SH4_address_label", "172-0-0-2.pool.shop.svc.cluster.local. A",
     "NOERROR aa | 172-0-0-2.pool.shop.svc.cluster.local. 5 IN A 172.0.0.2"},
    {"SH4_address_label_v6", "5678-abcd--1.pool.shop.svc.cluster.local. AAAA",
     "NOERROR aa | 5678-abcd--1.pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::1"},
    {"SH4_label_of_the_unspecified_address", "0--0.overlap.shop.svc.cluster.local. AAAA",
     "NOERROR aa | 0--0.overlap.shop.svc.cluster.local. 5 IN AAAA ::"},
    {"SH5_one_record_a_host_and_port", "_http._tcp.pool.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "172-0-0-2.pool.shop.svc.cluster.local. | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "172-0-0-3.pool.shop.svc.cluster.local. | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 2 80 "
     "twin.pool.shop.svc.cluster.local. | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "5678-abcd--1.pool.shop.svc.cluster.local. | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "5678-abcd--2.pool.shop.svc.cluster.local. + 172-0-0-2.pool.shop.svc.cluster.local. 5 IN A 172.0.0.2 + "
     "172-0-0-3.pool.shop.svc.cluster.local. 5 IN A 172.0.0.3 + twin.pool.shop.svc.cluster.local. 5 IN A "
     "172.0.0.4 + twin.pool.shop.svc.cluster.local. 5 IN A 172.0.0.5 + "
     "5678-abcd--1.pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::1 + "
     "5678-abcd--2.pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::2"},
    {"SH6_unnamed_port_has_no_owner", "_tcp.unnamed.shop.svc.cluster.local. SRV", "NXDOMAIN aa soa"},
    {"SH7_addresses_come_along", "_http._tcp.bonds.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.bonds.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "172-0-0-70.bonds.shop.svc.cluster.local. + 172-0-0-70.bonds.shop.svc.cluster.local. 5 IN A 172.0.0.70 "
     "+ 172-0-0-70.bonds.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::70"},
    {"SH8_pointer_to_the_host_name", "4.0.0.172.in-addr.arpa. PTR",
     "NOERROR aa | 4.0.0.172.in-addr.arpa. 5 IN PTR twin.pool.shop.svc.cluster.local."},
    {"SH8_pointer_to_the_address_label", "3.0.0.172.in-addr.arpa. PTR",
     "NOERROR aa | 3.0.0.172.in-addr.arpa. 5 IN PTR 172-0-0-3.pool.shop.svc.cluster.local."},
    {"SE1_cname_for_A", "ext.shop.svc.cluster.local. A",
     "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test."},
    {"SE1_cname_for_AAAA", "ext.shop.svc.cluster.local. AAAA",
     "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test."},
};

class KubernetesSpec : public testing::TestWithParam<Row> {};
TEST_P(KubernetesSpec, Answer) { EXPECT_EQ(shop_world().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, KubernetesSpec, testing::ValuesIn(kRows), rule_of);

}  // namespace
}  // namespace signpost::test
