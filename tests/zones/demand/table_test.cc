// on_query: who waits, who shares, what is settled when.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/zones/demand/desk.h"

namespace signpost::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DemandTable, ThereIsSettledOnlyOncePublished) {
  Desk desk;
  desk.ask("pay.orders");
  ASSERT_EQ(desk.wanted.size(), 1U);
  EXPECT_EQ(desk.wanted[0].key.to_string(), "nacos/public/orders/pay");
  desk.reply(desk.wanted[0], true);
  EXPECT_EQ(desk.resumed(), 0U);
  EXPECT_FALSE(desk.settled("pay.orders")) << "or a query in between would be denied";
  desk.table.published(desk.published.at(0));
  EXPECT_TRUE(desk.settled("pay.orders"));
  EXPECT_EQ(desk.resumed(), 1U);
}

TEST(DemandTable, AbsentIsRememberedForAMinuteAtMost) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply_all(false);
  EXPECT_EQ(desk.resumed(), 1U);
  EXPECT_TRUE(desk.settled("pay.orders"));
  desk.pass(59s);
  EXPECT_TRUE(desk.settled("pay.orders"));
  desk.pass(2s);
  EXPECT_FALSE(desk.settled("pay.orders"));
  EXPECT_THAT(desk.unwanted, ElementsAre("orders/pay"));
}

TEST(DemandTable, QueriesForOneNameShareOneSubscription) {
  Desk desk;
  for (int i = 0; i < 500; ++i) desk.ask("pay.orders");
  EXPECT_EQ(desk.wanted.size(), 1U);
  desk.reply_all(true);
  EXPECT_EQ(desk.resumed(), 500U);
}

TEST(DemandTable, SilenceSendsEachQueryBackAtItsOwnBudget) {
  Desk desk;
  desk.ask("pay.orders");
  desk.pass(600ms);
  desk.ask("pay.orders");
  desk.pass(399ms);
  EXPECT_EQ(desk.resumed(), 0U);
  desk.pass(1ms);
  EXPECT_EQ(desk.resumed(), 1U);
  desk.pass(599ms);
  EXPECT_EQ(desk.resumed(), 0U);
  desk.pass(1ms);
  EXPECT_EQ(desk.resumed(), 1U);
  EXPECT_FALSE(desk.settled("pay.orders")) << "silence is no absence";
  EXPECT_EQ(desk.counts().expired, 2U);
  desk.reply_all(true);
  EXPECT_TRUE(desk.settled("pay.orders")) << "late, and still good for the next query";
}

TEST(DemandTable, ANameThatNobodyCouldHaveIsDeniedWithoutAsking) {
  Desk desk;
  desk.ask("listed");  // DEFAULT_GROUP is listed anyway
  EXPECT_THAT(desk.wanted, IsEmpty());
  EXPECT_EQ(desk.resumed(), 1U);
  EXPECT_TRUE(desk.settled("listed"));
}

TEST(DemandTable, AQueryBetweenReplyAndPublicationWaitsForIt) {
  Desk desk;
  desk.ask("pay.orders");
  desk.reply(desk.wanted.at(0), true);
  desk.ask("pay.orders");
  EXPECT_EQ(desk.resumed(), 0U) << "it would be denied";
  desk.table.published(desk.published.at(0));
  EXPECT_EQ(desk.resumed(), 2U);
}

TEST(DemandTable, TellsTheFateOfAName) {
  Desk desk;
  const auto fate = [&desk](const std::string& relative) {
    return desk.table.fates(Name::parse(relative + ".z")->wire(), desk.now);
  };
  EXPECT_THAT(fate("listed"), IsEmpty());
  ASSERT_EQ(fate("pay.orders").size(), 1U);
  EXPECT_EQ(fate("pay.orders")[0].state, DemandFate::State::NotAskedFor);
  desk.ask("pay.orders");
  EXPECT_EQ(fate("pay.orders")[0].state, DemandFate::State::Asking);
  desk.reply_all(true);
  desk.pass(5s);
  const auto below = fate("_http._tcp.pay.orders");
  ASSERT_EQ(below.size(), 1U);
  EXPECT_EQ(below[0].state, DemandFate::State::There);
  EXPECT_EQ(below[0].age, Duration(5s));
  EXPECT_EQ(below[0].name.to_string(), "pay.orders.z.");
  EXPECT_EQ(below[0].services.at(0).to_string(), "nacos/public/orders/pay");
  desk.ask("nobody.orders");
  desk.reply_all(false);
  EXPECT_EQ(fate("nobody.orders")[0].state, DemandFate::State::Absent);
}

}  // namespace
}  // namespace signpost::test
