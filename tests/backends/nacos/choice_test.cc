// Which services are followed, and how fast the subscriptions go out. Ids: the Nacos facts page.
#include "backends/nacos/choice.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/nacos/pace.h"
#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kElsewhere{"orders", "cart"};

TEST(NacosChoice, PatternsOverServiceOrGroupAndService) {
  using Verdict = Choice::Verdict;
  const Choice choice({{"orders/*", "cart"}, {"*-internal", "orders/secret:*"}, {"other/a/b", "x-internal"}});
  const std::pair<ServiceName, Verdict> cases[] = {
      {{"orders", "pay"}, Verdict::Taken},
      {{"orders", "pay-internal"}, Verdict::Denied},
      {{"orders", "secret:1"}, Verdict::Denied},
      {{"other", "cart"}, Verdict::Taken},
      {{"other", "CART"}, Verdict::NotAllowed},  // names are told apart by case
      {{"other", "cart2"}, Verdict::NotAllowed},
      {{"other", "a/b"}, Verdict::Taken},  // a service name may hold a slash, a group may not
      {{"DEFAULT_GROUP", "x-internal"}, Verdict::Denied},
  };
  for (const auto& [service, verdict] : cases) {
    EXPECT_EQ(choice.judge(service), verdict) << service.group << "/" << service.name;
  }
  EXPECT_THAT(choice.pinned(), ElementsAre(ServiceName{"other", "a/b"})) << "deny wins";
}

TEST(NacosChoice, NothingOfADeniedServiceIsAskedFor) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.choice.deny = {"cart"};
  options.choice.allow = {"DEFAULT_GROUP/*"};
  Desk desk(options);
  desk.hosts = {{kCart, hosts("10.0.0.1")}, {{"DEFAULT_GROUP", "pay"}, hosts("10.0.0.2")}};
  desk.start();
  desk.say("NamingFuzzyWatchChangeNotifyRequest",
           R"({"requestId":"c","serviceKey":"public@@orders@@pay","changedType":"ADD_SERVICE"})");
  desk.pass(60s);
  EXPECT_EQ(desk.count_log("request SubscribeServiceRequest DEFAULT_GROUP cart"), 0U);
  EXPECT_EQ(desk.count_log("request SubscribeServiceRequest orders"), 0U);
  EXPECT_EQ(desk.world.size(), 1U);
  EXPECT_EQ(desk.counts.value("skipped", "denied"), 1U) << "names, not lists, are counted";
  EXPECT_EQ(desk.counts.value("skipped", "not-allowed"), 1U);
}

// ---- services by name
std::unique_ptr<Desk> pinned_desk(std::map<ServiceName, std::string> known = {}) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.choice.services = {"orders/cart"};
  options.absent_after = 5s;
  auto desk = std::make_unique<Desk>(options);
  desk->hosts = std::move(known);
  return desk;
}

TEST(NacosServices, AreFollowedThoughNoListNamesThem) {
  auto desk = pinned_desk({{kElsewhere, hosts("10.0.0.1")}});
  desk->start();
  EXPECT_THAT(desk->take_news(),
              ElementsAre("pending orders/cart", "listed", "orders/cart 10.0.0.1:80", "ready"));
  desk->pass(60s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
}

TEST(NacosServices, DoNotExistUntilSomethingIsThere) {
  auto desk = pinned_desk();
  desk->start();
  EXPECT_THAT(desk->world, IsEmpty());
  EXPECT_FALSE(desk->session.service_after({}));
  desk->push(kElsewhere, hosts("10.0.0.1"), 2000);
  EXPECT_EQ(desk->world["orders/cart"], "orders/cart 10.0.0.1:80");
  desk->push(kElsewhere, "[]", 2001);
  desk->pass(4s);
  EXPECT_EQ(desk->world["orders/cart"], "orders/cart") << "empty is not absent";
  desk->pass(1s);
  EXPECT_THAT(desk->world, IsEmpty());
  desk->push(kElsewhere, hosts("10.0.0.2"), 2002);
  EXPECT_EQ(desk->world["orders/cart"], "orders/cart 10.0.0.2:80") << "the subscription stayed";
}

TEST(NacosServices, AListTakesTheDataAndNotTheSubscription) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.choice.services = {"cart"};
  Desk desk(options);
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.start();
  desk.pass(1s);
  desk.hosts.clear();
  desk.pass(10s);
  EXPECT_THAT(desk.world, IsEmpty());
  EXPECT_EQ(desk.count_log("request SubscribeServiceRequest DEFAULT_GROUP cart off"), 0U);
  desk.push(kCart, hosts("10.0.0.2"), 3000);
  EXPECT_EQ(desk.world["DEFAULT_GROUP/cart"], "DEFAULT_GROUP/cart 10.0.0.2:80");
  desk.hosts[kCart] = hosts("10.0.0.3");
  desk.pass(30s);
  EXPECT_EQ(desk.world.size(), 1U);
}

TEST(NacosServices, AreSubscribedAgainAfterAReconnect) {
  auto desk = pinned_desk();
  desk->start();
  desk->pass(1s);
  desk->hosts[kElsewhere] = hosts("10.0.0.1");
  desk->break_connection();
  desk->pass(1s);
  EXPECT_EQ(desk->world["orders/cart"], "orders/cart 10.0.0.1:80");
}

// ---- the fuzzy watch by configuration
TEST(NacosWatch, OffIsNotAskedFor) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.fuzzy_watch = false;
  Desk desk(options);
  desk.start();
  desk.pass(60s);
  EXPECT_EQ(desk.count_log("request NamingFuzzyWatchRequest"), 0U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
}

TEST(NacosWatch, AbsentAfterIsConfigured_L5) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.absent_after = 7s;
  Desk desk(options);
  desk.hosts[kElsewhere] = hosts("10.0.0.1");
  desk.start();
  for (const auto* type : {"ADD_SERVICE", "DELETE_SERVICE"}) {
    desk.say("NamingFuzzyWatchChangeNotifyRequest",
             std::string(R"({"requestId":"c","serviceKey":"public@@orders@@cart","changedType":")") + type +
                 R"("})");
  }
  desk.pass(6999ms);
  EXPECT_EQ(desk.world.size(), 1U);
  desk.pass(1ms);
  EXPECT_THAT(desk.world, IsEmpty());
}

// ---- A16
struct StormDesk : Desk {
  explicit StormDesk(std::size_t services) {
    for (std::size_t i = 0; i < services; ++i) {
      hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = "[" + host("10.0.0.1", 80) + "]";
    }
  }
};

std::size_t subscriptions(const Desk& desk) {
  return static_cast<std::size_t>(
      std::count_if(desk.sent.begin(), desk.sent.end(),
                    [](const Payload& payload) { return payload.type == "SubscribeServiceRequest"; }));
}

TEST(NacosStorm, SubscriptionsAreSpread_A16) {
  StormDesk desk(3000);
  desk.start();
  EXPECT_LE(subscriptions(desk), 256U);
  EXPECT_GE(subscriptions(desk), 64U);
  desk.pass(1s);
  EXPECT_LE(subscriptions(desk), 256U + 1100U);
  EXPECT_GE(subscriptions(desk), 900U);
  desk.pass(3s);
  EXPECT_EQ(subscriptions(desk), 3000U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
}

TEST(NacosStorm, ReconnectingSpreadsThemTheSameWayWhileDataStays_A16) {
  StormDesk desk(2000);
  desk.start();
  desk.pass(5s);
  desk.take_log();
  const auto before = subscriptions(desk);
  desk.break_connection();
  desk.pass(500ms);
  EXPECT_GT(subscriptions(desk), before);
  EXPECT_LT(subscriptions(desk), before + 1000U);
  EXPECT_EQ(desk.world.size(), 2000U);
  desk.pass(4s);
  EXPECT_EQ(subscriptions(desk), before + 2000U);
  EXPECT_EQ(desk.count_log("erase "), 0U);
  EXPECT_EQ(desk.count_log("pending "), 0U);
}

/// A server that takes so many requests a second and refuses the rest with 503.
TEST(NacosStorm, AServerOverItsLimitIsGivenTimeAndProgressIsSteady_A16) {
  StormDesk desk(2000);
  Monotonic second{};
  int taken = 0;
  desk.instead = [&](const Payload& payload) -> std::string {
    if (payload.type != "SubscribeServiceRequest") return {};
    if (desk.now - second >= 1s) second = desk.now, taken = 0;
    if (++taken <= 100) return {};
    return R"({"resultCode":500,"success":false,"errorCode":503,"message":"over threshold"})";
  };
  desk.start();
  std::size_t read = 0;
  for (int i = 0; i < 6; ++i) {  // each ten seconds something is read
    desk.pass(10s);
    const auto now =
        static_cast<std::size_t>(std::count_if(desk.world.begin(), desk.world.end(), [](const auto& e) {
          return !e.second.starts_with("pending ");
        }));
    EXPECT_TRUE(now == 2000 || now >= read + 200) << now << " after " << read;
    read = now;
  }
  EXPECT_EQ(read, 2000U);
  EXPECT_LT(desk.counts.value("requests_failed", "over-limit"), 1500U) << "not hammered";
}

TEST(NacosStorm, ListsGoBeforeIt_A16) {
  StormDesk desk(2000);
  desk.start();
  desk.feed(event::ListAgain{});
  desk.pass(100ms);
  EXPECT_THAT(desk.take_log(), Contains("listed again"));
  EXPECT_NE(desk.session.state(), Session::State::Ready);
}

TEST(NacosStorm, NoTwoConnectionsHaveTheSamePace_A16) {
  std::set<double> rates;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Pace pace;
    pace.start(Monotonic{}, random);
    EXPECT_GE(pace.rate(), 900);
    EXPECT_LE(pace.rate(), 1100);
    rates.insert(pace.rate());
  }
  EXPECT_GE(rates.size(), 15U);
}

// As over HTTP v1: what the other protocol has heard of a service is not undone by one empty answer.
TEST(NacosServices, AfterAChangeOverAnEmptyFirstAnswerIsEmptinessAndNotAbsence_L5) {
  auto desk = pinned_desk();
  desk->session.adopt({{kElsewhere, true, false, false, false, true}});
  desk->start();
  desk->pass(4s);
  EXPECT_EQ(desk->count_log("erase "), 0U);
  desk->pass(2s);
  EXPECT_EQ(desk->count_log("erase orders/cart"), 1U);
}

}  // namespace
}  // namespace signpost::nacos::test
