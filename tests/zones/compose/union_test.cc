// `combine: union`: each instance once, and what several registries say of it.
#include <gtest/gtest.h>

#include "tests/zones/compose/desk.h"

namespace signpost::compose {
namespace {

using config::Combine;

TEST(Union, EachInstanceOnceWithTheWeightOfItsSdkRegistry) {
  Desk desk(Combine::Union);
  desk.seat("cluster", {at("10.0.0.1:8080"), at("10.0.0.2:8080")});
  desk.seat("nacos", {at("10.0.0.1:8080", 3), at("10.0.0.9:8080", 1)});
  EXPECT_EQ(desk.answers(),
            "10.0.0.1:8080 nacos+cluster 60.0 | 10.0.0.9:8080 nacos 20.0 | 10.0.0.2:8080 cluster 20.0");
}

TEST(Union, TopologyIsKubernetesAndTheRestIsTheSdks) {
  Desk desk(Combine::Union);
  auto pod = at("10.0.0.1:8080");
  pod.zone = "eu-1a", pod.node = "node-7", pod.version = "from-label", pod.host_name = "web-0";
  auto own = at("10.0.0.1:8080", 3);
  own.zone = "unknown", own.version = "v2", own.cluster = "east", own.metadata = {{"team", "shop"}};
  desk.seat("cluster", {pod});
  desk.seat("nacos", {own});
  const auto one = desk.composed().state.instances.at(0);
  EXPECT_EQ(one.zone, "eu-1a");
  EXPECT_EQ(one.node, "node-7");
  EXPECT_EQ(one.version, "v2");
  EXPECT_EQ(one.cluster, "east");
  EXPECT_EQ(one.weight, 3);
  EXPECT_EQ(one.host_name, "");
  EXPECT_EQ(one.metadata, (Metadata{{"team", "shop"}}));
}

TEST(Union, AnotherPortOrProtocolIsAnotherInstance) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:8080")});
  desk.seat("cluster", {at("10.0.0.1:9090")});
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080 nacos 50.0 | 10.0.0.1:9090 cluster 50.0");
  desk.seats[1].state.instances = {at("10.0.0.1:8080")};
  desk.seats[1].state.instances[0].ports[0].protocol = Protocol::Udp;
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080 nacos 50.0 | 10.0.0.1:8080 cluster 50.0");
}

TEST(Union, PortsAddUpAndUnnamedOnesGetTheOthersNames) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:8080", 2)});
  auto pod = at("10.0.0.1");
  pod.ports = {{"http", 8080, Protocol::Tcp}, {"metrics", 9090, Protocol::Tcp}};
  desk.seat("cluster", {pod});
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080http,9090metrics nacos+cluster 100.0");
}

TEST(Union, AnInstanceWithoutPortsIsKnownByItsAddress) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:8080", 2)});
  desk.seat("cluster", {at("10.0.0.1")});
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080 nacos+cluster 100.0");
}

TEST(Union, OneRegistrysTwoStayTwo) {
  Desk desk(Combine::Union);
  auto again = at("10.0.0.1:8080", 2);
  again.id = "again";
  again.cluster = "east";
  desk.seat("nacos", {at("10.0.0.1:8080", 1), again});
  desk.seat("cluster", {at("10.0.0.1:8080", 1, Health::Down)});
  EXPECT_EQ(desk.answers(), "nobody");
  desk.seats[1].state.instances[0].health = Health::Up;
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080 nacos+cluster 33.3 | 10.0.0.1:8080 nacos+cluster 66.7");
}

TEST(Union, ServicePortsAreTheInstances) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1")}).state.ports = {{"http", 8080, Protocol::Tcp}};
  desk.seat("cluster", {at("10.0.0.1:8080")});
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080http nacos+cluster 100.0");
}

TEST(Union, AnIpv4AddressInIpv6ClothesIsTheSame) {
  Desk desk(Combine::Union);
  auto mapped = at("10.0.0.1:8080");
  mapped.v4.reset();
  mapped.v6 = *IpAddress::parse("::ffff:10.0.0.1");
  desk.seat("nacos", {at("10.0.0.1:8080")});
  desk.seat("cluster", {mapped});
  EXPECT_EQ(desk.composed().state.instances.size(), 1u);
}

struct Opinions {
  const char* rule;
  Health nacos, cluster;
  Freshness nacos_is;
  Health by_and, by_or;
};
const Opinions kOpinions[] = {
    {"both_good", Health::Up, Health::Up, Freshness::Fresh, Health::Up, Health::Up},
    {"one_bad", Health::Up, Health::Down, Freshness::Fresh, Health::Down, Health::Up},
    {"the_other_bad", Health::Down, Health::Up, Freshness::Fresh, Health::Down, Health::Up},
    {"either_can_drain", Health::Up, Health::Draining, Freshness::Fresh, Health::Draining, Health::Up},
    {"draining_and_down", Health::Down, Health::Draining, Freshness::Fresh, Health::Down, Health::Draining},
    {"unknown_is_no_opinion", Health::Unknown, Health::Down, Freshness::Fresh, Health::Down, Health::Down},
    {"nobody_knows", Health::Unknown, Health::Unknown, Freshness::Fresh, Health::Unknown, Health::Unknown},
    {"outdated_is_no_opinion", Health::Down, Health::Up, Freshness::Outdated, Health::Up, Health::Up},
    {"outdated_but_alone", Health::Down, Health::Unknown, Freshness::Outdated, Health::Down, Health::Down},
};

TEST(Union, OpinionsOnHealth) {
  for (const auto& row : kOpinions) {
    Desk desk(Combine::Union);
    desk.seat("nacos", {at("10.0.0.1:8080", 1, row.nacos)}).view.freshness = row.nacos_is;
    desk.seat("cluster", {at("10.0.0.1:8080", 1, row.cluster)});
    EXPECT_EQ(desk.composed().state.instances.at(0).health, row.by_and) << row.rule;
    desk.service.opinions = config::HealthOpinions::Or;
    EXPECT_EQ(desk.composed().state.instances.at(0).health, row.by_or) << row.rule;
  }
}

TEST(Union, HiddenHealthIsNoOpinion) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:8080", 1, Health::Up)}).state.health_masked = true;
  desk.seat("cluster", {at("10.0.0.1:8080", 1, Health::Down)});
  desk.service.opinions = config::HealthOpinions::Or;
  EXPECT_EQ(desk.composed().state.instances.at(0).health, Health::Down);
}

TEST(Union, ASwitchInOneRegistryIsEnough) {
  Desk desk(Combine::Union);
  desk.service.opinions = config::HealthOpinions::Or;
  desk.seat("nacos", {at("10.0.0.1:8080")}).state.instances[0].enabled = false;
  desk.seat("cluster", {at("10.0.0.1:8080")});
  EXPECT_EQ(desk.answers(), "nobody");
}

TEST(Union, ADrainedInstanceIsDrainedWhoeverKnowsIt) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:8080"), at("10.0.0.2:8080")});
  desk.seat("cluster", {at("10.0.0.1:8080")}).view.overlays = {{std::nullopt, true, 1}};
  EXPECT_EQ(desk.answers(), "10.0.0.2:8080 nacos 100.0");
}

TEST(Union, AMemberSelects) {
  Desk desk(Combine::Union);
  auto blue = at("10.0.0.1:80"), green = at("10.0.0.2:80"), rack = at("10.0.0.3:80");
  blue.version = "v1", blue.tags = {"blue"};
  green.version = "v2", green.tags = {"blue", "green"}, green.zone = "a";
  rack.version = "v2", rack.metadata = {{"rack", "r1"}};
  auto& one = desk.seat("nacos", {blue, green, rack});
  const auto with = [&](std::vector<config::Word> words) {
    one.member.select = std::move(words);
    return desk.answers();
  };
  EXPECT_EQ(with({{"version", "v2"}}), "10.0.0.2:80 nacos 50.0 | 10.0.0.3:80 nacos 50.0");
  EXPECT_EQ(with({{"tag", "blue"}, {"tag", "green"}}), "10.0.0.2:80 nacos 100.0");
  EXPECT_EQ(with({{"version", "v2"}, {"rack", "r1"}}), "10.0.0.3:80 nacos 100.0");
  EXPECT_EQ(with({{"zone", "b"}}), "nobody");
  EXPECT_EQ(desk.composed().left_out.at(1).why, "dropped: its zone is a, not b");
  EXPECT_EQ(desk.composed().left_out.at(2).why, "dropped: it has no zone");
}

TEST(Union, AVirtualAddressIsAsHealthyAsTheBestBehindIt) {
  Desk desk(Combine::Union);
  auto& one = desk.seat("cluster", {at("10.1.0.1:8080", 1, Health::Down), at("10.1.0.2:8080")});
  one.state.kind = ServiceKind::VirtualIp;
  one.state.virtual_ips = {*IpAddress::parse("10.96.0.9")};
  one.state.ports = {{"http", 80, Protocol::Tcp}};
  EXPECT_EQ(desk.answers(), "10.1.0.2:8080 cluster 100.0");
  one.member.address = config::MemberAddress::ClusterIp;
  EXPECT_EQ(desk.answers(), "10.96.0.9:80http cluster 100.0");
  one.state.instances[1].health = Health::Draining;
  EXPECT_EQ(desk.answers(), "nobody");
  one.state.virtual_ips.clear();
  EXPECT_EQ(desk.notes(), "member cluster/cart (cluster_ip): it has no virtual address\n");
}

TEST(Union, ColdOnlyWhileNobodyHasData) {
  Desk desk(Combine::Union);
  auto& nacos = desk.seat("nacos", {at("10.0.0.1:80")});
  auto& cluster = desk.seat("cluster");
  cluster.view.freshness = Freshness::Cold;
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  EXPECT_EQ(desk.notes(), "member cluster/cart: its registry has not told its instances yet\n");
  nacos.state.instances.clear();
  EXPECT_EQ(desk.answers(), "cold") << "the other may have some";
  cluster.view.freshness = Freshness::Fresh;
  EXPECT_EQ(desk.answers(), "nobody");
  Desk::known(cluster, false);
  cluster.view.why_missing = "its registry does not watch the namespace shop";
  EXPECT_EQ(desk.notes(),
            "member nacos/cart: it has no instances\n"
            "member cluster/cart: its registry knows no such service; its registry does not watch the "
            "namespace shop\n");
}

}  // namespace
}  // namespace signpost::compose
