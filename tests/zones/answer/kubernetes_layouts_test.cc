// Layouts of Kubernetes beside the specification's own: what outsiders reach (kubernetes.md 3.12, 4.5),
// clustersets (3.7, KEP-1645), Pods by their addresses (3.5), several clusters in one zone, empty services.
#include <gtest/gtest.h>

#include "tests/zones/support/kubernetes_shop.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

const Port kHttp{"http", 80, Protocol::Tcp};
constexpr const char* kRegistry =
    R"(registries: {cluster: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c, pods: watch, multicluster: on}}
zones: )";

ServiceState outside(const char* key, std::vector<std::string> addresses, std::vector<std::string> hosts) {
  auto state = TestWorld::cluster_ip(key, {"10.0.0.1"}, {kHttp});
  for (const auto& address : addresses) state.external_ips.push_back(*IpAddress::parse(address));
  state.external_hosts = std::move(hosts);
  return state;
}

TestWorld& external() {
  static auto* world = [] {
    auto* made = new TestWorld(std::string(kRegistry) + R"([
  {name: x.test, registry: cluster, layout: external, external_headless: on, txt: off},
  {name: y.test, registry: cluster, layout: external, txt: off},
  {name: 2.0.192.in-addr.arpa, reverse_of: [x.test]}])");
    made->list(
        "cluster",
        {outside("cluster/shop//web", {"192.0.2.1"}, {}), outside("cluster/shop//six", {"2001:db8::1"}, {}),
         outside("cluster/shop//far", {}, {"192.0.2.9", "lb.example.test"}),
         outside("cluster/shop//inside", {}, {}), outside("cluster/shop//odd", {}, {"192.0.2.9"}),
         TestWorld::service("cluster/shop//pool", {endpoint("172.0.0.1"), endpoint("172.0.0.2", "two")}),
         TestWorld::service("cluster/shop//gone", {endpoint("172.0.0.3", "", Health::Down)}),
         TestWorld::external_name("cluster/shop//ext", "ext.example.test"),
         TestWorld::service("cluster/shop/clusterset/far-away", {endpoint("172.0.0.9")})});
    return made;
  }();
  return *world;
}

const Row kExternal[] = {
    {"address", "web.shop.x.test. A", "NOERROR aa | web.shop.x.test. 5 IN A 192.0.2.1"},
    {"other_family", "web.shop.x.test. AAAA", "NOERROR aa soa"},
    {"address_v6", "six.shop.x.test. AAAA", "NOERROR aa | six.shop.x.test. 5 IN AAAA 2001:db8::1"},
    {"srv", "web.shop.x.test. SRV",
     "NOERROR aa | web.shop.x.test. 5 IN SRV 0 1 80 web.shop.x.test. + web.shop.x.test. 5 IN A 192.0.2.1"},
    {"srv_of_a_port", "_http._tcp.six.shop.x.test. SRV",
     "NOERROR aa | _http._tcp.six.shop.x.test. 5 IN SRV 0 1 80 six.shop.x.test."
     " + six.shop.x.test. 5 IN AAAA 2001:db8::1"},
    {"host_name", "far.shop.x.test. A", "NOERROR aa | far.shop.x.test. 5 IN CNAME lb.example.test."},
    {"host_name_for_every_type", "far.shop.x.test. SRV",
     "NOERROR aa | far.shop.x.test. 5 IN CNAME lb.example.test."},
    {"host_name_as_target", "_http._tcp.far.shop.x.test. SRV",
     "NOERROR aa | _http._tcp.far.shop.x.test. 5 IN SRV 0 1 80 lb.example.test."},
    {"protocol_label_beside_a_cname", "_tcp.far.shop.x.test. SRV", "NOERROR aa soa"},
    {"port_owner_beside_a_cname_has_no_address", "_http._tcp.far.shop.x.test. A", "NOERROR aa soa"},
    {"wrong_protocol", "_http._udp.web.shop.x.test. SRV", "NXDOMAIN aa soa"},
    {"nothing_to_reach", "inside.shop.x.test. A", "NXDOMAIN aa soa"},
    {"host_name_that_is_an_address", "odd.shop.x.test. A", "NXDOMAIN aa soa"},
    {"external_names_stay_inside", "ext.shop.x.test. A", "NXDOMAIN aa soa"},
    {"imports_stay_inside", "far-away.shop.x.test. A", "NXDOMAIN aa soa"},
    {"headless", "pool.shop.x.test. A",
     "NOERROR aa | pool.shop.x.test. 5 IN A 172.0.0.1 | pool.shop.x.test. 5 IN A 172.0.0.2"},
    {"headless_host", "two.pool.shop.x.test. A", "NOERROR aa | two.pool.shop.x.test. 5 IN A 172.0.0.2"},
    {"headless_srv", "_http._tcp.two.shop.x.test. SRV", "NXDOMAIN aa soa"},
    {"headless_without_endpoints", "gone.shop.x.test. A", "NXDOMAIN aa soa"},
    {"headless_only_if_asked_for", "pool.shop.y.test. A", "NXDOMAIN aa soa"},
    {"namespace", "shop.x.test. A", "NOERROR aa soa"},
    {"no_svc_label", "web.shop.svc.x.test. A", "NXDOMAIN aa soa"},
    {"no_version", "dns-version.x.test. TXT", "NXDOMAIN aa soa"},
    {"own_name_server", "dns.x.test. A", "NOERROR aa soa"},
    {"pointer", "1.2.0.192.in-addr.arpa. PTR",
     "NOERROR aa | 1.2.0.192.in-addr.arpa. 5 IN PTR web.shop.x.test."},
};

class ExternalLayout : public testing::TestWithParam<Row> {};
TEST_P(ExternalLayout, Answer) { EXPECT_EQ(external().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, ExternalLayout, testing::ValuesIn(kExternal), rule_of);

Instance imported(std::string_view address, std::string cluster, std::string host = "") {
  auto one = endpoint(address, std::move(host));
  one.cluster = std::move(cluster);
  return one;
}

TestWorld& clusterset() {
  static auto* world = [] {
    auto* made = new TestWorld(std::string(kRegistry) + R"([
  {name: clusterset.local, registry: cluster, layout: clusterset, txt: off},
  {name: cluster.local, registry: cluster, txt: off},
  {name: 172.in-addr.arpa, reverse_of: [clusterset.local]}])");
    auto web = TestWorld::cluster_ip("cluster/shop/clusterset/web", {"10.9.0.1"}, {kHttp},
                                     {imported("172.0.0.1", "c1", "w1")});
    made->list("cluster",
               {web, TestWorld::cluster_ip("cluster/shop//local", {"10.0.0.1"}, {kHttp}),
                TestWorld::service("cluster/shop/clusterset/pool",
                                   {imported("172.0.0.2", "c1"), imported("172.0.0.3", "c2", "twin"),
                                    imported("172.0.0.4", "c1", "twin"), imported("5678:abcd::1", "c1"),
                                    imported("172.0.0.5", "")})});
    return made;
  }();
  return *world;
}

const Row kClusterset[] = {
    {"version", "dns-version.clusterset.local. TXT",
     "NOERROR aa | dns-version.clusterset.local. 5 IN TXT \"1.0.0\""},
    {"virtual_address", "web.shop.svc.clusterset.local. A",
     "NOERROR aa | web.shop.svc.clusterset.local. 5 IN A 10.9.0.1"},
    {"port", "_http._tcp.web.shop.svc.clusterset.local. SRV",
     "NOERROR aa | _http._tcp.web.shop.svc.clusterset.local. 5 IN SRV 0 1 80 web.shop.svc.clusterset.local."
     " + web.shop.svc.clusterset.local. 5 IN A 10.9.0.1"},
    {"no_cluster_below_a_virtual_address", "c1.web.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"no_host_below_a_virtual_address", "w1.c1.web.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"headless", "pool.shop.svc.clusterset.local. A",
     "NOERROR aa | pool.shop.svc.clusterset.local. 5 IN A 172.0.0.2"
     " | pool.shop.svc.clusterset.local. 5 IN A 172.0.0.3 | pool.shop.svc.clusterset.local. 5 IN A "
     "172.0.0.4"},
    {"srv_targets_carry_the_cluster", "pool.shop.svc.clusterset.local. SRV",
     "NOERROR aa | pool.shop.svc.clusterset.local. 5 IN SRV 0 1 80 twin.c1.pool.shop.svc.clusterset.local."
     " | pool.shop.svc.clusterset.local. 5 IN SRV 0 1 80 twin.c2.pool.shop.svc.clusterset.local."
     " | pool.shop.svc.clusterset.local. 5 IN SRV 0 1 80 172-0-0-2.c1.pool.shop.svc.clusterset.local."
     " | pool.shop.svc.clusterset.local. 5 IN SRV 0 1 80 5678-abcd--1.c1.pool.shop.svc.clusterset.local."
     " + twin.c1.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.4"
     " + twin.c2.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.3"
     " + 172-0-0-2.c1.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.2"
     " + 5678-abcd--1.c1.pool.shop.svc.clusterset.local. 5 IN AAAA 5678:abcd::1"},
    {"host", "twin.c2.pool.shop.svc.clusterset.local. A",
     "NOERROR aa | twin.c2.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.3"},
    {"address_label", "172-0-0-2.c1.pool.shop.svc.clusterset.local. A",
     "NOERROR aa | 172-0-0-2.c1.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.2"},
    {"host_of_another_cluster", "172-0-0-2.c2.pool.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"host_without_its_cluster", "twin.pool.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"cluster_label_is_nodata", "c1.pool.shop.svc.clusterset.local. A", "NOERROR aa soa"},
    {"unknown_cluster", "c3.pool.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"no_zones", "a.pin._zone.pool.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"clusters_can_be_chosen", "c1._cluster.pool.shop.svc.clusterset.local. A",
     "NOERROR aa | c1._cluster.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.2"
     " | c1._cluster.pool.shop.svc.clusterset.local. 5 IN A 172.0.0.4"},
    {"services_stay_in_their_cluster", "local.shop.svc.clusterset.local. A", "NXDOMAIN aa soa"},
    {"imports_stay_in_the_clusterset", "pool.shop.svc.cluster.local. A", "NXDOMAIN aa soa"},
    {"no_pods", "pod.clusterset.local. A", "NXDOMAIN aa soa"},
    {"no_pointers", "2.0.0.172.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
};

class ClustersetLayout : public testing::TestWithParam<Row> {};
TEST_P(ClustersetLayout, Answer) { EXPECT_EQ(clusterset().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, ClustersetLayout, testing::ValuesIn(kClusterset), rule_of);

TEST(KubernetesLayouts, ClustersOfOneZoneInOrderOfPrecedence) {
  TestWorld world(R"(
registries:
  east: {type: kubernetes, url: "https://127.0.0.1:1", token_file: t, ca_file: c}
  west: {type: kubernetes, url: "https://127.0.0.1:2", token_file: t, ca_file: c}
zones: [{name: cluster.local, registries: [east, west], txt: off}]
)");
  world.list("west", {TestWorld::cluster_ip("west/shop//web", {"10.2.0.1"}, {}),
                      TestWorld::cluster_ip("west/shop//only", {"10.2.0.2"}, {})});
  EXPECT_EQ(world.dig("missing.shop.svc.cluster.local. A"), "SERVFAIL") << "east has not listed";
  world.list("east", {TestWorld::cluster_ip("east/shop//web", {"10.1.0.1"}, {})});
  EXPECT_EQ(world.dig("web.shop.svc.cluster.local. A"),
            "NOERROR aa | web.shop.svc.cluster.local. 5 IN A 10.1.0.1");
  EXPECT_EQ(world.dig("only.shop.svc.cluster.local. A"),
            "NOERROR aa | only.shop.svc.cluster.local. 5 IN A 10.2.0.2");
  world.erase("east/shop//web");
  EXPECT_EQ(world.dig("web.shop.svc.cluster.local. A"),
            "NOERROR aa | web.shop.svc.cluster.local. 5 IN A 10.2.0.1");
}

TEST(KubernetesLayouts, WildcardsBesideWhatIsReachedByAnotherName) {
  TestWorld world(std::string(kRegistry) + "[{name: x.test, registry: cluster, layout: external, txt: off}]",
                  {{"x.test", {"*.shop 60 A 192.0.2.7"}}});
  world.list("cluster", {outside("cluster/shop//far", {}, {"lb.example.test"})});
  EXPECT_EQ(world.dig("_http._tcp.far.shop.x.test. SRV"),
            "NOERROR aa | _http._tcp.far.shop.x.test. 5 IN SRV 0 1 80 lb.example.test.");
  EXPECT_EQ(world.dig("_x._tcp.far.shop.x.test. SRV"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("near.shop.x.test. A"), "NOERROR aa | near.shop.x.test. 60 IN A 192.0.2.7");
}

TEST(KubernetesLayouts, EmptyServicesHide) {
  TestWorld world(shop_config("empty_services: hide"));
  world.list("cluster", shop());
  EXPECT_EQ(world.dig("idle.shop.svc.cluster.local. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("_http._tcp.idle.shop.svc.cluster.local. SRV"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.dig("web.shop.svc.cluster.local. A"),
            "NOERROR aa | web.shop.svc.cluster.local. 5 IN A 10.0.0.1");
  EXPECT_EQ(world.dig("ext.shop.svc.cluster.local. A"),
            "NOERROR aa | ext.shop.svc.cluster.local. 5 IN CNAME Ext.example.test.");
  auto idle = TestWorld::cluster_ip("cluster/shop//idle", {"10.0.0.2"}, {}, {endpoint("172.0.0.77")});
  world.upsert(idle);
  EXPECT_EQ(world.dig("idle.shop.svc.cluster.local. A"),
            "NOERROR aa | idle.shop.svc.cluster.local. 5 IN A 10.0.0.2");
}

}  // namespace
}  // namespace signpost::test
