// Pulls beside pushes: what a server forgets to tell is found (A11), and what it tells late is no alarm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const std::string kPull = "request ServiceQueryRequest";

/// `login`: with the token "one".
std::unique_ptr<Desk> ready_desk(std::size_t services = 0, bool login = false) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.list_interval = 1h;
  options.login = login;
  auto desk = std::make_unique<Desk>(options);
  desk->hosts[kCart] = hosts("10.0.0.1");
  for (std::size_t i = 0; i < services; ++i)
    desk->hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = hosts("10.0.1.1");
  desk->start();
  if (login) desk->feed(event::Token{"one"});
  desk->pass(1s + std::chrono::milliseconds(2 * services));  // subscriptions are paced (A16)
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  desk->take_log();
  return desk;
}

bool was_pulled(Desk& desk) {
  return desk.until([&] { return desk.count_log(kPull) != 0; }, 75s);
}

TEST(NacosAudit, ALostSubscriptionIsFoundAndMadeAgain_A11) {
  auto desk = ready_desk();
  desk->hosts[kCart] = hosts("10.0.0.2");  // and nobody is told
  ASSERT_TRUE(was_pulled(*desk)) << "within the interval and a quarter";
  EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.2:80"));
  EXPECT_EQ(desk->counts.value("drift", "service"), 0U) << "the push may be on its way";
  desk->pass(10s);
  const auto log = desk->take_log();
  EXPECT_THAT(log, Contains("request SubscribeServiceRequest DEFAULT_GROUP cart"));
  EXPECT_THAT(log, Contains(HasSubstr("note registry.drift DEFAULT_GROUP/cart")));
  EXPECT_EQ(desk->counts.value("drift", "service"), 1U);
  EXPECT_EQ(desk->counts.value("audits", "differs"), 1U);
}

TEST(NacosAudit, APushThatComesAfterThePullExplainsIt_A11) {
  auto desk = ready_desk();
  desk->hosts[kCart] = hosts("10.0.0.2");
  ASSERT_TRUE(was_pulled(*desk));
  desk->pass(7s);  // sent again after 6 s (L8)
  desk->push(kCart, hosts("10.0.0.2"), desk->ref_time);
  desk->take_log();
  desk->pass(20s);
  EXPECT_THAT(desk->take_log(), Not(Contains(HasSubstr("SubscribeServiceRequest"))));
  EXPECT_EQ(desk->counts.value("drift", "service"), 0U);
}

TEST(NacosAudit, WhatIsTheSameInAnotherOrderIsTheSame_A11) {
  auto desk = ready_desk();
  const auto a = host("10.0.0.1", 80, R"("metadata":{"x":"1","y":"2"})"), b = host("10.0.0.2", 80);
  desk->hosts[kCart] = "[" + a + "," + b + "]";
  desk->push(kCart, desk->hosts[kCart], ++desk->ref_time);
  desk->take_log();
  desk->hosts[kCart] = "[" + b + "," + a + "]";
  ++desk->ref_time;  // each look at a service has its own time
  desk->pass(600s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_GE(desk->counts.value("audits", "same"), 7U);
  EXPECT_LE(desk->counts.value("audits", "same"), 14U);
}

/// While a pull is under way there comes a push that was made after its answer.
struct OvertakenDesk : Desk {
  explicit OvertakenDesk(SessionOptions options) : Desk(std::move(options)) {
    hosts[kCart] = test::hosts("10.0.0.1");
    instead = [this](const Payload& payload) {
      if (payload.type != "ServiceQueryRequest") return std::string();
      const auto at = ref_time += 2;
      due_.emplace_back(event::Received{encode(
          {"NotifySubscriberRequest",
           R"({"requestId":"p","serviceInfo":)" + service_info(kCart, test::hosts("10.0.0.1"), at + 1) + "}",
           {}})});
      return R"({"resultCode":200,"success":true,"serviceInfo":)" +
             service_info(kCart, test::hosts("10.0.0.9"), at) + "}";
    };
    start();
    pass(1s);
    take_log();
  }
};

TEST(NacosAudit, APullThatAPushOvertookIsNotTaken_A10_A11) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.list_interval = 1h;
  OvertakenDesk desk(options);
  ASSERT_TRUE(was_pulled(desk));
  desk.pass(20s);
  EXPECT_THAT(desk.take_news(), testing::Each("DEFAULT_GROUP/cart 10.0.0.1:80"));
  EXPECT_EQ(desk.counts.value("drift", "service"), 0U);
}

// The server's clock is set back: what it tells on this connection looks older than what it told.
TEST(NacosAudit, AClockSetBackFreezesNothingForLongerThanARound_A10_A11) {
  auto desk = ready_desk();
  desk->push(kCart, hosts("10.0.0.1"), 900000);
  desk->ref_time = 5;
  desk->hosts[kCart] = hosts("10.0.0.2");
  desk->push(kCart, hosts("10.0.0.2"), 5);
  desk->take_log();
  ASSERT_TRUE(was_pulled(*desk));
  EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.2:80"))
      << "asked for after all that was taken: it cannot be older";
  desk->push(kCart, hosts("10.0.0.3"), 6);
  EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.3:80"));
}

TEST(NacosAudit, AClockSetBackIsNoticedThoughNothingElseChanged_A10_A11) {
  auto desk = ready_desk();
  desk->push(kCart, hosts("10.0.0.1"), 900000);
  desk->ref_time = 5;
  ASSERT_TRUE(was_pulled(*desk));
  EXPECT_EQ(desk->counts.value("audits", "same"), 1U);
  desk->take_log();
  desk->push(kCart, hosts("10.0.0.3"), 6);
  EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.3:80"));
}

TEST(NacosAudit, AnotherServicesAnswerOrNoneIsAFailure_A9_A11) {
  auto desk = ready_desk();
  for (const std::string info : {R"({"name":"pay","groupName":"DEFAULT_GROUP","hosts":[]})",
                                 R"({"name":"cart","groupName":"DEFAULT_GROUP","hosts":null})"}) {
    desk->instead = [&](const Payload& payload) {
      if (payload.type != "ServiceQueryRequest") return std::string();
      return R"({"resultCode":200,"success":true,"serviceInfo":)" + info + "}";
    };
    desk->take_log();
    ASSERT_TRUE(was_pulled(*desk));
    EXPECT_THAT(desk->take_news(), IsEmpty());
  }
  EXPECT_EQ(desk->counts.value("audits", "failed"), 2U);
}

TEST(NacosAudit, FailuresBackOffToAMinute_A11) {
  auto desk = ready_desk(600);
  desk->instead = [](const Payload& payload) {
    const bool pull = payload.type == "ServiceQueryRequest";
    return std::string(pull ? R"({"resultCode":500,"success":false,"errorCode":500})" : "");
  };
  desk->pass(300s);
  EXPECT_LE(desk->count_log(kPull), 25U);
  EXPECT_GE(desk->count_log(kPull), 9U);
  desk->instead = nullptr;
  desk->take_log();
  desk->pass(120s);
  EXPECT_GE(desk->count_log(kPull), 500U) << "one success, and the pace is the old one";
}

TEST(NacosAudit, ASilentServerHasFewPullsInFlight_A11) {
  auto desk = ready_desk(600);
  desk->instead = [](const Payload& payload) {
    return std::string(payload.type == "ServiceQueryRequest" ? "silence" : "");
  };
  desk->pass(2900ms);  // before the first is given up
  EXPECT_EQ(desk->count_log(kPull), 4U);
}

/// Every pull is answered with this error, unless it carries the token "two".
void refuse_pulls(Desk& desk, int code) {
  desk.instead = [code](const Payload& payload) {
    const bool renewed = !payload.headers.empty() && payload.headers.front().second == "two";
    if (payload.type != "ServiceQueryRequest" || renewed) return std::string();
    return R"({"resultCode":500,"success":false,"errorCode":)" + std::to_string(code) + "}";
  };
}

TEST(NacosAudit, PullsThatAreNeverAnsweredGiveTheirPlacesBack_A11) {
  auto desk = ready_desk(600);
  desk->instead = [](const Payload& payload) {
    return std::string(payload.type == "ServiceQueryRequest" ? "silence" : "");
  };
  desk->pass(120s);
  EXPECT_GE(desk->counts.value("audits", "failed"), 5U) << "each gave its place to another";
  EXPECT_LE(desk->count_log(kPull), 20U) << "and they back off";
  desk->instead = nullptr;
  desk->take_log();
  desk->pass(120s);
  EXPECT_GE(desk->count_log(kPull), 500U);
}

TEST(NacosAudit, AForbiddenPullRenewsTheTokenOnceAndWaitsForIt_A11_A13) {
  auto desk = ready_desk(600, true);
  refuse_pulls(*desk, 403);
  ASSERT_TRUE(desk->until([&] { return desk->count_log("renew ") != 0; }, 75s));
  desk->take_log();
  desk->pass(60s);
  EXPECT_EQ(desk->count_log(kPull) + desk->count_log("renew "), 0U) << "there is no token to pull with";
  desk->feed(event::Token{"two"});
  desk->pass(120s);
  EXPECT_GE(desk->counts.value("audits", "same"), 500U);
  EXPECT_EQ(desk->counts.value("audits", "failed"), 0U) << "nothing is wrong with the server";
  EXPECT_EQ(desk->count_log("renew "), 0U);
}

TEST(NacosAudit, WithoutTheRightToReadPullsBackOff_A11_A13) {
  auto desk = ready_desk(600, true);
  refuse_pulls(*desk, 403);
  for (int i = 0; i < 300; ++i) {
    desk->pass(1s);
    if (desk->count_log("renew ") == 0) continue;
    desk->feed(event::Token{"three"});  // no better
    desk->take_log();
  }
  EXPECT_LE(desk->counts.value("requests_failed", "forbidden"), 40U) << "of 3000 that were due";
  EXPECT_GE(desk->counts.value("audits", "failed"), 5U);
}

TEST(NacosAudit, AServerOverItsLimitIsNotPulledMeanwhile_A11_A16) {
  auto desk = ready_desk(600);
  refuse_pulls(*desk, 503);
  desk->pass(120s);
  EXPECT_LE(desk->count_log(kPull), 200U) << "of 1200 that were due";
  EXPECT_GE(desk->count_log(kPull), 5U);
  EXPECT_EQ(desk->counts.value("audits", "failed"), 0U);
  desk->instead = nullptr;
  desk->pass(10s);
  desk->take_log();
  desk->pass(60s);
  EXPECT_GE(desk->count_log(kPull), 400U);
}

TEST(NacosAudit, ManyServicesArePulledAtABoundedRateAndAllOfThem_A11_A16) {
  auto desk = ready_desk(4999);
  desk->pass(60s);
  const auto pulls = desk->count_log(kPull);
  EXPECT_LE(pulls, 60U * 55) << "about 50 a second";
  EXPECT_GE(pulls, 60U * 45);
  desk->pass(60s);
  EXPECT_GE(desk->counts.value("audits", "same"), 5000U) << "a round is 100 s";
  EXPECT_EQ(desk->counts.value("audits", "differs"), 0U);
}

TEST(NacosAudit, ARoundGoesOnAfterAReconnect_A11) {
  auto desk = ready_desk(599);
  std::set<std::string> pulled;
  for (int i = 0; i < 8; ++i) {
    desk->pass(10s);
    for (const auto& line : desk->take_log()) {
      if (line.starts_with(kPull)) pulled.insert(line);
    }
    desk->break_connection();
    desk->pass(1s);
  }
  EXPECT_GE(pulled.size(), 590U);
}

}  // namespace
}  // namespace signpost::nacos::test
