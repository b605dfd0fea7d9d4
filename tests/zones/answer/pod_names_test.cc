// Names of Pods by their addresses (kubernetes.md 3.5, gap 24): disabled, insecure, verified.
#include <gtest/gtest.h>

#include "tests/zones/support/kubernetes_shop.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

Instance pod(std::string name, std::string_view address, std::string_view v6 = "") {
  Instance one = At(address);
  one.id = one.host_name = std::move(name);
  if (!v6.empty()) one.v6 = *IpAddress::parse(v6);
  return one;
}

ServiceState pods(const char* space, std::vector<Instance> all) {
  auto state = TestWorld::service(std::string("cluster/") + space + "/pods/", std::move(all));
  state.kind = ServiceKind::Pods;
  return state;
}

std::unique_ptr<TestWorld> make(const char* mode) {
  auto world = std::make_unique<TestWorld>(shop_config(std::string("pod_names: ") + mode));
  auto all = shop();
  all.push_back(pods("shop", {pod("b", "10.240.0.2"), pod("a", "10.240.0.1", "fd00::7"),
                              pod("c", "10.240.0.10"), pod("six", "2001:db8::"), pod("twin", "10.240.0.2")}));
  all.push_back(pods("empty", {}));
  world->list("cluster", std::move(all));
  return world;
}

const Row kVerified[] = {
    {"v4", "10-240-0-1.shop.pod.cluster.local. A",
     "NOERROR aa | 10-240-0-1.shop.pod.cluster.local. 5 IN A 10.240.0.1"},
    {"shared_once", "10-240-0-2.shop.pod.cluster.local. A",
     "NOERROR aa | 10-240-0-2.shop.pod.cluster.local. 5 IN A 10.240.0.2"},
    {"second_family", "fd00--7.shop.pod.cluster.local. AAAA",
     "NOERROR aa | fd00--7.shop.pod.cluster.local. 5 IN AAAA fd00::7"},
    {"trailing_zeros", "2001-db8--0.shop.pod.cluster.local. AAAA",
     "NOERROR aa | 2001-db8--0.shop.pod.cluster.local. 5 IN AAAA 2001:db8::"},
    {"any_spelling_of_the_address", "fd00-0-0-0-0-0-0-7.shop.pod.cluster.local. AAAA",
     "NOERROR aa | fd00-0-0-0-0-0-0-7.shop.pod.cluster.local. 5 IN AAAA fd00::7"},
    {"other_family", "10-240-0-1.shop.pod.cluster.local. AAAA", "NOERROR aa soa"},
    {"other_type", "10-240-0-1.shop.pod.cluster.local. TXT", "NOERROR aa soa"},
    {"other_address", "10-240-0-3.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"other_namespace", "10-240-0-1.empty.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"not_by_name", "a.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"no_labels_in_front", "x.10-240-0-1.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"namespace", "shop.pod.cluster.local. A", "NOERROR aa soa"},
    {"namespace_without_pods", "empty.pod.cluster.local. A", "NOERROR aa soa"},
    {"unknown_namespace", "nope.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"no_zones", "a.pin._zone.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"pod", "pod.cluster.local. A", "NOERROR aa soa"},
    {"no_pointers", "1.0.240.10.in-addr.arpa. PTR", "NXDOMAIN aa soa"},
};
class VerifiedPods : public testing::TestWithParam<Row> {};
TEST_P(VerifiedPods, Answer) {
  static const auto world = make("verified");
  EXPECT_EQ(world->dig(GetParam().question), GetParam().answer);
}
INSTANTIATE_TEST_SUITE_P(Rules, VerifiedPods, testing::ValuesIn(kVerified), rule_of);

const Row kInsecure[] = {
    {"any_address", "192-0-2-1.shop.pod.cluster.local. A",
     "NOERROR aa | 192-0-2-1.shop.pod.cluster.local. 5 IN A 192.0.2.1"},
    {"any_address_v6", "2001-db8--1.empty.pod.cluster.local. AAAA",
     "NOERROR aa | 2001-db8--1.empty.pod.cluster.local. 5 IN AAAA 2001:db8::1"},
    {"leading_zeros_of_an_address", "--1.shop.pod.cluster.local. AAAA",
     "NOERROR aa | --1.shop.pod.cluster.local. 5 IN AAAA ::1"},
    {"other_family", "192-0-2-1.shop.pod.cluster.local. AAAA", "NOERROR aa soa"},
    {"ANY", "192-0-2-1.shop.pod.cluster.local. ANY",
     "NOERROR aa | 192-0-2-1.shop.pod.cluster.local. 5 IN A 192.0.2.1"},
    {"no_address", "blah.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"no_address_other_type", "blah.shop.pod.cluster.local. HINFO", "NXDOMAIN aa soa"},
    {"octet_too_large", "192-0-2-256.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"leading_zero_in_an_octet", "192-0-2-01.shop.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"unknown_namespace", "192-0-2-1.nope.pod.cluster.local. A", "NXDOMAIN aa soa"},
    {"namespace", "shop.pod.cluster.local. A", "NOERROR aa soa"},
};
class InsecurePods : public testing::TestWithParam<Row> {};
TEST_P(InsecurePods, Answer) {
  static const auto world = make("insecure");
  EXPECT_EQ(world->dig(GetParam().question), GetParam().answer);
}
INSTANTIATE_TEST_SUITE_P(Rules, InsecurePods, testing::ValuesIn(kInsecure), rule_of);

TEST(DisabledPods, HaveNoNames) {
  const auto world = make("disabled");
  EXPECT_EQ(world->dig("10-240-0-1.shop.pod.cluster.local. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world->dig("shop.pod.cluster.local. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world->dig("pod.cluster.local. A"), "NOERROR aa soa");
}

TEST(VerifiedPods, ComeAndGo) {
  const auto world = make("verified");
  world->upsert(pods("shop", {pod("d", "10.240.0.9")}));
  EXPECT_EQ(world->dig("10-240-0-1.shop.pod.cluster.local. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world->dig("10-240-0-9.shop.pod.cluster.local. A"),
            "NOERROR aa | 10-240-0-9.shop.pod.cluster.local. 5 IN A 10.240.0.9");
  world->erase("cluster/shop/pods/");
  EXPECT_EQ(world->dig("shop.pod.cluster.local. A"), "NXDOMAIN aa soa");
}

TEST(Pods, AreCountedAsPodsAndNotAsServices) {
  TestWorld world(shop_config("pod_names: verified"));
  auto imported = TestWorld::cluster_ip("cluster/shop/clusterset/far", {"10.3.0.1"}, {}, {At("10.3.0.2")});
  world.list("cluster", {TestWorld::service("cluster/shop//web", {At("10.1.0.1"), At("10.1.0.2")}), imported,
                         pods("shop", {pod("a", "10.240.0.1"), pod("b", "10.240.0.2")}), pods("empty", {})});
  const auto counted = [&] {
    const auto row = world.world.status().registries.front();
    return std::vector<std::uint64_t>{row.services, row.instances, row.namespaces, row.pods, row.imports};
  };
  EXPECT_EQ(counted(), (std::vector<std::uint64_t>{1, 3, 2, 2, 1}));
  EXPECT_EQ(world.world.status().registries.front().eligible, 2U) << "no zone shows the import";
  world.upsert(pods("shop", {pod("a", "10.240.0.1")})).erase("cluster/empty/pods/");
  world.settle();
  EXPECT_EQ(counted(), (std::vector<std::uint64_t>{1, 3, 1, 1, 1}));
  world.erase("cluster/shop/clusterset/far").erase("cluster/shop/pods/");
  world.settle();
  EXPECT_EQ(counted(), (std::vector<std::uint64_t>{1, 2, 0, 0, 0}));
}

}  // namespace
}  // namespace signpost::test
