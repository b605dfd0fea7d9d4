// G6: an instance whose health changes again and again (zones/guard/flaps.h; operations.md 3.1).
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Health other(Health health) { return health == Health::Up ? Health::Down : Health::Up; }

class Flapping : public testing::Test {
 protected:
  /// `count` changes, each `apart` after the one before. True: with the last one it is damped.
  bool change(int count, Duration apart) {
    bool damped = false;
    for (int i = 0; i < count; ++i) {
      now += apart;
      damped = flaps.changed(1, "a", health, other(health), now);
      health = other(health);
    }
    return damped;
  }
  Flaps flaps;
  Health health = Health::Up;
  Monotonic now{std::chrono::hours(1)};
};

TEST_F(Flapping, G6_TenChangesAMinuteAreShown) {
  EXPECT_FALSE(change(10, seconds(5)));
  EXPECT_EQ(flaps.shown(1, "a"), std::nullopt);
  now += seconds(60);
  EXPECT_FALSE(change(30, seconds(6))) << "10 within any 60 s";
  now += seconds(60);
  EXPECT_TRUE(change(11, seconds(5))) << "but not 11";
}

TEST_F(Flapping, G6_ThenOneChangeInTwoSecondsIs) {
  ASSERT_TRUE(change(11, milliseconds(100)));
  const auto shown = *flaps.shown(1, "a");
  EXPECT_NE(shown, health);
  EXPECT_EQ(flaps.settle(1, now), now - milliseconds(100) + seconds(2));
  EXPECT_EQ(flaps.shown(1, "a"), shown) << "not yet";
  now += milliseconds(1900);
  EXPECT_EQ(flaps.settle(1, now), std::nullopt);
  EXPECT_EQ(flaps.shown(1, "a"), health);
  change(2, milliseconds(100));
  EXPECT_EQ(flaps.settle(1, now), std::nullopt) << "there and back";
  EXPECT_EQ(flaps.hidden(), 2u);
}

TEST_F(Flapping, G6_EndsAfterAQuietMinute) {
  ASSERT_TRUE(change(11, milliseconds(100)));
  now += seconds(59);
  EXPECT_TRUE(flaps.tick(now).empty());
  now += seconds(1);
  EXPECT_EQ(flaps.tick(now), std::vector<Flaps::Service>{1});
  EXPECT_TRUE(flaps.is_idle());
  EXPECT_EQ(flaps.damped(), 0u);
  EXPECT_EQ(flaps.quiet(), 1u);
}

TEST_F(Flapping, G6_WhatIsGoneIsForgotten) {
  ASSERT_TRUE(change(11, milliseconds(100)));
  flaps.forget(1, "a");
  EXPECT_TRUE(flaps.is_idle());
  ASSERT_TRUE(change(11, milliseconds(100)));
  flaps.forget(1);
  EXPECT_TRUE(flaps.is_idle());
  EXPECT_EQ(flaps.damped(), 0u);
}

TEST_F(Flapping, G6_FewOfManyAreRemembered) {
  for (int i = 0; i < 1000; ++i) flaps.changed(7, std::to_string(i), Health::Up, Health::Down, now);
  now += seconds(60);
  EXPECT_TRUE(flaps.tick(now).empty()) << "nobody was damped";
  EXPECT_TRUE(flaps.is_idle());
}

class Damping : public testing::Test, public GuardedWorld {
 protected:
  void turn(Health health) {
    auto state = one(0, 3);
    state.instances[1].health = health;
    upsert(state);
  }
  void flap(int changes) {
    for (int i = 0; i < changes; ++i) {
      turn(i % 2 == 0 ? Health::Down : Health::Up);
      advance(milliseconds(100));
    }
  }
  HealthGuardStatus flapping() const { return world.status().registries[0].health_guards[1]; }
};

TEST_F(Damping, G6_ShowsAtMostOneChangeInTwoSeconds) {
  list("cluster", {one(0, 3)});
  flap(20);
  EXPECT_EQ(flapping().instances, 1u);
  EXPECT_EQ(flapping().examples, std::vector<std::string>{"cluster/ns/s0 10.0.0.2#80"});
  int changes = 0;
  int before = answers(0);
  for (int i = 0; i < 200; ++i) {  // 20 s
    turn(i % 2 == 0 ? Health::Down : Health::Up);
    advance(milliseconds(100));
    changes += answers(0) != before ? 1 : 0;
    before = answers(0);
  }
  EXPECT_GE(changes, 1);
  EXPECT_LE(changes, 11);
  turn(Health::Down);
  pass(seconds(3));
  EXPECT_EQ(answers(0), 2) << "the last word is shown within 2 s";
  pass(seconds(60));
  EXPECT_EQ(flapping().instances, 0u);
  turn(Health::Up);
  EXPECT_EQ(answers(0), 3) << "and after a quiet minute at once";
}

TEST_F(Damping, G6_DeletionsWin) {
  list("cluster", {one(0, 3)});
  flap(21);
  ASSERT_EQ(flapping().instances, 1u);
  auto state = one(0, 3);
  state.instances.erase(state.instances.begin() + 1);
  upsert(state);
  EXPECT_EQ(answers(0), 2);
  EXPECT_EQ(flapping().instances, 0u);
}

TEST_F(Damping, G6_SoDoesATermination) {
  list("cluster", {one(0, 3)});
  flap(20);
  ASSERT_EQ(flapping().instances, 1u);
  turn(Health::Draining);
  EXPECT_EQ(answers(0), 2);
  EXPECT_EQ(flapping().instances, 0u);
}

TEST_F(Damping, G6_TheOperatorEndsIt) {
  list("cluster", {one(0, 3)});
  flap(20);
  ASSERT_EQ(flapping().instances, 1u);
  turn(Health::Down);
  EXPECT_EQ(world.release("cluster", "ns/s0").released, std::vector<std::string>{"cluster/ns/s0"});
  EXPECT_EQ(answers(0), 2);
  EXPECT_EQ(flapping().released, 1u);
}

TEST_F(Damping, G6_WhatIsToldWhileAListIsOpenCountsToo) {
  list("cluster", {one(0, 3)});
  world.begin_list("cluster", 1000);
  flap(20);
  EXPECT_EQ(flapping().instances, 1u);
  world.end_list("cluster", 1000, Complete::No);
}

TEST_F(Damping, G6_TheLastWordOfAListIsShownWithinTwoSecondsToo) {
  list("cluster", {one(0, 3)});
  flap(20);  // the last word: up
  ASSERT_EQ(flapping().instances, 1u);
  pass(seconds(3));
  ASSERT_EQ(answers(0), 3);
  auto state = one(0, 3);
  state.instances[1].health = Health::Down;
  list("cluster", {state});
  pass(seconds(3));
  EXPECT_EQ(answers(0), 2);
}

TEST_F(Damping, G6_AnInstanceThatComesAndGoesOnceIsNotDelayed) {
  list("cluster", {one(0, 3)});
  for (int i = 0; i < 5; ++i) {  // five restarts in a minute
    turn(Health::Down);
    EXPECT_EQ(answers(0), 2);
    pass(seconds(3));
    turn(Health::Up);
    EXPECT_EQ(answers(0), 3);
    pass(seconds(9));
  }
  EXPECT_EQ(flapping().begun, 0u);
}

}  // namespace
}  // namespace signpost::test
