// `combine: share`, and groups: parts of the answers, whoever is in them.
#include <gtest/gtest.h>

#include "tests/zones/compose/desk.h"

namespace signpost::compose {
namespace {

using config::Combine;

TEST(Share, MembersHaveTheirPartsHoweverManyServe) {
  Desk desk(Combine::Share);
  desk.seat("cluster", {at("10.1.0.1:80")}, 10);
  desk.seat("nacos", {at("10.0.0.1:80", 1), at("10.0.0.2:80", 2)}, 90);
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 10.0 | 10.0.0.1:80 nacos 30.0 | 10.0.0.2:80 nacos 60.0");
}

TEST(Share, AMemberWithoutAnybodyHandsItsPartOn) {
  Desk desk(Combine::Share);
  desk.seat("cluster", {at("10.1.0.1:80", 1, Health::Down)}, 50);
  desk.seat("nacos", {at("10.0.0.1:80")}, 30);
  desk.seat("local", {at("10.2.0.1:80")}, 10);
  desk.seat("old", {at("10.3.0.1:80")}, 0);
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 75.0 | 10.2.0.1:80 local 25.0");
}

TEST(Share, APartOfNothingIsNothingHoweverEmptyTheOthersAre) {
  Desk desk(Combine::Share);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")}, 100);
  desk.seat("nacos", {at("10.0.0.1:80")}, 0);
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances[0].health = Health::Down;
  EXPECT_EQ(desk.answers(), "nobody");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "nobody");
  EXPECT_EQ(desk.composed().left_out.at(0).why, "dropped: the weight of its member is 0");
}

TEST(Share, TenthsOfAPercent) {
  Desk desk(Combine::Share);
  desk.seat("cluster", {at("10.1.0.1:80")}, 0.1);
  desk.seat("nacos", {at("10.0.0.1:80")}, 99.9);
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 0.1 | 10.0.0.1:80 nacos 99.9");
}

TEST(Share, TheSamePodTwiceHasBothItsPartsAndOneSetOfPorts) {
  Desk desk(Combine::Share);
  auto pod = at("10.0.0.1");
  pod.ports = {{"http", 8080, Protocol::Tcp}, {"metrics", 9090, Protocol::Tcp}};
  pod.zone = "a";
  desk.seat("cluster", {pod}, 10);
  desk.seat("nacos", {at("10.0.0.1:8080")}, 90);
  EXPECT_EQ(desk.answers(),
            "10.0.0.1:8080http,9090metrics cluster 10.0 | 10.0.0.1:8080http,9090metrics nacos 90.0");
  EXPECT_EQ(desk.composed().state.instances.at(1).zone, "a");
}

TEST(Share, EachIsJudgedByItsOwnRegistry) {
  Desk desk(Combine::Share);
  desk.seat("cluster", {at("10.0.0.1:8080", 1, Health::Down)}, 10);
  desk.seat("nacos", {at("10.0.0.1:8080")}, 90);
  EXPECT_EQ(desk.answers(), "10.0.0.1:8080 nacos 100.0");
}

TEST(Share, VersionsOfAMemberAreDividedBeforeTheMembers) {
  Desk desk(Combine::Share);
  auto v1 = at("10.1.0.1:80"), v2 = at("10.1.0.2:80"), v3 = at("10.1.0.3:80");
  v1.version = "v1", v2.version = "v2", v3.version = "v3";
  auto& cluster = desk.seat("cluster", {v1, v2, v3}, 40);
  cluster.state.group_weights = {{"v1", 75}, {"v2", 25}};
  desk.seat("nacos", {at("10.0.0.1:80"), at("10.0.0.2:80")}, 60);
  EXPECT_EQ(
      desk.answers(),
      "10.1.0.1:80 cluster 30.0 | 10.1.0.2:80 cluster 10.0 | 10.0.0.1:80 nacos 30.0 | 10.0.0.2:80 nacos "
      "30.0");
  cluster.view.weights = false;
  EXPECT_EQ(
      desk.answers(),
      "10.1.0.1:80 cluster 13.3 | 10.1.0.2:80 cluster 13.3 | 10.1.0.3:80 cluster 13.3 | 10.0.0.1:80 nacos "
      "30.0 | 10.0.0.2:80 nacos 30.0");
}

TEST(Groups, ByVersionOverAllMembers) {
  Desk desk(Combine::Union);
  auto v1 = at("10.0.0.1:80"), v2 = at("10.1.0.1:80"), v3 = at("10.1.0.2:80");
  v1.version = "v1", v2.version = "v2", v3.version = "v3";
  desk.seat("nacos", {v1});
  desk.seat("cluster", {v2, v3});
  desk.service.groups = {"version", {{"v1", 99.9}, {"v2", 0.1}}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 99.9 | 10.1.0.1:80 cluster 0.1");
}

TEST(Groups, ByMetadataZoneAndRegistry) {
  Desk desk(Combine::Union);
  auto blue = at("10.0.0.1:80"), green = at("10.0.0.2:80");
  blue.metadata = {{"color", "blue"}}, green.metadata = {{"color", "green"}};
  blue.zone = "a", green.zone = "b";
  desk.seat("nacos", {blue, green});
  desk.seat("cluster", {at("10.0.0.2:80"), at("10.0.0.3:80")});
  desk.service.groups = {"color", {{"blue", 1}, {"green", 3}}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 25.0 | 10.0.0.2:80 nacos+cluster 75.0");
  desk.service.groups = {"zone", {{"a", 1}, {"b", 1}}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 50.0 | 10.0.0.2:80 nacos+cluster 50.0");
  desk.service.groups = {"registry", {{"cluster", 1}, {"nacos", 1}}};
  EXPECT_EQ(desk.answers(),
            "10.0.0.1:80 nacos 50.0 | 10.0.0.2:80 nacos+cluster 25.0 | 10.0.0.3:80 cluster 25.0");
}

TEST(Groups, NobodyInOneIsTold) {
  Desk desk(Combine::Union);
  auto v1 = at("10.0.0.1:80");
  v1.version = "v1";
  desk.seat("nacos", {v1});
  desk.service.groups = {"version", {{"v1", 90}, {"v2", 10}, {"v3", 0}}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  EXPECT_EQ(desk.notes(), "version v2 (weight 10): nobody is in it; its part goes to the others\n");
}

TEST(Groups, WithoutThemOneMembersOwnHold) {
  Desk desk(Combine::Only);
  auto v1 = at("10.0.0.1:80"), v2 = at("10.0.0.2:80");
  v1.version = "v1", v2.version = "v2";
  desk.seat("cluster", {v1, v2}).state.group_weights = {{"v1", 90}, {"v2", 10}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 cluster 90.0 | 10.0.0.2:80 cluster 10.0");
  desk.service.groups = {"version", {{"v1", 1}, {"v2", 1}}};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 cluster 50.0 | 10.0.0.2:80 cluster 50.0");
  desk.service.combine = Combine::Union;
  desk.service.groups = {};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 cluster 50.0 | 10.0.0.2:80 cluster 50.0");
  EXPECT_EQ(desk.notes(), "the weights that cluster/cart asks for do not count (combine: union)\n");
}

}  // namespace
}  // namespace signpost::compose
