// HTTP v1 on virtual time: a server of 1.x as a table of answers.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/poll_desk.h"

namespace signpost::nacos::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Desk = PollDesk;

TEST(PollSession, ListsReadsAndIsReady) {
  Desk desk;
  desk.hosts = {{"cart", one("10.0.0.1")}, {"pay", "[]"}};
  desk.feed(event::Start{});
  EXPECT_THAT(desk.take(),
              ElementsAre("cart pending", "pay pending", "listed", "cart 10.0.0.1", "pay", "ready"));
  EXPECT_TRUE(desk.session.ready());
  EXPECT_EQ(desk.asked[0].target,
            "/nacos/v1/ns/service/list?pageNo=1&pageSize=2147483647&namespaceId=public&groupName="
            "DEFAULT_GROUP");
  EXPECT_EQ(desk.asked[1].target,
            "/nacos/v1/ns/instance/list?serviceName=DEFAULT_GROUP%40%40cart&namespaceId=public&groupName="
            "DEFAULT_GROUP&healthyOnly=false");
}

TEST(PollSession, SeesAChangeWithinTheServersPeriod) {
  Desk desk;
  desk.cache_millis = 3000;
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  desk.pass(20s);
  desk.take();
  desk.hosts["cart"] = one("10.0.0.2");
  desk.pass(3s);
  EXPECT_THAT(desk.take(), testing::Contains("cart 10.0.0.2"));
}

TEST(PollSession, PeriodStaysWithinBounds) {
  for (const auto& [millis, least, most] :
       std::vector<std::tuple<std::int64_t, int, int>>{{1, 55, 125}, {0, 5, 13}, {99999999, 1, 3}}) {
    Desk desk;
    desk.cache_millis = millis;
    desk.hosts = {{"cart", "[]"}};
    desk.feed(event::Start{});
    desk.pass(60s);
    int reads = 0;
    for (const auto& each : desk.asked) reads += Desk::is_list(each) ? 0 : 1;
    EXPECT_THAT(reads, testing::AllOf(testing::Ge(least), testing::Le(most))) << millis;
  }
}

TEST(PollSession, A16_AtMostSixteenAtOnceAndARoundSpreadsOut) {
  Desk desk;
  for (int i = 0; i < 1000; ++i) desk.hosts["s" + std::to_string(i)] = "[]";
  desk.feed(event::Start{});
  desk.asked.clear();
  desk.silent = true;
  desk.pass(4s);
  EXPECT_THAT(desk.asked, SizeIs(testing::Le(16)));
  Desk calm;
  calm.hosts = desk.hosts;
  calm.feed(event::Start{});
  calm.pass(60s);
  calm.asked.clear();
  calm.pass(1s);
  EXPECT_THAT(calm.asked, SizeIs(testing::AllOf(testing::Ge(40U), testing::Le(220U))));
}

TEST(PollSession, TheListErases) {
  Desk desk;
  desk.hosts = {{"cart", "[]"}, {"pay", "[]"}};
  desk.feed(event::Start{});
  desk.take();
  desk.hosts.erase("pay");
  desk.pass(10s);
  EXPECT_THAT(desk.take(), testing::Contains("erase pay by list"));
  EXPECT_EQ(desk.session.services(), 1U);
}

struct Wrong {
  const char* name;
  int status;
  const char* body;
};
class PollFaults : public testing::TestWithParam<Wrong> {};
TEST_P(PollFaults, A9_AnErrorIsNeverAnEmptyList) {
  for (const bool of_list : {true, false}) {
    Desk desk;
    desk.hosts = {{"cart", one("10.0.0.1")}};
    desk.feed(event::Start{});
    desk.take();
    desk.instead = [&](const action::Fetch& fetch) {
      if (Desk::is_list(fetch) != of_list) return kUsual;
      return event::Fetched{0, GetParam().status, GetParam().body, "cut"};
    };
    desk.pass(120s);
    for (const auto& line : desk.take()) {
      EXPECT_TRUE(line == "cart 10.0.0.1" || line == "ready" || line.starts_with("lost ")) << line;
    }
    desk.instead = nullptr;
    desk.hosts["cart"] = one("10.0.0.2");
    desk.pass(80s);
    EXPECT_THAT(desk.take(), testing::Contains("cart 10.0.0.2"));
    EXPECT_TRUE(desk.session.ready());
  }
}
INSTANTIATE_TEST_SUITE_P(
    All, PollFaults,
    testing::Values(Wrong{"down", 503, "server is DOWN now"}, Wrong{"broken", 500, "caused: x"},
                    Wrong{"cut", 0, ""}, Wrong{"gone", 410, "{}"}, Wrong{"missing", 404, "{}"},
                    Wrong{"null", 200,
                          R"({"name":"DEFAULT_GROUP@@cart","hosts":null,"count":1,"doms":null})"},
                    Wrong{"nothing", 200, "{}"}, Wrong{"text", 200, "ok"}, Wrong{"empty", 200, ""},
                    Wrong{"types", 200, R"({"hosts":{},"doms":"cart","count":"1"})"},
                    Wrong{"half", 200, R"({"hosts":[{"ip":"10.0.)"}),
    [](const auto& each) { return each.param.name; });

TEST(PollSession, A2_AServerThatFailsIsLeftWithinFiveSecondsAndEverythingReadAgain) {
  Desk desk(Desk::options(3));
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  const auto first = desk.asked[0].server.host;
  desk.pass(30s);
  for (const auto& each : desk.asked) EXPECT_EQ(each.server.host, first);  // it stays with one
  desk.take();
  desk.instead = [&](const action::Fetch& fetch) {
    return fetch.server.host == first ? event::Fetched{0, 0, {}, "refused"} : kUsual;
  };
  desk.asked.clear();
  desk.pass(15s);
  const auto news = desk.take();
  EXPECT_THAT(news, testing::Contains(HasSubstr("lost " + first)));
  EXPECT_THAT(news, testing::Contains("ready"));
  EXPECT_THAT(news, testing::Not(testing::Contains(HasSubstr("erase"))));
  EXPECT_NE(desk.asked.back().server.host, first);
}

TEST(PollSession, A1_AllServersDownLosesNothingAndIsToldOnce) {
  Desk desk(Desk::options(2));
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  desk.take();
  desk.instead = [](const action::Fetch&) { return event::Fetched{0, 0, {}, "refused"}; };
  desk.pass(600s);
  EXPECT_THAT(desk.take(), ElementsAre(HasSubstr("lost ")));
  EXPECT_LT(desk.asked.size(), 400U);  // with patience
  desk.instead = nullptr;
  desk.pass(5s);
  EXPECT_THAT(desk.take(), testing::IsSupersetOf({"cart 10.0.0.1", "ready"}));
}

TEST(PollSession, A_SilentServerIsLeft) {
  Desk desk(Desk::options(2));
  desk.feed(event::Start{});
  const auto first = desk.asked[0].server.host;
  desk.silent = true;
  desk.pass(60s);
  EXPECT_THAT(desk.take(), testing::Contains(HasSubstr("lost " + first)));
}

TEST(PollSession, A13_A14_OneNewLoginThenTheQueryThenPatience) {
  Desk desk(Desk::options(1, true));
  desk.feed(event::Start{});
  EXPECT_THAT(desk.asked, IsEmpty());
  desk.instead = [](const action::Fetch& fetch) {
    return fetch.token == "new" && fetch.token_in_query ? kUsual : event::Fetched{0, 403, "no", {}};
  };
  desk.feed(event::Token{"old"});
  EXPECT_EQ(desk.renewed, "old");
  EXPECT_FALSE(desk.asked.back().token_in_query);
  desk.feed(event::Token{"new"});
  EXPECT_TRUE(desk.asked.back().token_in_query);
  EXPECT_TRUE(desk.session.ready());
  for (const auto& each : desk.asked) EXPECT_THAT(each.target, testing::Not(HasSubstr("new")));
  desk.instead = [](const action::Fetch&) { return event::Fetched{0, 403, "no", {}}; };
  desk.renewed.clear();
  desk.asked.clear();
  desk.pass(50s);
  EXPECT_EQ(desk.renewed, "");
  EXPECT_THAT(desk.asked, SizeIs(testing::Lt(20U)));
}

TEST(PollSession, WhatAQueryNamedIsReadWhateverListsSay) {
  Desk desk;
  desk.feed(event::Start{});
  desk.take();
  std::string elsewhere = "[]";
  desk.instead = [&](const action::Fetch& fetch) {
    const auto body = R"({"name":"other@@cart","groupName":"other","hosts":)" + elsewhere + "}";
    return Desk::is_list(fetch) ? kUsual : event::Fetched{0, 200, body, {}};
  };
  desk.feed(event::Want{{"other", "cart"}});
  EXPECT_THAT(desk.take(), ElementsAre("cart is not there"));
  EXPECT_FALSE(desk.session.service_after({}));
  elsewhere = one("10.0.0.1");
  desk.pass(11s);
  EXPECT_THAT(desk.take(), testing::Each("cart 10.0.0.1"));
  EXPECT_TRUE(desk.session.service_after({}));
  elsewhere = "[]";
  desk.pass(50s);
  EXPECT_THAT(desk.take(), testing::Not(testing::Contains("erase cart")));
  desk.pass(40s);
  EXPECT_THAT(desk.take(), testing::Contains("erase cart"));
  elsewhere = one("10.0.0.2");
  desk.pass(11s);
  EXPECT_THAT(desk.take(), testing::Contains("cart 10.0.0.2"));
  const auto usual = std::exchange(desk.instead, [](auto&) { return event::Fetched{0, 503, "DOWN", {}}; });
  desk.pass(30s);
  desk.feed(event::Unwant{{"other", "cart"}});
  EXPECT_THAT(desk.take(), ElementsAre(HasSubstr("lost"))) << "an outage takes nothing away";
  desk.instead = usual;
  desk.pass(10s);
  EXPECT_THAT(desk.take(), testing::Contains("erase cart"));
  EXPECT_EQ(desk.session.services(), 0U);
}

TEST(PollSession, WhatAQueryNamedWaitsForAServer) {
  Desk desk;
  desk.instead = [](const action::Fetch&) { return event::Fetched{0, 503, "DOWN", {}}; };
  desk.feed(event::Start{});
  desk.feed(event::Want{{"other", "cart"}});
  desk.pass(20s);
  EXPECT_THAT(desk.take(), ElementsAre(HasSubstr("lost ")));
  desk.instead = nullptr;
  desk.pass(6s);
  EXPECT_TRUE(desk.session.ready());
}

TEST(PollSession, A9_OneBadServiceDoesNotCostTheServer) {
  for (const auto& trouble : {event::Fetched{0, 200, "{}", {}}, event::Fetched{0, 500, "caused", {}}}) {
    Desk desk;
    desk.hosts = {{"bad", "[]"}, {"cart", one("10.0.0.1")}};
    desk.instead = [&](const action::Fetch& fetch) {
      const bool bad = fetch.target.find("%40%40bad&") != std::string::npos;
      return bad ? trouble : kUsual;
    };
    desk.feed(event::Start{});
    desk.pass(300s);
    EXPECT_THAT(desk.take(), testing::Not(testing::Contains(HasSubstr("lost"))));
    EXPECT_TRUE(desk.session.ready());
  }
}

TEST(PollSession, AListOfTheSameOctetsSaysTheSame) {
  Desk desk;
  desk.hosts = {{"cart", one("10.0.0.1")}, {"pay", one("10.0.0.2")}};
  desk.feed(event::Start{});
  desk.pass(25s);
  desk.take();
  desk.hosts.erase("pay");
  desk.pass(10s);
  EXPECT_THAT(desk.take(), testing::Contains("erase pay by list"));
  desk.hosts["pay"] = one("10.0.0.2");  // the very octets of an earlier list
  desk.pass(10s);
  EXPECT_THAT(desk.take(), testing::Contains("pay 10.0.0.2"));
}

TEST(PollSession, ListAgainIsAnsweredByAListAskedAfterIt) {
  Desk desk;
  desk.feed(event::Start{});
  desk.take();
  desk.feed(event::ListAgain{});
  desk.pass(10ms);
  EXPECT_THAT(desk.take(), ElementsAre("listed again"));
}

}  // namespace
}  // namespace signpost::nacos::test
