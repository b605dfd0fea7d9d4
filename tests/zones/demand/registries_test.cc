// on_query: several registries in a zone, reloads, backends that start anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/zones/demand/desk.h"

namespace signpost::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Each registry by its own limits, whichever is first in the zone.
TEST(DemandTable, TwoRegistriesOfAZone) {
  auto small = Desk::registry("small", 1), large = Desk::registry("large", 8);
  small.options.on_query.budget = 100ms;
  Desk desk;
  desk.configure({small, large});
  for (const auto* each : {"a.g", "b.g", "c.g"}) {
    desk.ask(each);
    ASSERT_EQ(desk.wanted.size(), 2U);
    desk.reply_all(true);
  }
  const auto reports = desk.table.reports();
  EXPECT_EQ(reports.at(0).there, 1U);
  EXPECT_EQ(reports.at(1).there, 3U);
  EXPECT_EQ(reports.at(0).counts.evicted, 2U);
  EXPECT_FALSE(desk.settled("a.g")) << "the small one has to be asked again";
  desk.ask("a.g");
  EXPECT_EQ(desk.wanted.size(), 1U);
  EXPECT_EQ(desk.wanted.at(0).key.registry, "small");
}

TEST(DemandTable, OneThatHasItNeedNotWaitForTheOther) {
  Desk desk;
  desk.configure({Desk::registry("slow"), Desk::registry("quick")});
  desk.ask("pay.orders");
  ASSERT_EQ(desk.wanted.size(), 2U);
  desk.reply(desk.wanted[1], true);
  desk.table.published(desk.published.at(0));
  EXPECT_EQ(desk.resumed(), 1U);
  EXPECT_FALSE(desk.settled("pay.orders")) << "the slow one may have derived names of it";
  desk.reply(desk.wanted[0], false);
  EXPECT_TRUE(desk.settled("pay.orders"));
}

TEST(DemandTable, AbsentOnlyWhenBothSaySo) {
  Desk desk;
  desk.configure({Desk::registry("gone"), Desk::registry("quick")});
  desk.ask("pay.orders");
  desk.reply(desk.wanted[1], false);
  EXPECT_EQ(desk.resumed(), 0U);
  desk.pass(1s);
  EXPECT_EQ(desk.resumed(), 1U);
  EXPECT_FALSE(desk.settled("pay.orders"));
}

TEST(DemandTable, AReloadKeepsWhatIsAskedForAsBefore) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.ask("other.orders");
  (void)desk.resumed();
  auto registry = Desk::registry("nacos", 20);
  registry.options.on_query.idle = 10s;
  desk.configure({registry});
  EXPECT_TRUE(desk.settled("pay.orders"));
  EXPECT_THAT(desk.unwanted, IsEmpty());
  desk.reply_all(true);
  EXPECT_EQ(desk.resumed(), 1U) << "who waited over the reload";
  EXPECT_EQ(desk.counts().there, 2U);
  desk.ask("third.orders");
  desk.reply_all(true);
  desk.pass(11s);
  EXPECT_THAT(desk.unwanted, testing::Contains("orders/third")) << "the new limits are in force";
}

TEST(DemandTable, AReloadEndsWhatCouldBeAnotherServiceNow) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  auto registry = Desk::registry("nacos");
  registry.options.namespaces = {"staging"};
  registry.zones[0].default_namespace = "staging";
  desk.configure({registry});
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
  EXPECT_FALSE(desk.settled("pay.orders"));
}

TEST(DemandTable, ARegistryMoreMayHaveWhatIsSettled) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(false);
  desk.configure({Desk::registry("nacos"), Desk::registry("second")});
  EXPECT_FALSE(desk.settled("pay.orders"));
  desk.ask("pay.orders");
  ASSERT_EQ(desk.wanted.size(), 1U);
  EXPECT_EQ(desk.wanted[0].key.registry, "second");
}

TEST(DemandTable, ARegistryRemovedLetsItsNamesGo) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.ask("other.orders");
  desk.configure({});
  EXPECT_EQ(desk.unwanted.size(), 2U);
  EXPECT_EQ(desk.resumed(), 2U);
  EXPECT_FALSE(desk.settled("pay.orders"));
  EXPECT_EQ(desk.table.deadline(), Monotonic::max());
}

TEST(DemandTable, AnotherBackendIsToldEveryWish) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.ask("other.orders");
  desk.wanted.clear();
  (void)desk.resumed();
  desk.restart("nacos");
  EXPECT_EQ(desk.wanted.size(), 2U);
  EXPECT_THAT(desk.unwanted, IsEmpty());
  EXPECT_FALSE(desk.settled("pay.orders")) << "until the new one has said so";
  desk.ask("pay.orders");
  EXPECT_EQ(desk.resumed(), 0U);
  desk.reply_all(true);
  EXPECT_EQ(desk.resumed(), 2U);
  EXPECT_TRUE(desk.settled("pay.orders"));
}

TEST(DemandTable, ABackendThatCannotSpeakTakesNothingAway) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.restart("nacos");
  desk.pass(1h);
  EXPECT_THAT(desk.unwanted, IsEmpty());
  desk.reply_all(true);
  EXPECT_TRUE(desk.settled("pay.orders"));
}

}  // namespace
}  // namespace signpost::test
