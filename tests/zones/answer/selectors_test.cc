// Names that mean some of a service's instances: `_zone` as in CoreDNS (kubernetes.md 3.8, 4.4), and
// `_version`,
// `_cluster`, `_tag` of DESIGN.md section 2 for every registry.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/zones/support/kubernetes_shop.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/dump.h"

namespace signpost::test {
namespace {

Instance with(Instance instance, std::string zone, std::string version = "",
              std::vector<std::string> tags = {}, std::string cluster = "") {
  instance.zone = std::move(zone);
  instance.version = std::move(version);
  instance.tags = std::move(tags);
  instance.cluster = std::move(cluster);
  return instance;
}

TestWorld& world() {
  static auto* made = [] {
    auto* one = new TestWorld(shop_config());
    auto all = shop();
    all.push_back(TestWorld::service("cluster/shop//zonal",
                                     {with(endpoint("10.1.0.1"), "a"), with(endpoint("10.1.0.2"), "b.west"),
                                      with(endpoint("10.1.0.3"), "b.west")}));
    all.push_back(TestWorld::cluster_ip(
        "cluster/shop//front", {"10.0.9.1"}, {{"http", 80, Protocol::Tcp}},
        {with(endpoint("10.2.0.1"), "a", "v1"), with(endpoint("10.2.0.2", "two"), "a", "v2", {"canary"})}));
    one->list("cluster", std::move(all));
    return one;
  }();
  return *made;
}

#define Z ".shop.svc.cluster.local."
const Row kZonal[] = {
    {"pin", "a.pin._zone.zonal" Z " A", "NOERROR aa | a.pin._zone.zonal" Z " 5 IN A 10.1.0.1"},
    {"pin_with_dots", "b.west.pin._zone.zonal" Z " A",
     "NOERROR aa | b.west.pin._zone.zonal" Z " 5 IN A 10.1.0.2 | b.west.pin._zone.zonal" Z
     " 5 IN A 10.1.0.3"},
    {"pin_of_nobody", "c.pin._zone.zonal" Z " A", "NOERROR aa soa"},
    {"pin_of_a_part", "west.pin._zone.zonal" Z " A", "NOERROR aa soa"},
    {"prefer", "a.prefer._zone.zonal" Z " A", "NOERROR aa | a.prefer._zone.zonal" Z " 5 IN A 10.1.0.1"},
    {"prefer_of_nobody", "c.prefer._zone.zonal" Z " A",
     "NOERROR aa | c.prefer._zone.zonal" Z " 5 IN A 10.1.0.1 | c.prefer._zone.zonal" Z
     " 5 IN A 10.1.0.2 | c.prefer._zone.zonal" Z " 5 IN A 10.1.0.3"},
    {"srv_points_at_plain_names", "b.west.pin._zone.zonal" Z " SRV",
     "NOERROR aa | b.west.pin._zone.zonal" Z " 5 IN SRV 0 1 80 10-1-0-2.zonal" Z " | b.west.pin._zone.zonal" Z
     " 5 IN SRV 0 1 80 10-1-0-3.zonal" Z " + 10-1-0-2.zonal" Z " 5 IN A 10.1.0.2 + 10-1-0-3.zonal" Z
     " 5 IN A 10.1.0.3"},
    {"srv_of_a_port", "_http._tcp.a.pin._zone.zonal" Z " SRV",
     "NOERROR aa | _http._tcp.a.pin._zone.zonal" Z " 5 IN SRV 0 1 80 10-1-0-1.zonal" Z " + 10-1-0-1.zonal" Z
     " 5 IN A 10.1.0.1"},
    {"srv_of_nobody", "c.pin._zone.zonal" Z " SRV", "NOERROR aa soa"},
    {"srv_prefer_of_nobody", "_http._tcp.c.prefer._zone.bare" Z " SRV", "NXDOMAIN aa soa"},
    {"text", "a.pin._zone.zonal" Z " TXT", "NOERROR aa soa"},
    {"other_family", "a.pin._zone.zonal" Z " AAAA", "NOERROR aa soa"},
    {"directive_is_nodata", "pin._zone.zonal" Z " A", "NOERROR aa soa"},
    {"key_is_nodata", "_zone.zonal" Z " A", "NOERROR aa soa"},
    {"unknown_directive", "a.near._zone.zonal" Z " A", "NXDOMAIN aa soa"},
    {"no_directive", "a._zone.zonal" Z " A", "NXDOMAIN aa soa"},
    {"without_any_zone", "a.pin._zone.pool" Z " A", "NOERROR aa soa"},
    {"without_any_zone_prefer", "a.prefer._zone.bare" Z " A",
     "NOERROR aa | a.prefer._zone.bare" Z " 5 IN A 172.0.0.20"},
    {"unknown_service", "a.pin._zone.ghost" Z " A", "NXDOMAIN aa soa"},
    {"nobody_ready", "a.pin._zone.unready" Z " A", "NXDOMAIN aa soa"},
    {"cluster_ip", "a.pin._zone.front" Z " A", "NXDOMAIN aa soa"},
    {"cluster_ip_key", "_zone.front" Z " A", "NXDOMAIN aa soa"},
    {"external_name", "a.pin._zone.ext" Z " A", "NXDOMAIN aa soa"},
    {"hosts_are_not_below", "10-1-0-1.a.pin._zone.zonal" Z " A", "NOERROR aa soa"},
    {"version_of_a_cluster_ip_answers_with_endpoints", "v2._version.front" Z " A",
     "NOERROR aa | v2._version.front" Z " 5 IN A 10.2.0.2"},
    {"version_of_a_cluster_ip_has_ports", "_http._tcp.v1._version.front" Z " SRV",
     "NOERROR aa | _http._tcp.v1._version.front" Z " 5 IN SRV 0 1 80 10-2-0-1.front" Z " + 10-2-0-1.front" Z
     " 5 IN A 10.2.0.1"},
    {"several_words_of_a_cluster_ip", "canary._tag.v2._version.front" Z " SRV",
     "NOERROR aa | canary._tag.v2._version.front" Z " 5 IN SRV 0 1 80 two.front" Z " + two.front" Z
     " 5 IN A 10.2.0.2"},
    {"unknown_version_of_a_cluster_ip", "v3._version.front" Z " A", "NXDOMAIN aa soa"},
    {"cluster_ip_itself", "front" Z " A", "NOERROR aa | front" Z " 5 IN A 10.0.9.1"},
};
#undef Z
class Zonal : public testing::TestWithParam<Row> {};
TEST_P(Zonal, Answer) { EXPECT_EQ(world().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, Zonal, testing::ValuesIn(kZonal), rule_of);

TEST(Selectors, ZonesCanBeTurnedOff) {
  TestWorld off(shop_config("topology: off"));
  off.list("cluster", {TestWorld::service("cluster/shop//zonal", {with(endpoint("10.1.0.1"), "a", "v1")})});
  EXPECT_EQ(off.dig("a.pin._zone.zonal.shop.svc.cluster.local. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(off.dig("v1._version.zonal.shop.svc.cluster.local. A"),
            "NOERROR aa | v1._version.zonal.shop.svc.cluster.local. 5 IN A 10.1.0.1");
}

constexpr const char* kFile = R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: t, registry: local}]
)";

/// Two instances on one address, one with both families, one down; versions with dots, tags that overlap.
std::vector<Instance> mixture() {
  Instance both = At("10.0.0.3", 80, "http").also("fd00::3");
  return {with(At("10.0.0.1", 80, "http"), "", "1.2.0", {"blue", "Big One"}),
          with(At("10.0.0.1", 81, "http"), "", "v2", {"blue"}), with(both, "", "v2", {"Big One"}, "east"),
          with(At("10.0.0.4", 80, "http").with_health(Health::Down), "", "v3")};
}

const Row kWords[] = {
    {"version_with_dots", "1.2.0._version.cart.t. A", "NOERROR aa | 1.2.0._version.cart.t. 5 IN A 10.0.0.1"},
    {"part_of_a_version_is_nodata", "2.0._version.cart.t. A", "NOERROR aa soa"},
    {"version", "v2._version.cart.t. A",
     "NOERROR aa | v2._version.cart.t. 5 IN A 10.0.0.1 | v2._version.cart.t. 5 IN A 10.0.0.3"},
    {"question_in_any_case", "V2._VERSION.cart.t. AAAA",
     "NOERROR aa | V2._VERSION.cart.t. 5 IN AAAA fd00::3"},
    {"srv_of_an_address_shared_by_versions", "1.2.0._version.cart.t. SRV",
     "NOERROR aa | 1.2.0._version.cart.t. 5 IN SRV 0 1 80 10-0-0-1.cart.t. + 10-0-0-1.cart.t. 5 IN A "
     "10.0.0.1"},
    {"tag_is_folded", "big-one._tag.cart.t. A",
     "NOERROR aa | big-one._tag.cart.t. 5 IN A 10.0.0.1 | big-one._tag.cart.t. 5 IN A 10.0.0.3"},
    {"two_tags", "blue._tag.big-one._tag.cart.t. SRV",
     "NOERROR aa | blue._tag.big-one._tag.cart.t. 5 IN SRV 0 1 80 10-0-0-1.cart.t."
     " + 10-0-0-1.cart.t. 5 IN A 10.0.0.1"},
    {"cluster", "east._cluster.cart.t. A", "NOERROR aa | east._cluster.cart.t. 5 IN A 10.0.0.3"},
    {"cluster_and_version", "east._cluster.v2._version.cart.t. A",
     "NOERROR aa | east._cluster.v2._version.cart.t. 5 IN A 10.0.0.3"},
    {"nobody_has_both", "east._cluster.1.2.0._version.cart.t. A", "NXDOMAIN aa soa"},
    {"known_but_down_is_nodata", "v3._version.cart.t. A", "NOERROR aa soa"},
    {"unknown_version", "v4._version.cart.t. A", "NXDOMAIN aa soa"},
    {"key_is_nodata", "_version.cart.t. A", "NOERROR aa soa"},
    {"key_behind_a_word_is_nodata", "_tag.v2._version.cart.t. A", "NOERROR aa soa"},
    {"key_that_nobody_behind_the_word_has", "_cluster.v3._version.cart.t. A", "NOERROR aa soa"},
    {"zone_and_version", "x.prefer._zone.v2._version.cart.t. A",
     "NOERROR aa | x.prefer._zone.v2._version.cart.t. 5 IN A 10.0.0.1"
     " | x.prefer._zone.v2._version.cart.t. 5 IN A 10.0.0.3"},
    {"text_counts_the_chosen", "v2._version.cart.t. TXT",
     "NOERROR aa | v2._version.cart.t. 5 IN TXT \"registry=local\" \"service=cart\" \"instances=2/2\""},
    {"text_of_those_that_are_down", "v3._version.cart.t. TXT",
     "NOERROR aa | v3._version.cart.t. 5 IN TXT \"registry=local\" \"service=cart\" \"instances=0/1\""},
    {"keys_are_not_values", "_tag._version.cart.t. A", "NXDOMAIN aa soa"},
    {"protocol_below_a_word", "_tcp.v2._version.cart.t. A", "NOERROR aa soa"},
    {"unknown_port_below_a_word", "_x._tcp.v2._version.cart.t. SRV", "NXDOMAIN aa soa"},
    {"no_words", "v2._version.plain.t. A", "NXDOMAIN aa soa"},
    {"no_words_no_key", "_version.plain.t. A", "NXDOMAIN aa soa"},
    {"words_of_all", "v1._version.same.t. A",
     "NOERROR aa | v1._version.same.t. 5 IN A 10.0.1.1 | v1._version.same.t. 5 IN A 10.0.1.2"},
    {"words_of_all_in_no_zone", "x.pin._zone.v1._version.same.t. A", "NOERROR aa soa"},
};
class Words : public testing::TestWithParam<Row> {};
TEST_P(Words, Answer) {
  static auto* words = [] {
    auto* made = new TestWorld(kFile);
    made->list("local", {TestWorld::service("local///cart", mixture()),
                         TestWorld::service("local///plain", {At("10.0.0.9", 80)}),
                         TestWorld::service("local///same", {with(At("10.0.1.1", 80), "", "v1"),
                                                             with(At("10.0.1.2", 80), "", "v1")})});
    return made;
  }();
  EXPECT_EQ(words->dig(GetParam().question), GetParam().answer);
}
INSTANTIATE_TEST_SUITE_P(Rules, Words, testing::ValuesIn(kWords), rule_of);

/// How often each address comes first among the answers, of `draws`.
std::map<std::string, int> firsts(TestWorld& one, const std::string& question, int draws) {
  std::map<std::string, int> counts;
  for (int i = 0; i < draws; ++i) ++counts[one.draw(question).front()];
  return counts;
}

TEST(Selectors, SharesAreThoseOfTheChosen) {
  TestWorld one(kFile);
  one.list("local",
           {TestWorld::service("local///cart", {with(At("10.0.0.1", 80).with_weight(1), "", "v1"),
                                                with(At("10.0.0.2", 80).with_weight(3), "", "v1"),
                                                with(At("10.0.0.3", 80).with_weight(50), "", "v2")})});
  constexpr int kDraws = 8000;  // 3 of 4: standard deviation 39
  EXPECT_NEAR(firsts(one, "v1._version.cart.t. A", kDraws)["10.0.0.2"], kDraws * 3 / 4, 200);
  std::map<std::string, int> srv;
  for (int i = 0; i < kDraws; ++i) ++srv[one.draw("v1._version.cart.t. SRV").front()];
  EXPECT_NEAR(srv["0 3 80 10-0-0-2.cart.t."], kDraws * 3 / 4, 200);
}

TEST(Selectors, ShareOfAnAddressIsOfItsChosenInstances) {
  TestWorld one(kFile);
  // 10.0.0.1 has a large instance of v1 and a small one of v2: among v2 it is the small one that counts.
  one.list("local",
           {TestWorld::service("local///cart", {with(At("10.0.0.1", 80).with_weight(90), "", "v1"),
                                                with(At("10.0.0.1", 81).with_weight(1), "", "v2"),
                                                with(At("10.0.0.2", 80).with_weight(3), "", "v2")})});
  constexpr int kDraws = 8000;
  EXPECT_NEAR(firsts(one, "v2._version.cart.t. A", kDraws)["10.0.0.2"], kDraws * 3 / 4, 200);
}

TEST(Selectors, SamplesAreDrawnFromTheChosen) {
  TestWorld one(R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: t, registry: local, answer: sample 1}]
)");
  one.list("local",
           {TestWorld::service("local///cart", {with(At("10.0.0.1", 80), "a"), with(At("10.0.0.2", 80), "a"),
                                                with(At("10.0.0.3", 80), "b")})});
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto answer = one.draw("a.pin._zone.cart.t. A");
    ASSERT_EQ(answer.size(), 1u);
    seen.insert(answer[0]);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"10.0.0.1", "10.0.0.2"}));
}

TEST(Selectors, LargeSetsTruncateOverUdpAndFitOverTcp) {
  TestWorld one(kFile);
  std::vector<Instance> all;
  for (int i = 0; i < 300; ++i) {
    Instance instance = At("10.0." + std::to_string(i / 200) + "." + std::to_string(i % 200), 80, "http");
    all.push_back(with(instance, i % 2 == 0 ? "a" : "b"));
  }
  one.list("local", {TestWorld::service("local///cart", all)});
  EXPECT_TRUE(one.draw("a.pin._zone.cart.t. A").empty());
  EXPECT_TRUE(one.last_truncated);
  EXPECT_EQ(one.draw("a.pin._zone.cart.t. A", false).size(), 150u);
  EXPECT_EQ(one.draw("b.prefer._zone.cart.t. SRV", false).size(), 150u);
}

TEST(Selectors, AreDumped) {
  TestWorld one(kFile);
  one.list("local", {TestWorld::service("local///cart", mixture()),
                     TestWorld::service("local///zonal", {with(At("10.1.0.1", 80), "a")})});
  std::multiset<std::string> lines;
  ASSERT_TRUE(dump(one.store, "t", [&](std::string_view line) { lines.emplace(line); }));
  for (const char* line :
       {"1.2.0._version.cart.t. 5 IN A 10.0.0.1\n", "east._cluster.cart.t. 5 IN AAAA fd00::3\n",
        "blue._tag.cart.t. 5 IN SRV 0 1 81 10-0-0-1.cart.t.\n", "a.pin._zone.zonal.t. 5 IN A 10.1.0.1\n",
        "v3._version.cart.t. 5 IN TXT \"registry=local\" \"service=cart\" \"instances=0/1\"\n"}) {
    EXPECT_EQ(lines.count(line), 1u) << line;
  }
  for (const auto& line : lines) EXPECT_EQ(lines.count(line), 1u) << "twice: " << line;
}

TEST(Selectors, ChangeOfAZoneAloneIsAChange) {
  TestWorld one(kFile);
  one.list("local", {TestWorld::service("local///cart",
                                        {with(At("10.0.0.1", 80), "a"), with(At("10.0.0.2", 80), "b")})});
  const auto serial = one.serial("t.");
  one.upsert(
      TestWorld::service("local///cart", {with(At("10.0.0.1", 80), "a"), with(At("10.0.0.2", 80), "a")}));
  EXPECT_EQ(one.serial("t."), serial + 1);
  EXPECT_EQ(one.draw("a.pin._zone.cart.t. A").size(), 2u);
}

}  // namespace
}  // namespace signpost::test
