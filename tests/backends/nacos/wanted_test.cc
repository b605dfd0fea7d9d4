// Services that only a query named. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kPay{"orders", "pay"};

/// Ready for a second; the server has no fuzzy watch, so nothing names a service of the group "orders".
std::unique_ptr<Desk> desk_without_watch() {
  auto desk = std::make_unique<Desk>();
  desk->fuzzy_watch = false;
  desk->start();
  desk->pass(1s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  desk->take_log();
  return desk;
}

void want(Desk& desk, const ServiceName& name) { desk.feed(event::Want{name}); }

std::vector<std::string> taken(Desk& desk) {
  auto log = desk.take_log();
  std::erase(log, "alive");
  std::erase(log, "request ServiceListRequest DEFAULT_GROUP");
  std::erase(log, "request HealthCheckRequest");
  return log;
}

TEST(NacosWanted, IsSubscribedToAndToldBeforeTheReply) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  EXPECT_THAT(taken(*desk), ElementsAre("request SubscribeServiceRequest orders pay",
                                        "orders/pay 10.0.0.1:80", "wanted orders/pay there"));
  want(*desk, kPay);
  EXPECT_THAT(taken(*desk), ElementsAre("wanted orders/pay there")) << "pushes keep it fresh: nothing to ask";
}

TEST(NacosWanted, UnknownIsNotToldToTheSinkButStaysArmed_5_3) {
  auto desk = desk_without_watch();
  want(*desk, kPay);
  EXPECT_THAT(taken(*desk),
              ElementsAre("request SubscribeServiceRequest orders pay", "wanted orders/pay unknown"));
  desk->pass(60s);
  EXPECT_FALSE(desk->session.service_after({})) << "no list names it to the guards";
  desk->push(kPay, "[]", 2000);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  desk->push(kPay, hosts("10.0.0.1"), 2001);
  EXPECT_THAT(desk->take_news(), ElementsAre("orders/pay 10.0.0.1:80"));
  EXPECT_TRUE(desk->world.contains("orders/pay"));
}

TEST(NacosWanted, SharesOneSubscription) {
  auto desk = desk_without_watch();
  desk->answers = false;
  want(*desk, kPay);
  want(*desk, kPay);
  EXPECT_THAT(taken(*desk), ElementsAre("request SubscribeServiceRequest orders pay"));
}

TEST(NacosWanted, GoesAheadOfAStormOfOthers_A16) {
  Desk desk;
  for (int i = 0; i < 500; ++i) desk.hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = hosts("10.0.0.1");
  desk.fuzzy_watch = false;
  desk.instead = [](const Payload& payload) {
    return std::string(payload.type == "SubscribeServiceRequest" ? "silence" : "");
  };
  desk.start();
  desk.pass(1s);
  desk.take_log();
  want(desk, kPay);
  ASSERT_TRUE(desk.until([&] { return desk.count_log("request SubscribeServiceRequest") > 0; }, 5s));
  const auto log = desk.take_log();
  const auto first = std::find_if(log.begin(), log.end(), [](const std::string& line) {
    return line.starts_with("request SubscribeServiceRequest");
  });
  EXPECT_EQ(*first, "request SubscribeServiceRequest orders pay");
}

TEST(NacosWanted, EmptiedItIsEmptyForAMinuteAndThenGone_L5) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  desk->take_log();
  desk->push(kPay, "[]", 2000);
  EXPECT_THAT(desk->take_news(), ElementsAre("orders/pay"));
  desk->pass(59s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  desk->pass(2s);
  EXPECT_THAT(desk->take_news(), ElementsAre("erase orders/pay"));
  desk->push(kPay, hosts("10.0.0.2"), 3000);
  EXPECT_THAT(desk->take_news(), ElementsAre("orders/pay 10.0.0.2:80")) << "it was still armed";
}

TEST(NacosWanted, RefilledWithinTheMinuteItStays) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  desk->push(kPay, "[]", 2000);
  desk->pass(30s);
  desk->hosts[kPay] = hosts("10.0.0.2");  // what audits see
  desk->ref_time = 3000;
  desk->push(kPay, hosts("10.0.0.2"), 3000);
  desk->take_log();
  desk->pass(300s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_TRUE(desk->world.contains("orders/pay"));
}

TEST(NacosWanted, ComesBackAfterALostConnection) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  desk->take_log();
  desk->hosts[kPay] = hosts("10.0.0.2");
  desk->break_connection();
  desk->pass(1s);
  EXPECT_THAT(desk->take_news(), Contains("orders/pay 10.0.0.2:80"));
}

TEST(NacosWanted, DuringAnOutageAbsenceIsNotKnown) {
  auto desk = desk_without_watch();
  const ServiceName known{"orders", "known"};
  desk->hosts[known] = hosts("10.0.0.9");
  want(*desk, kPay);
  want(*desk, known);
  desk->take_log();
  desk->reachable = false;
  desk->break_connection();
  want(*desk, kPay);
  want(*desk, known);
  EXPECT_THAT(desk->take_log(), testing::AllOf(Contains("wanted orders/known there"),
                                               Not(Contains("wanted orders/pay unknown"))));
  desk->reachable = true;
  desk->pass(10s);
  EXPECT_THAT(desk->take_log(), Not(Contains("wanted orders/pay unknown"))) << "it may have restarted (L14)";
  desk->pass(30s);
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/pay unknown"));
}

TEST(NacosWanted, UnwantedItIsErasedAndUnsubscribed) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  desk->take_log();
  desk->feed(event::Unwant{kPay});
  EXPECT_THAT(taken(*desk),
              ElementsAre("forget orders/pay", "request SubscribeServiceRequest orders pay off"))
      << "no news of the registry, which the guards might doubt";
  EXPECT_EQ(desk->session.services(), 0U);
  desk->feed(event::Unwant{kPay});
  EXPECT_THAT(taken(*desk), IsEmpty());
}

TEST(NacosWanted, UnwantedDuringAnOutageItAnswersUntilTheNextConnection) {
  auto desk = desk_without_watch();
  desk->hosts[kPay] = hosts("10.0.0.1");
  want(*desk, kPay);
  desk->reachable = false;
  desk->break_connection();
  desk->take_log();
  desk->feed(event::Unwant{kPay});
  desk->pass(60s);
  EXPECT_TRUE(desk->world.contains("orders/pay"));
  desk->reachable = true;
  desk->pass(10s);
  EXPECT_FALSE(desk->world.contains("orders/pay"));
  EXPECT_EQ(desk->count_log("forget orders/pay"), 1U);
}

TEST(NacosWanted, WhatAListNamesStaysWhenUnwanted) {
  auto desk = desk_without_watch();
  want(*desk, kCart);
  EXPECT_THAT(desk->take_news(), ElementsAre("wanted DEFAULT_GROUP/cart unknown"));
  desk->hosts[kCart] = hosts("10.0.0.1");
  desk->ref_time = 2000;
  desk->pass(11s);
  EXPECT_THAT(desk->take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "DEFAULT_GROUP/cart 10.0.0.1:80"));
  desk->feed(event::Unwant{kCart});
  desk->pass(60s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_TRUE(desk->world.contains("DEFAULT_GROUP/cart"));
}

TEST(NacosWanted, TheListDecidesInItsGroupAndAPushBringsItBack) {
  auto desk = desk_without_watch();
  desk->hosts[kCart] = hosts("10.0.0.1");
  desk->pass(11s);
  want(*desk, kCart);
  desk->hosts.clear();
  desk->take_log();
  desk->pass(11s);
  const auto log = desk->take_log();
  EXPECT_THAT(log, Contains("erase DEFAULT_GROUP/cart"));
  EXPECT_THAT(log, Not(Contains("request SubscribeServiceRequest DEFAULT_GROUP cart off")));
  desk->push(kCart, hosts("10.0.0.2"), 3000);
  EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.2:80"));
}

// Anybody makes up names; what is counted and remembered is what servers name.
TEST(NacosWanted, WhatIsNotAllowedIsAnsweredAndForgotten) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.choice.allow = {"orders/pay"};
  Desk desk(options);
  desk.fuzzy_watch = false;
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.start();
  desk.pass(1s);
  desk.take_log();
  for (int i = 0; i < 10000; ++i) want(desk, {"orders", "x" + std::to_string(i)});
  EXPECT_EQ(desk.count_log("wanted orders/x"), 10000U);
  EXPECT_EQ(desk.session.services(), 0U);
  EXPECT_EQ(desk.counts.value("skipped", "not-allowed"), 1U) << "the one that the list names";
  desk.break_connection();
  desk.pass(1s);
  EXPECT_EQ(desk.counts.value("skipped", "not-allowed"), 2U) << "each connection has its own memory";
}

}  // namespace
}  // namespace signpost::nacos::test
