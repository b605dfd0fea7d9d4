// G4: many instances fall ill at once (zones/guard/health_storm.h; operations.md 3.1).
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Change = HealthStorm::Change;

class Storm : public testing::Test {
 protected:
  /// `count` instances of `service` fall ill, numbered from `from`.
  void fall_ill(HealthStorm::Service service, int count, int from = 0) {
    for (int i = from; i < from + count; ++i) storm.fell_ill(service, std::to_string(i), now);
  }
  HealthStorm storm;
  Monotonic now{std::chrono::hours(1)};
};

TEST_F(Storm, G4_BeginsOverThirtyPercentAndTwentyInstances) {
  fall_ill(1, 30);
  EXPECT_EQ(storm.look(70, now), Change::None) << "30 % is not over it";
  fall_ill(2, 1);
  EXPECT_EQ(storm.look(69, now), Change::Began);
  EXPECT_TRUE(storm.affects(1) && storm.affects(2));
  EXPECT_FALSE(storm.affects(3));
}

TEST_F(Storm, G4_FewerThanTwentyAreNoStorm) {
  fall_ill(1, 19);
  EXPECT_EQ(storm.look(0, now), Change::None);
  fall_ill(2, 1);
  EXPECT_EQ(storm.look(0, now), Change::Began);
}

TEST_F(Storm, G4_WhoRecoversOrGoesIsNotIll) {
  fall_ill(1, 40);
  for (int i = 0; i < 20; ++i) storm.recovered(1, std::to_string(i));
  EXPECT_EQ(storm.look(30, now), Change::Began) << "20 of 50";
  HealthStorm other;
  for (int i = 0; i < 40; ++i) other.fell_ill(1, std::to_string(i), now);
  other.forget(1);
  EXPECT_EQ(other.look(30, now), Change::None);
  EXPECT_TRUE(other.is_idle());
}

TEST_F(Storm, G4_OnlyTheLastMinuteCounts) {
  fall_ill(1, 25);
  now += seconds(60);
  fall_ill(2, 15);
  EXPECT_EQ(storm.look(10, now), Change::None);
  now += seconds(60);
  EXPECT_EQ(storm.look(10, now), Change::None);
  EXPECT_TRUE(storm.is_idle()) << "nothing is remembered";
}

TEST_F(Storm, G4_EndsAfterTwoQuietMinutes) {
  fall_ill(1, 50);
  ASSERT_EQ(storm.look(50, now), Change::Began);
  now += seconds(30);
  fall_ill(2, 5, 100);
  EXPECT_EQ(storm.look(45, now), Change::None);
  EXPECT_TRUE(storm.affects(2)) << "those that follow are hit too";
  now += seconds(59);  // 5 % within the last minute: still loud
  EXPECT_EQ(storm.look(45, now), Change::None);
  now += seconds(119);
  EXPECT_EQ(storm.look(45, now), Change::None);
  now += seconds(1);
  EXPECT_EQ(storm.look(45, now), Change::Ended);
  EXPECT_FALSE(storm.active());
}

TEST_F(Storm, G4_TheOperatorEndsIt) {
  fall_ill(1, 50);
  fall_ill(2, 50);
  ASSERT_EQ(storm.look(50, now), Change::Began);
  const HealthStorm::Service one = 1;
  EXPECT_EQ(storm.release(&one), std::vector<HealthStorm::Service>{1});
  EXPECT_TRUE(storm.release(&one).empty());
  EXPECT_FALSE(storm.affects(1));
  EXPECT_TRUE(storm.affects(2));
  EXPECT_EQ(storm.release(nullptr), std::vector<HealthStorm::Service>{2});
  EXPECT_EQ(storm.look(50, now), Change::None) << "what was ill then does not begin it again";
}

class HealthLoss : public testing::Test, public GuardedWorld {
 protected:
  /// One service of which the first `ill` of `instances` have this health.
  static ServiceState with_ill(int number, int instances, int ill, Health health = Health::Down,
                               bool leaving = false) {
    auto state = one(number, instances);
    for (std::size_t i = 0; i < static_cast<std::size_t>(ill); ++i) {
      state.instances[i].health = health;
      state.instances[i].leaving = leaving;
    }
    return state;
  }
  HealthGuardStatus loss() const { return world.status().registries[0].health_guards[0]; }
};

TEST_F(HealthLoss, G4_ServicesThatAreHitAnswerWithAll) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 10; ++i) upsert(with_ill(i, 5, 5));
  EXPECT_EQ(loss().services, 10u);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(answers(i), 5) << i;
  EXPECT_EQ(extended_error("s0.ns.svc.k.test. A"), ExtendedError::Other);
  EXPECT_EQ(extended_error("s15.ns.svc.k.test. A"), std::nullopt);
  upsert(with_ill(0, 3, 3));
  EXPECT_EQ(answers(0), 3) << "deletions count as ever";
  upsert(with_ill(1, 5, 2));
  EXPECT_EQ(answers(1), 3) << "half of them are healthy: these alone";
}

TEST_F(HealthLoss, G4_EndsAtMostThreeMinutesAfterTheLastFellIll) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 10; ++i) upsert(with_ill(i, 5, 5));
  ASSERT_EQ(answers(0), 5);
  pass(seconds(178));
  EXPECT_EQ(answers(0), 5);
  pass(seconds(3));
  EXPECT_EQ(answers(0), -1) << "who is ill for long is ill";
  EXPECT_EQ(loss().quiet, 1u);
  EXPECT_EQ(loss().services, 0u);
}

TEST_F(HealthLoss, G4_ARollingRestartIsNone) {
  list("cluster", services(20, 5));
  auto states = services(20, 5);
  for (int pod = 1; pod <= 5; ++pod) {
    for (int i = 0; i < 20;
         ++i) {  // surge: a new Pod, not ready, then ready; an old one drains, is dead, goes
      auto& all = states[static_cast<std::size_t>(i)].instances;
      const auto show = [&] { upsert(states[static_cast<std::size_t>(i)]); };
      all.push_back(
          At("10.99." + std::to_string(i) + "." + std::to_string(pod), 80).with_health(Health::Down));
      show();
      all.back().health = Health::Up;
      all.front().health = Health::Draining;
      show();
      all.front().health = Health::Down;
      all.front().leaving = true;
      show();
      EXPECT_EQ(answers(i), 5);
      all.erase(all.begin());
      show();
    }
    pass(seconds(2));
  }
  EXPECT_EQ(loss().begun, 0u);
}

TEST_F(HealthLoss, G4_PodsThatStopServingAsTheyTerminateAreNone) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 20; ++i) upsert(with_ill(i, 5, 5, Health::Down, true));
  EXPECT_EQ(loss().begun, 0u);
  EXPECT_EQ(existing(20), 0) << "a cluster that is taken down goes at once";
}

TEST_F(HealthLoss, G4_NorAreThoseThatDrainFirst) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 20; ++i) upsert(with_ill(i, 5, 5, Health::Draining));
  for (int i = 0; i < 20; ++i) upsert(with_ill(i, 5, 5, Health::Down));
  EXPECT_EQ(loss().begun, 0u);
}

TEST_F(HealthLoss, G4_ScaleToZeroAndDeletedNamespacesAreNone) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 10; ++i) upsert(one(i, 0));
  for (int i = 10; i < 20; ++i) erase("cluster/ns//s" + std::to_string(i));
  EXPECT_EQ(loss().begun, 0u);
  EXPECT_EQ(existing(20), 0);
}

TEST_F(HealthLoss, G4_BlueGreenAtOnceIsNone) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 20; ++i) {
    auto state = one(i + 100, 5);
    state.key = one(i, 5).key;
    upsert(state);
    EXPECT_EQ(answers(i), 5);
  }
  EXPECT_EQ(loss().begun, 0u);
}

TEST_F(HealthLoss, G4_AListIsNoStorm) {
  list("cluster", services(20, 5));
  std::vector<ServiceState> all;
  for (int i = 0; i < 20; ++i) all.push_back(with_ill(i, 5, 5));
  list("cluster", all);
  EXPECT_EQ(loss().begun, 0u) << "they may have fallen ill one after the other while nobody looked";
}

/// With fewer instances than are shown: it waits for the end of its list.
TEST_F(HealthLoss, G4_NorIsWhatWaitsForTheEndOfAList) {
  list("cluster", services(20, 6));
  std::vector<ServiceState> all;
  for (int i = 0; i < 20; ++i) all.push_back(with_ill(i, 5, 5));
  list("cluster", all);
  EXPECT_EQ(existing(20), 0);
  EXPECT_EQ(loss().begun, 0u);
}

TEST_F(HealthLoss, G4_NorWhatAListThatStaysOpenHasTold) {
  list("cluster", services(20, 6));
  world.begin_list("cluster", 1000);
  for (int i = 0; i < 20; ++i) upsert(with_ill(i, 5, 5));
  ASSERT_EQ(answers(0), 6) << "it waits";
  pass(seconds(61));
  EXPECT_EQ(existing(20), 0);
  EXPECT_EQ(loss().begun, 0u);
  world.end_list("cluster", 1000, Complete::No);
}

TEST_F(HealthLoss, G4_NorWhatIsHeldAndBelievedLater) {
  list("cluster", services(20, 5));
  std::vector<ServiceState> all;
  for (int i = 0; i < 20; ++i) all.push_back(with_ill(i, 3, 3));
  list("cluster", all);
  EXPECT_EQ(guard(ListGuard::GlobalShrink).services, 20u);
  EXPECT_EQ(answers(0), 2) << "those that the list does not tell";
  EXPECT_EQ(loss().begun, 0u);
  pass(minutes(5) + seconds(1));
  EXPECT_EQ(existing(20), 0);
  EXPECT_EQ(loss().begun, 0u);
}

TEST_F(HealthLoss, G4_WhoIsWellAgainByAListIsNotIll) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 7; ++i) upsert(with_ill(i, 5, 4));
  list("cluster", services(20, 5));
  for (int i = 10; i < 13; ++i) upsert(with_ill(i, 5, 4));
  EXPECT_EQ(loss().begun, 0u) << "12 of 100, not 40 of 128";
}

TEST_F(HealthLoss, G4_AFileIsWrittenOnPurpose) {
  list("local", services(20, 5, "local"));
  for (int i = 0; i < 20; ++i) {
    auto state = one(i, 5, "local");
    for (auto& instance : state.instances) instance.health = Health::Down;
    upsert(state);
  }
  EXPECT_EQ(world.status().registries[2].health_guards[0].begun, 0u);
}

TEST_F(HealthLoss, G4_TheOperatorReleasesIt) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 10; ++i) upsert(with_ill(i, 5, 5));
  EXPECT_EQ(world.release("cluster", "ns/s3").released, std::vector<std::string>{"cluster/ns/s3"});
  EXPECT_EQ(answers(3), -1);
  EXPECT_EQ(answers(4), 5);
  EXPECT_EQ(world.release("", "").released.size(), 9u);
  EXPECT_EQ(answers(4), -1);
  EXPECT_EQ(loss().services, 0u);
}

/// `s0` of cluster and nacos as one name.
std::string composed(const std::string& combine) {
  return std::string(GuardedWorld::kConfig) +
         "  - name: c.test\n    services: [{name: s0, answer: all, combine: " + combine +
         ", members: [{registry: cluster, namespace: ns, service: s0}, {registry: nacos, service: s0}]}]\n";
}

TEST_F(HealthLoss, G4_OfAMemberCountsForTheNamesThatItTakesPartIn) {
  configure(composed("prefer"));
  auto first = with_ill(0, 5, 3);  // for long
  list("cluster", {first});
  list("nacos", services(20, 5, "nacos"));
  for (int i = 0; i < 10; ++i) {
    auto state = one(i, 5, "nacos");
    for (auto& instance : state.instances) instance.health = Health::Down;
    upsert(state);
  }
  ASSERT_EQ(world.status().registries[1].health_guards[0].services, 10u);
  EXPECT_EQ(answers(0, "c.test"), 2) << "nacos does not answer here, so its storm is not this name's";
  EXPECT_EQ(extended_error("s0.c.test. A"), std::nullopt);
  configure(composed("union"));
  EXPECT_EQ(answers(0, "c.test"), 5);
  EXPECT_EQ(extended_error("s0.c.test. A"), ExtendedError::Other);
}

TEST_F(HealthLoss, G4_AReloadKeepsIt) {
  list("cluster", services(20, 5));
  for (int i = 0; i < 10; ++i) upsert(with_ill(i, 5, 5));
  configure(std::string(kConfig) + "\n");
  EXPECT_EQ(answers(0), 5);
}

}  // namespace
}  // namespace signpost::test
