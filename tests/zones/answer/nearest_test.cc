// What is offered to who asks for a name that does not exist: each row a slip that people make.
#include "zones/answer/nearest.h"

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries:
  cluster: {type: kubernetes}
  one: {type: file, path: 1.yaml}
  two: {type: file, path: 2.yaml}
zones:
  - {name: cluster.local, registry: cluster}
  - {name: demo.internal, registry: one}
  - {name: other.internal, registry: two}
)";

class Nearest : public testing::TestWithParam<Row> {
 protected:
  Nearest() {
    world_.set_static("demo.internal", {"www A 10.0.9.1", "*.wild A 10.0.9.2", "a.deep A 10.0.9.3"});
    auto cart = TestWorld::service("one///cart", {At("10.0.0.1"), At("10.0.0.2")});
    cart.ports = {{"http", 80}, {"metrics", 9000}};
    std::vector<ServiceState> all{cart, TestWorld::service("one///checkout", {At("10.0.0.4")})};
    for (const char* name : {"api", "api1", "api2", "api3"})
      all.push_back(TestWorld::service("one///" + std::string(name) + ".prod", {At("10.0.0.3")}));
    world_.list("one", std::move(all));
    world_.list("two", {TestWorld::service("two///cart", {At("10.0.1.1")}),
                        TestWorld::service("two///warehouse", {At("10.0.1.2")})});
    world_.list("cluster", {TestWorld::cluster_ip("cluster/shop//cart", {"10.96.0.1"}, {}),
                            TestWorld::cluster_ip("cluster/shop//billing", {"10.96.0.2"}, {})});
  }

  TestWorld world_{kConfig};
};

TEST_P(Nearest, IsOffered) {
  SnapshotReader reader(world_.store);
  std::string offered;
  for (const auto& name : nearest_names(reader.refresh(), *Name::parse(GetParam().question)))
    offered += (offered.empty() ? "" : " ") + name;
  EXPECT_EQ(offered, GetParam().answer);
}

const Row kRows[] = {
    {"two_letters_swapped", "crat.demo.internal", "cart.demo.internal."},
    {"a_letter_too_many", "Checkouts.Demo.Internal", "checkout.demo.internal."},
    {"a_static_name", "ww.demo.internal", "www.demo.internal."},
    {"the_best_three", "api4.prod.demo.internal",
     "api.prod.demo.internal. api1.prod.demo.internal. api2.prod.demo.internal."},
    {"nothing_like_it", "nonsense.demo.internal", ""},
    {"no_wildcard", "x.wil.demo.internal", ""},
    {"no_empty_non_terminal", "dep.demo.internal", ""},
    {"not_what_is_told_as_the_nearest_above", "x.cart.demo.internal", ""},
    {"svc_left_out", "cart.shop.cluster.local", "cart.shop.svc.cluster.local."},
    {"namespace_left_out", "billing.svc.cluster.local", "billing.shop.svc.cluster.local."},
    {"zone_left_out", "checkout", "checkout.demo.internal."},
    {"another_zone", "warehouse.demo.internal", "warehouse.other.internal."},
    {"its_own_zone_before_others", "cart.nowhere.demo.internal", "cart.demo.internal."},
    {"a_slip_in_the_zone", "cart.demo.intrenal", "cart.demo.internal."},
    {"a_slip_in_both", "crat.demo.intrenal", "cart.demo.internal."},
    {"another_world", "www.example.org", "www.demo.internal."},
    {"a_port", "_htpp._tcp.cart.demo.internal",
     "_http._tcp.cart.demo.internal. _metrics._tcp.cart.demo.internal."},
    {"a_port_of_a_slip", "_http._tcp.crat.demo.internal", "_http._tcp.cart.demo.internal."},
    {"no_such_port_of_a_slip", "_nope._tcp.crat.demo.internal", "cart.demo.internal."},
    {"the_root", ".", ""},
};
INSTANTIATE_TEST_SUITE_P(Slips, Nearest, testing::ValuesIn(kRows), rule_of);

TEST(NearestNames, DoesNotOfferWhatDoesNotExist) {
  TestWorld world("registries: {one: {type: file, path: 1.yaml}}\nzones: [{name: t, registry: one}]\n");
  auto pending = TestWorld::service("one///cart");
  pending.pending = true;
  world.list("one", {pending});
  SnapshotReader reader(world.store);
  EXPECT_TRUE(nearest_names(reader.refresh(), *Name::parse("crat.t")).empty());
  world.upsert(TestWorld::service("one///cart", {At("10.0.0.1")}));
  EXPECT_EQ(nearest_names(reader.refresh(), *Name::parse("crat.t")), std::vector<std::string>{"cart.t."});
}

}  // namespace
}  // namespace signpost::test
