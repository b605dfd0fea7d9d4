// What a wish costs on the wire, and what an answer to it is worth. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kPay{"orders", "pay"}, kNew{"orders", "new"};

/// Ready for a second; nothing names a service of the group "orders".
std::unique_ptr<Desk> desk_with(bool login) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.login = login;
  auto desk = std::make_unique<Desk>(options);
  desk->fuzzy_watch = false;
  desk->start();
  if (login) desk->feed(event::Token{"one"});
  desk->pass(1s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  desk->take_log();
  return desk;
}

void want(Desk& desk, const ServiceName& name) { desk.feed(event::Want{name}); }
void unwant(Desk& desk, const ServiceName& name) { desk.feed(event::Unwant{name}); }

// ---- a server that has just come back does not know yet what it has (L14)
TEST(NacosWantedWord, AfterALossAnEmptyFirstAnswerIsNoWord_L14) {
  auto desk = desk_with(false);
  desk->break_connection();  // it restarts, and its publishers have not registered again
  desk->pass(1s);
  ASSERT_TRUE(desk->session.ready());
  want(*desk, kNew);
  want(*desk, kPay);
  desk->pass(20s);
  want(*desk, kPay);  // asked again meanwhile: no more is known
  EXPECT_THAT(desk->take_log(), Not(Contains(HasSubstr("wanted "))));
  desk->push(kNew, hosts("10.0.0.1"), 2000);
  EXPECT_THAT(desk->take_news(), ElementsAre("orders/new 10.0.0.1:80", "wanted orders/new there"));
  desk->pass(11s);
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/pay unknown")) << "30 s are over";
  want(*desk, {"orders", "later"});
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/later unknown"));
}

TEST(NacosWantedWord, ThatComesIsNotHeldUp_L14) {
  auto desk = desk_with(false);
  desk->break_connection();
  desk->pass(1s);
  desk->hosts[kNew] = hosts("10.0.0.1");
  want(*desk, kNew);
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/new there"));
}

TEST(NacosWantedWord, OfAServiceThatWentMeanwhileIsNotSaid_L14) {
  auto desk = desk_with(false);
  desk->break_connection();
  desk->pass(1s);
  want(*desk, kNew);
  unwant(*desk, kNew);
  desk->pass(60s);
  EXPECT_THAT(desk->take_log(), Not(Contains(HasSubstr("wanted "))));
}

// ---- requests that nobody needs any more
TEST(NacosWantedCalls, WhileATokenIsAwaitedNothingPilesUp_A13) {
  auto desk = desk_with(true);
  desk->instead = [](const Payload& payload) {
    const bool good = !payload.headers.empty() && payload.headers.front().second == "two";
    return std::string(good ? "" : R"({"resultCode":500,"success":false,"errorCode":403})");
  };
  want(*desk, kPay);
  ASSERT_EQ(desk->count_log("renew one"), 1U);
  const auto wish = [&](int i) {
    const ServiceName name{"orders", "x" + std::to_string(i)};
    want(*desk, name);
    unwant(*desk, name);
  };
  for (int i = 0; i < 1000; ++i) wish(i);
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < 100000; ++i) wish(i);
  EXPECT_LE(::mallinfo2().uordblks, before + 65536);
  desk->take_log();
  desk->feed(event::Token{"two"});
  desk->pass(200s);
  EXPECT_EQ(desk->count_log("request SubscribeServiceRequest orders x"), 0U) << "nothing had gone out";
  EXPECT_EQ(desk->count_log("wanted orders/pay unknown"), 1U);
}

TEST(NacosWantedCalls, AnUnsubscribeIsOverBeforeTheServiceIsSubscribedToAgain) {
  for (const bool answered : {true, false}) {
    auto desk = desk_with(false);
    desk->hosts[kPay] = hosts("10.0.0.1");
    want(*desk, kPay);
    desk->take_log();
    desk->instead = [](const Payload& payload) {
      const bool off = payload.type == "SubscribeServiceRequest" &&
                       payload.body.find("\"subscribe\":false") != std::string::npos;
      return std::string(off ? "silence" : "");
    };
    unwant(*desk, kPay);
    ASSERT_EQ(desk->count_log("request SubscribeServiceRequest orders pay off"), 1U);
    desk->take_log();
    want(*desk, kPay);
    EXPECT_EQ(desk->count_log("request SubscribeServiceRequest"), 0U)
        << "they travel side by side: the server may take them in either order";
    if (answered) {
      desk->feed(
          event::Reply{desk->last_silent,
                       encode({"SubscribeServiceResponse", R"({"resultCode":200,"success":true})", {}})});
    } else {
      desk->pass(3s);
    }
    EXPECT_EQ(desk->count_log("request SubscribeServiceRequest orders pay"), 1U);
    EXPECT_EQ(desk->count_log("wanted orders/pay there"), 1U);
  }
}

TEST(NacosWantedCalls, WhatWasNeverSubscribedToIsNotUnsubscribed) {
  Desk desk;
  desk.fuzzy_watch = false;
  for (int i = 0; i < 500; ++i) desk.hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = hosts("10.0.0.1");
  desk.answers = true;
  desk.instead = [](const Payload& payload) {
    return std::string(payload.type == "SubscribeServiceRequest" ? "silence" : "");
  };
  desk.start();
  desk.pass(100ms);  // 64 are in flight
  want(desk, kPay);
  unwant(desk, kPay);
  desk.instead = nullptr;
  desk.pass(20s);
  EXPECT_EQ(desk.count_log("request SubscribeServiceRequest orders pay"), 0U);
  EXPECT_EQ(desk.session.services(), 500U);
}

}  // namespace
}  // namespace signpost::nacos::test
