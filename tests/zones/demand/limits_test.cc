// on_query: what is let go, when, and in which order; floods.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/zones/demand/desk.h"

namespace signpost::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DemandTable, WhatNobodyAnswersIsGivenUp) {
  Desk desk;
  desk.ask("pay.orders");
  desk.pass(11s);
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
  desk.reply_all(true);
  EXPECT_FALSE(desk.settled("pay.orders")) << "an answer to nobody";
  EXPECT_EQ(desk.table.deadline(), Monotonic::max());
}

TEST(DemandTable, IdleIsAskedAgain) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.pass(599s);
  EXPECT_THAT(desk.unwanted, IsEmpty());
  desk.pass(2s);
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
  EXPECT_FALSE(desk.settled("pay.orders"));
}

TEST(DemandTable, TheOldestGoesAtTheLimit) {
  Desk desk(2);
  for (const auto* each : {"a.g", "b.g", "c.g"}) {
    desk.ask(each);
    desk.reply_all(true);
    desk.pass(1s);
  }
  EXPECT_THAT(desk.unwanted, ElementsAre("g/a"));
  EXPECT_EQ(desk.report().subscriptions, 2U);
  EXPECT_EQ(desk.counts().evicted, 1U);
}

// Water torture: 1,000 names a second for 10 s that nobody has. What is there stays, and nothing grows.
TEST(DemandTable, AFloodOfNamesEvictsNothingAliveAndStaysBounded) {
  Desk desk(80);
  for (int i = 0; i < 80; ++i) {
    desk.ask("alive" + std::to_string(i) + ".g");
    desk.reply_all(true);
    desk.pass(20ms);
  }
  (void)desk.resumed();
  desk.pass(1s);
  std::size_t asked = 0, back = 0;
  for (int i = 0; i < 10000; ++i) {
    desk.ask("x" + std::to_string(i) + ".g");
    asked += desk.wanted.size();
    desk.reply_all(false);
    back += desk.resumed();
    desk.pass(1ms);
  }
  EXPECT_EQ(back, 10000U) << "nobody is left waiting";
  EXPECT_LE(asked, 100U + 10 * 100 + 1) << "new subscriptions a second";
  EXPECT_GT(asked, 500U);
  EXPECT_EQ(desk.report().subscriptions, 80U + 10);
  EXPECT_THAT(desk.unwanted, testing::Each(testing::StartsWith("g/x"))) << "nothing alive was let go";
  // Marks share their places, so a flood may rub some out: asked again they are back, and no registry hears
  // of it.
  desk.pass(1s);
  for (int i = 0; i < 80; ++i) desk.ask("alive" + std::to_string(i) + ".g");
  EXPECT_THAT(desk.wanted, IsEmpty());
  EXPECT_EQ(desk.resumed(), 80U);
  for (int i = 0; i < 80; ++i) {
    desk.ask("alive" + std::to_string(i) + ".g");
    EXPECT_TRUE(desk.settled("alive" + std::to_string(i) + ".g")) << i;
  }
}

TEST(DemandTable, ASilentRegistryHoldsNoMoreThanItsBounds) {
  Desk desk;
  for (int i = 0; i < 1500; ++i) {
    desk.ask("x" + std::to_string(i % 100) + ".g");
    if (i % 10 == 0) desk.pass(1ms);
  }
  EXPECT_LE(desk.wanted.size(), DemandTable::kAskingMost);
  EXPECT_GT(desk.counts().refused, 400U);
  desk.pass(20s);
  EXPECT_EQ(desk.resumed(), 1500U);
  EXPECT_EQ(desk.unwanted.size(), desk.wanted.size());
}

TEST(DemandTable, WhatIsUsedStaysAndTheRestGoes) {
  Desk desk(2);
  for (const auto* each : {"a.g", "b.g"}) {
    desk.ask(each);
    desk.reply_all(true);
    desk.pass(1s);
  }
  desk.use("a.g");
  desk.ask("c.g");
  desk.reply_all(true);
  EXPECT_THAT(desk.unwanted, ElementsAre("g/b")) << "a was asked for earlier, but is in use";
  desk.use("c.g");
  desk.pass(601s);
  EXPECT_THAT(desk.unwanted, ElementsAre("g/b", "g/a"));
  EXPECT_TRUE(desk.settled("c.g")) << "not even asked again";
  desk.pass(601s);
  EXPECT_FALSE(desk.settled("c.g"));
  EXPECT_EQ(desk.counts().idle, 2U);
  EXPECT_EQ(desk.report().subscriptions, 0U);
}

TEST(DemandTable, ServicesAreCountedNotNames) {
  auto registry = Desk::registry("nacos", 3);
  registry.options.namespaces = {"public", "staging"};
  Desk desk;
  desk.configure({registry});
  desk.ask("a.g.staging");  // in namespace staging, or `a.g` in group staging
  ASSERT_EQ(desk.wanted.size(), 2U);
  desk.reply(desk.wanted[0], true);
  desk.reply(desk.wanted[1], false);
  desk.table.published(desk.published.at(0));
  EXPECT_EQ(desk.report().subscriptions, 2U) << "the other one may appear";
  desk.wanted.clear();
  desk.published.clear();
  desk.ask("b.g.staging");
  desk.reply_all(true);
  EXPECT_THAT(desk.unwanted, ElementsAre("g/a", "staging/a.g"));
  EXPECT_EQ(desk.report().subscriptions, 2U);
}

TEST(DemandTable, WhatTwoNamesWantGoesWithTheSecond) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(true);
  desk.pass(300s);
  desk.ask("pay.orders.public");
  desk.reply_all(true);
  desk.pass(301s);
  EXPECT_THAT(desk.unwanted, ElementsAre()) << "orders/pay is the other name's as well";
  desk.pass(300s);
  EXPECT_THAT(desk.unwanted, testing::UnorderedElementsAre("orders/pay", "public/pay.orders"));
}

// Every name in use stays, however many the configuration allows.
TEST(DemandTable, AsManyAsAreConfiguredAreKnownToBeInUse) {
  constexpr int kNames = 20000;
  Desk desk(kNames);
  std::size_t back = 0;
  for (int i = 0; i < kNames; ++i) {
    desk.ask("s" + std::to_string(i) + ".g");
    desk.reply_all(true);
    back += desk.resumed();
    desk.pass(10ms);
  }
  ASSERT_EQ(back, std::size_t(kNames));
  for (int i = 0; i < kNames; ++i) desk.use("s" + std::to_string(i) + ".g");
  desk.pass(600s);
  EXPECT_LE(desk.counts().idle, kNames / 1000) << "marks share their places";
  EXPECT_GE(desk.report().there, std::size_t(kNames - kNames / 1000));
  desk.pass(601s);
  EXPECT_EQ(desk.report().there, 0U);
}

// The full form was asked for first; everybody else says the group form.
TEST(DemandTable, UseUnderAnotherSpellingIsUse) {
  Desk desk;
  desk.ask("pay.orders.public");
  ASSERT_EQ(desk.wanted.size(), 2U);
  desk.reply(desk.wanted[0], true);
  desk.reply(desk.wanted[1], false);
  desk.table.published(desk.published.at(0));
  for (int i = 0; i < 5; ++i) {
    desk.use("pay.orders");
    desk.pass(500s);
  }
  EXPECT_THAT(desk.unwanted, IsEmpty());
  EXPECT_FALSE(desk.settled("pay.orders")) << "a service of another group may have this name";
  desk.pass(601s);
  EXPECT_THAT(desk.unwanted, testing::UnorderedElementsAre("orders/pay", "public/pay.orders"));
}

TEST(DemandTable, WhatTwoNamesWantIsInUseUnderEither) {
  Desk desk;
  for (const auto* each : {"pay.orders", "pay.orders.public"}) {
    desk.ask(each);
    desk.reply_all(true);
  }
  desk.pass(300s);
  desk.use("pay.orders");
  desk.pass(301s);
  EXPECT_THAT(desk.unwanted, testing::Not(testing::Contains("orders/pay")));
  desk.use("pay.orders");
  desk.pass(600s);
  EXPECT_THAT(desk.unwanted, testing::Not(testing::Contains("orders/pay")))
      << "the mark outlives one of them";
  desk.pass(601s);
  EXPECT_THAT(desk.unwanted, testing::Contains("orders/pay"));
}

// It was not there when it was asked for; a push has shown it since, and clients use it.
TEST(DemandTable, WhatHasAppearedIsNotLetGoAsAbsent) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(false);
  desk.pass(30s);
  desk.use("pay.orders");
  desk.pass(31s);
  EXPECT_THAT(desk.unwanted, IsEmpty());
  ASSERT_EQ(desk.wanted.size(), 1U) << "asked again, which costs the registry nothing";
  EXPECT_TRUE(desk.settled("pay.orders")) << "and nobody waits for it";
  desk.reply_all(true);
  EXPECT_EQ(desk.report().there, 1U);
  EXPECT_EQ(desk.report().absent, 0U);
  desk.pass(599s);
  EXPECT_THAT(desk.unwanted, IsEmpty());
  desk.pass(2s);
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
}

TEST(DemandTable, WhatHasAppearedIsNotEvictedByAbsentNames) {
  Desk desk;  // three may be absent
  desk.ask("pay.orders");
  desk.reply_all(false);
  desk.use("pay.orders");
  for (const auto* each : {"a.g", "b.g", "c.g"}) {
    desk.ask(each);
    for (const auto& want : std::exchange(desk.wanted, {})) desk.reply(want, want.key.name == "pay");
    for (const auto& each_published : std::exchange(desk.published, {})) desk.table.published(each_published);
  }
  EXPECT_THAT(desk.unwanted, testing::Not(testing::Contains("orders/pay")));
  EXPECT_EQ(desk.counts().evicted, 1U);
}

TEST(DemandTable, WhatSomebodyElseAnswersForStaysAbsent) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(false);
  desk.use("pay.orders");  // another registry of the zone has it
  desk.pass(61s);
  desk.reply_all(false);
  EXPECT_EQ(desk.report().absent, 1U);
  desk.pass(61s);
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
}

}  // namespace
}  // namespace signpost::test
