// No task holds the builder for long (DESIGN.md section 7): what time brings is marked at once, and built and
// believed in steps.
#include <gtest/gtest.h>

#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Steps : public testing::Test, public GuardedWorld {};

TEST_F(Steps, TheTimerOnlyMarks) {
  list("cluster", services(300, 2));
  for (int i = 0; i < 300; ++i) {
    const auto address = "10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1";
    ASSERT_EQ(world.drain({"cluster", "ns/s" + std::to_string(i), address, true, seconds(60)}).error, "");
  }
  EXPECT_EQ(answers(299), 1) << "a drain is seen at once";
  clock.advance(seconds(61));
  const auto before = world.status().blocks_built;
  EXPECT_FALSE(world.tick());
  EXPECT_EQ(world.status().blocks_built, before);
  EXPECT_TRUE(world.is_dirty());
  EXPECT_TRUE(world.flush(128));
  EXPECT_EQ(world.status().blocks_built, before + 128);
  settle();
  EXPECT_FALSE(world.is_dirty());
  EXPECT_EQ(world.status().blocks_built, before + 300);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(answers(i), 2) << i;
}

TEST_F(Steps, ADrainDoesNotWaitForWhatElseIsToBeBuilt) {
  list("cluster", services(300, 2));
  for (int i = 0; i < 300; ++i) world.take(one(i, 3));
  const auto before = world.status().blocks_built;
  EXPECT_EQ(world.drain({"cluster", "ns/s7", "10.0.7.1", true, std::nullopt}).error, "");
  EXPECT_EQ(world.status().blocks_built, before + 1);
  EXPECT_EQ(answers(7), 2);
  EXPECT_EQ(answers(8), 2) << "not yet";
  world.erase(one(7, 0).key);
  settle();
  EXPECT_EQ(answers(7), -1);
  EXPECT_EQ(answers(8), 3);
}

TEST_F(Steps, HoldsWhoseTimeIsOverAreBelievedInSteps) {
  list("cluster", services(400, 1));
  list("cluster", services(200, 1));
  ASSERT_EQ(guard(ListGuard::GlobalShrink).services, 200u);
  clock.advance(minutes(5) + seconds(1));
  EXPECT_TRUE(world.tick());
  EXPECT_EQ(existing(400), 400 - 128);
  EXPECT_FALSE(world.tick());
  EXPECT_EQ(existing(400), 200);
  EXPECT_EQ(ended(ListGuard::GlobalShrink, HoldEnd::Expired), 200u);
}

}  // namespace
}  // namespace signpost::test
