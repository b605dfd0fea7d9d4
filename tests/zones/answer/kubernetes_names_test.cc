// The Kubernetes DNS specification 1.1 as far as Services and slices tell (kubernetes.md 2 and 3).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

Instance endpoint(std::string_view address, std::string host = "", Health health = Health::Up) {
  auto instance = At(address).named(std::move(host)).with_health(health);
  instance.ports = {{"http", 80, Protocol::Tcp}};
  return instance;
}

TestWorld& cluster() {
  static auto* world = [] {
    auto* made = new TestWorld(R"(
registries: {cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c}}
zones:
  - {name: cluster.local, registry: cluster, ttl: 5, txt: off}
  - {name: in-addr.arpa, registry: cluster}
  - {name: ip6.arpa, registry: cluster}
)");
    const std::vector<Port> http{{"http", 80, Protocol::Tcp}};
    std::vector<ServiceState> all;
    all.push_back(
        TestWorld::cluster_ip("cluster/shop//web", {"10.0.0.1"}, http, {endpoint("172.0.0.1", "w1")}));
    all.push_back(TestWorld::cluster_ip("cluster/shop//idle", {"10.0.0.2"}, http));
    all.push_back(TestWorld::cluster_ip("cluster/shop//dual", {"10.0.0.3", "10::3"},
                                        {{"http", 80, Protocol::Tcp}, {"", 9, Protocol::Udp}}));
    all.push_back(TestWorld::service(
        "cluster/shop//pool", {endpoint("172.0.0.2"), endpoint("172.0.0.3"), endpoint("172.0.0.4", "twin"),
                               endpoint("172.0.0.5", "twin"), endpoint("5678:abcd::1"),
                               endpoint("5678:abcd::2"), endpoint("172.0.0.9", "", Health::Down)}));
    all.push_back(TestWorld::service("cluster/shop//bare", {At("172.0.0.20")}));
    all.push_back(TestWorld::service("cluster/shop//unready", {endpoint("172.0.0.30", "u", Health::Down)}));
    all.push_back(TestWorld::external_name("cluster/shop//ext", "Ext.example.test"));
    all.push_back(TestWorld::external_name("cluster/shop//alias", "web.shop.svc.cluster.local"));
    all.push_back(TestWorld::external_name("cluster/shop//dangling", "nope.shop.svc.cluster.local."));
    all.push_back(TestWorld::external_name("cluster/shop//loop", "loop.shop.svc.cluster.local"));
    made->list("cluster", std::move(all));
    return made;
  }();
  return *world;
}

const Row kRows[] = {
    {"SV1_dns_version", "dns-version.cluster.local. TXT",
     "NOERROR aa | dns-version.cluster.local. 5 IN TXT \"1.1.0\""},
    {"SC1_cluster_ip", "web.shop.svc.cluster.local. A",
     "NOERROR aa | web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"SC1_without_endpoints", "idle.shop.svc.cluster.local. A",
     "NOERROR aa | idle.shop.svc.cluster.local. 5 IN A 10.0.0.2"},
    {"SC3_dual_stack", "dual.shop.svc.cluster.local. AAAA",
     "NOERROR aa | dual.shop.svc.cluster.local. 5 IN AAAA 10::3"},
    {"SC4_srv", "_http._tcp.web.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.web.shop.svc.cluster.local. 5 IN SRV 0 1 80 web.shop.svc.cluster.local."
     " + web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"SC5_unnamed_port_at_the_bare_name_only", "dual.shop.svc.cluster.local. SRV",
     "NOERROR aa | dual.shop.svc.cluster.local. 5 IN SRV 0 1 9 dual.shop.svc.cluster.local."
     " | dual.shop.svc.cluster.local. 5 IN SRV 0 1 80 dual.shop.svc.cluster.local."
     " + dual.shop.svc.cluster.local. 5 IN A 10.0.0.3 + dual.shop.svc.cluster.local. 5 IN AAAA 10::3"},
    {"SC7_pointer", "1.0.0.10.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.10.in-addr.arpa. 5 IN PTR web.shop.svc.cluster.local."},
    {"endpoint_name_under_a_cluster_ip", "w1.web.shop.svc.cluster.local. A",
     "NOERROR aa | w1.web.shop.svc.cluster.local. 5 IN A 172.0.0.1"},
    {"endpoint_pointer_under_a_cluster_ip", "1.0.0.172.in-addr.arpa. PTR",
     "NOERROR aa | 1.0.0.172.in-addr.arpa. 5 IN PTR w1.web.shop.svc.cluster.local."},
    {"SH1_headless", "pool.shop.svc.cluster.local. A",
     "NOERROR aa | pool.shop.svc.cluster.local. 5 IN A 172.0.0.2 | pool.shop.svc.cluster.local. 5 IN A "
     "172.0.0.3"
     " | pool.shop.svc.cluster.local. 5 IN A 172.0.0.4 | pool.shop.svc.cluster.local. 5 IN A 172.0.0.5"},
    {"SH2_headless_v6", "pool.shop.svc.cluster.local. AAAA",
     "NOERROR aa | pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::1 | pool.shop.svc.cluster.local. 5 IN "
     "AAAA 5678:abcd::2"},
    {"SH3_no_ready_endpoint", "unready.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"SH3_nor_below", "u.unready.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"SH4_shared_host_name", "twin.pool.shop.svc.cluster.local. A",
     "NOERROR aa | twin.pool.shop.svc.cluster.local. 5 IN A 172.0.0.4 | twin.pool.shop.svc.cluster.local. 5 "
     "IN A 172.0.0.5"},
    {"SH5_srv_of_each_host_once", "_http._tcp.pool.shop.svc.cluster.local. SRV",
     "NOERROR aa | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 "
     "172-0-0-2.pool.shop.svc.cluster.local."
     " | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 172-0-0-3.pool.shop.svc.cluster.local."
     " | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 5678-abcd--1.pool.shop.svc.cluster.local."
     " | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 1 80 5678-abcd--2.pool.shop.svc.cluster.local."
     " | _http._tcp.pool.shop.svc.cluster.local. 5 IN SRV 0 2 80 twin.pool.shop.svc.cluster.local."
     " + 172-0-0-2.pool.shop.svc.cluster.local. 5 IN A 172.0.0.2 + 172-0-0-3.pool.shop.svc.cluster.local. 5 "
     "IN A 172.0.0.3"
     " + 5678-abcd--1.pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::1"
     " + 5678-abcd--2.pool.shop.svc.cluster.local. 5 IN AAAA 5678:abcd::2"
     " + twin.pool.shop.svc.cluster.local. 5 IN A 172.0.0.4 + twin.pool.shop.svc.cluster.local. 5 IN A "
     "172.0.0.5"},
    {"SH6_headless_without_ports", "bare.shop.svc.cluster.local. SRV", "NOERROR aa soa"},
    {"headless_without_ports_has_addresses", "172-0-0-20.bare.shop.svc.cluster.local. A",
     "NOERROR aa | 172-0-0-20.bare.shop.svc.cluster.local. 5 IN A 172.0.0.20"},
    {"SH8_pointer_to_the_host_name", "4.0.0.172.in-addr.arpa. PTR",
     "NOERROR aa | 4.0.0.172.in-addr.arpa. 5 IN PTR twin.pool.shop.svc.cluster.local."},
    {"SE1_cname", "ext.shop.svc.cluster.local. A",
     "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test."},
    {"N7_cname_for_every_type", "ext.shop.svc.cluster.local. TXT",
     "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test."},
    {"N7_followed_in_our_zones", "alias.shop.svc.cluster.local. A",
     "NOERROR aa | alias.shop.svc.cluster.local. 5 IN CNAME web.shop.svc.cluster.local. | "
     "web.shop.svc.cluster.local. 5 IN A 10.0.0.1"},
    {"N7_rcode_is_the_last_names", "dangling.shop.svc.cluster.local. A",
     "NXDOMAIN aa | dangling.shop.svc.cluster.local. 5 IN CNAME nope.shop.svc.cluster.local. soa"},
    {"N8_loop", "loop.shop.svc.cluster.local. A", "SERVFAIL"},
    {"below_an_alias_nothing_exists", "x.ext.shop.svc.cluster.local. CNAME", "NXDOMAIN aa soa"},
    {"N5_namespace_label", "shop.svc.cluster.local. A", "NOERROR aa soa"},
    {"N5_svc_label", "svc.cluster.local. NS", "NOERROR aa soa"},
    {"N5_protocol_label", "_tcp.web.shop.svc.cluster.local. A", "NOERROR aa soa"},
    {"namespace_that_does_not_exist", "web.nope.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"no_text_when_turned_off", "web.shop.svc.cluster.local. TXT", "NOERROR aa soa"},
    {"unknown_endpoint", "bogus.web.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"wildcards_are_ordinary_labels", "*.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
};

class KubernetesNames : public testing::TestWithParam<Row> {};
TEST_P(KubernetesNames, Answer) { EXPECT_EQ(cluster().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, KubernetesNames, testing::ValuesIn(kRows), rule_of);

}  // namespace
}  // namespace signpost::test
