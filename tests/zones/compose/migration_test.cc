// Who takes over from whom: what a migration from one registry to another lives through.
#include <gtest/gtest.h>

#include "tests/zones/compose/desk.h"

namespace signpost::compose {
namespace {

using config::Combine;

TEST(Prefer, ALaterMemberWhileTheEarlierHasNobody) {
  Desk desk(Combine::Prefer);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80", 1, Health::Down)});
  desk.seat("nacos", {at("10.0.0.1:80")});
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  EXPECT_EQ(desk.notes(), "no member before nacos/cart has anybody who may answer\n");
  cluster.state.instances[0].health = Health::Up;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  EXPECT_EQ(desk.composed().left_out.at(0).why, "dropped: cluster/cart answers (combine: prefer)");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
}

TEST(Prefer, NobodyAtAllIsTheFirstsAffair) {
  Desk desk(Combine::Prefer);
  desk.seat("cluster", {at("10.1.0.1:80", 1, Health::Down)});
  desk.seat("nacos", {at("10.0.0.1:80", 1, Health::Down)});
  EXPECT_EQ(desk.answers(), "nobody");
  EXPECT_EQ(desk.composed().state.instances.at(0).id, "10.1.0.1:80")
      << "what the health ladder falls back on";
}

TEST(Prefer, WaitsForABetterRegistryAfterTheStartAlone) {
  Desk desk(Combine::Prefer);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")});
  cluster.view.freshness = Freshness::Cold;
  desk.seat("nacos", {at("10.0.0.1:80")});
  desk.starting = true;
  EXPECT_EQ(desk.answers(), "cold");
  EXPECT_TRUE(desk.composed().waits);
  desk.starting = false;
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  desk.starting = true;
  cluster.view.freshness = Freshness::Fresh;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
}

TEST(Prefer, DoesNotWaitForWhoComesLater) {
  Desk desk(Combine::Prefer);
  desk.seat("cluster", {at("10.1.0.1:80")});
  desk.seat("nacos").view.freshness = Freshness::Cold;
  desk.starting = true;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
}

TEST(Only, TheFirstWhateverTheOthersSay) {
  Desk desk(Combine::Only);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")});
  desk.seat("nacos", {at("10.0.0.1:80")});
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "nobody") << "it was seen, so it is believed";
  Desk::known(cluster, false);
  EXPECT_EQ(desk.answers(), "nobody");
}

TEST(Only, ANewMembersEmptyListDoesNotWin) {
  Desk desk(Combine::Only);
  auto& cluster = desk.seat("cluster");
  desk.seat("nacos", {at("10.0.0.1:80")});
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  EXPECT_EQ(desk.notes(),
            "member cluster/cart: it has no instances\n"
            "nacos/cart answers in place of those before it: in our sight they never had anybody who may "
            "answer\n");
  cluster.state.instances = {at("10.1.0.1:80", 1, Health::Down)};
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0") << "Pods that start";
  cluster.state.instances[0].health = Health::Up;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances[0].health = Health::Down;
  EXPECT_EQ(desk.answers(), "nobody");
}

TEST(Only, AColdMemberThatWouldNotBeAskedLeavesNothingOpen) {
  Desk desk(Combine::Only);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")});
  auto& nacos = desk.seat("nacos");
  nacos.view.freshness = Freshness::Cold;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "nobody") << "scaled to zero: whatever nacos has, it would not answer";
  cluster.view.proven = false;
  EXPECT_EQ(desk.answers(), "cold") << "nacos may have somebody who answers in its place";
}

TEST(Only, WhoAnswersIsUnknownWhileTheOneIsColdThatWould) {
  Desk desk(Combine::Only);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")});
  desk.seat("nacos", {at("10.0.0.1:80")});
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.pending = true;  // listed anew, not read yet
  EXPECT_EQ(desk.answers(), "cold") << "neither nacos, nor a denial";
}

TEST(Share, AColdMemberWithoutAPartLeavesNothingOpen) {
  Desk desk(Combine::Share);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")}, 100);
  desk.seat("nacos", {}, 0).view.freshness = Freshness::Cold;
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "nobody");
}

TEST(Share, WhoHasNoPartDeniesNothingForThoseThatAreCold) {
  Desk desk(Combine::Share);
  auto& cluster = desk.seat("cluster", {at("10.1.0.1:80")}, 100);
  desk.seat("nacos", {at("10.0.0.1:80")}, 0);
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.pending = true;
  EXPECT_EQ(desk.answers(), "cold");
}

TEST(Share, ANewMembersEmptyListDoesNotWin) {
  Desk desk(Combine::Share);
  auto& cluster = desk.seat("cluster", {}, 100);
  desk.seat("nacos", {at("10.0.0.1:80")}, 0);
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
  EXPECT_EQ(desk.notes(),
            "member cluster/cart: it has no instances\n"
            "no member with a weight has had anybody who may answer yet, so members' weights do not count\n");
  cluster.state.instances = {at("10.1.0.1:80")};
  EXPECT_EQ(desk.answers(), "10.1.0.1:80 cluster 100.0");
  cluster.state.instances.clear();
  EXPECT_EQ(desk.answers(), "nobody");
}

TEST(Share, OnlyWhoHasNoPartWaits) {
  Desk desk(Combine::Share);
  desk.seat("cluster", {}, 100).view.freshness = Freshness::Cold;
  auto& nacos = desk.seat("nacos", {at("10.0.0.1:80")}, 0);
  desk.starting = true;
  EXPECT_EQ(desk.answers(), "cold");
  nacos.member.weight = 1;
  EXPECT_EQ(desk.answers(), "10.0.0.1:80 nacos 100.0");
}

TEST(Share, AWholeMigration) {
  Desk desk(Combine::Share);
  auto& nacos = desk.seat("nacos", {at("10.0.0.1:80", 1), at("10.0.0.2:80", 3)}, 100);
  auto& cluster = desk.seat("cluster", {}, 0);
  const auto step = [&](double to_cluster) {
    nacos.member.weight = 100 - to_cluster;
    cluster.member.weight = to_cluster;
    return desk.answers();
  };
  EXPECT_EQ(step(0), "10.0.0.1:80 nacos 25.0 | 10.0.0.2:80 nacos 75.0");
  cluster.state.instances = {at("10.0.0.1:80"), at("10.0.0.2:80")};
  EXPECT_EQ(step(0), "10.0.0.1:80 nacos 25.0 | 10.0.0.2:80 nacos 75.0");
  EXPECT_EQ(
      step(10),
      "10.0.0.1:80 nacos 22.5 | 10.0.0.2:80 nacos 67.5 | 10.0.0.1:80 cluster 5.0 | 10.0.0.2:80 cluster 5.0");
  EXPECT_EQ(step(100), "10.0.0.1:80 cluster 50.0 | 10.0.0.2:80 cluster 50.0");
  nacos.view.freshness = Freshness::Cold;  // switched off, and we started anew
  nacos.view.proven = cluster.view.proven = false;
  EXPECT_EQ(step(100), "10.0.0.1:80 cluster 50.0 | 10.0.0.2:80 cluster 50.0");
}

TEST(Outdated, IsTold) {
  Desk desk(Combine::Union);
  desk.seat("nacos", {at("10.0.0.1:80"), at("10.0.0.2:80")}).view.freshness = Freshness::Outdated;
  desk.seat("cluster", {at("10.0.0.1:80")});
  EXPECT_EQ(desk.composed().outdated, (std::vector<bool>{false, true}));
}

}  // namespace
}  // namespace signpost::compose
