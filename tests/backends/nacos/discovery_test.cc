// Which services exist, and what they hold: lists and pushes. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kElsewhere{"other", "cart"};

TEST(NacosList, ListedButNotReadIsPending) {
  Desk desk;
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.instead = [](const Payload& payload) {
    return std::string(payload.type == "SubscribeServiceRequest" ? "silence" : "");
  };
  desk.start();
  EXPECT_THAT(desk.take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "listed"));
  desk.instead = nullptr;
  desk.pass(10s);
  EXPECT_THAT(desk.take_news(), ElementsAre("ready", "DEFAULT_GROUP/cart 10.0.0.1:80"))
      << "one service cannot hold up all";
}

TEST(NacosList, EveryGroupMustBeReadForTheFirstComplete) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP", "other"}, 1));
  desk.instead = [](const Payload& payload) {
    const bool other = payload.body.find(R"("groupName":"other")") != std::string::npos;
    return std::string(other ? R"({"success":false,"resultCode":500,"errorCode":500})" : "");
  };
  desk.start();
  desk.pass(30s);
  EXPECT_THAT(desk.take_news(), IsEmpty());
  desk.instead = nullptr;
  desk.pass(10s);
  EXPECT_THAT(desk.take_news(), ElementsAre("listed", "ready"));
}

TEST(NacosList, AsksForEverythingInOnePage_L10) {
  auto desk = ready_desk();
  desk->pass(10s);
  const auto& body = desk->sent.back().body;
  EXPECT_THAT(body, HasSubstr(R"("pageSize":2147483647)"));
  EXPECT_THAT(body, HasSubstr(R"("namespace":"public")"));  // L10: never left empty
}

TEST(NacosList, WhatComesIsSubscribedAndWhatGoesIsErasedWithinAnInterval) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->hosts = {{{"DEFAULT_GROUP", "pay"}, hosts("10.0.0.2")}};
  desk->pass(10s);
  const auto log = desk->take_log();
  EXPECT_THAT(log, Contains("request SubscribeServiceRequest DEFAULT_GROUP cart off"));
  EXPECT_THAT(log, Contains("pending DEFAULT_GROUP/pay"));
  EXPECT_THAT(log, Contains("erase DEFAULT_GROUP/cart"));
  EXPECT_THAT(log, Contains("DEFAULT_GROUP/pay 10.0.0.2:80"));
}

TEST(NacosList, AnAnswerThatCannotBeReadErasesNothing) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->instead = [](const Payload& payload) {
    return std::string(payload.type == "ServiceListRequest" ? R"({"resultCode":200,"count":3})" : "");
  };
  desk->pass(60s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_GE(desk->counts.value("skipped", "malformed-answer"), 5U);
}

// A guard doubts the last list: what is under way does not count, the next one comes at once.
TEST(NacosList, IsReadAgainAtOnceWhenAskedTo) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->feed(event::ListAgain{});
  EXPECT_THAT(desk->take_news(), IsEmpty());
  desk->pass(1ms);
  EXPECT_THAT(desk->take_log(), Contains("listed again"));
  desk->pass(30s);
  EXPECT_THAT(desk->take_log(), testing::Not(Contains("listed again"))) << "once";
}

TEST(NacosList, AListThatWasUnderWayIsNoSecondRead) {
  auto desk = ready_desk();
  desk->answers = false;
  desk->pass(9s);  // the list is under way
  const auto list = static_cast<RequestId>(desk->sent.size());
  ASSERT_EQ(desk->sent.back().type, "ServiceListRequest");
  desk->feed(event::ListAgain{});
  desk->answers = true;
  desk->take_log();
  desk->feed(event::Reply{list, encode({"ServiceListResponse", R"({"resultCode":200,"count":0})", {}})});
  EXPECT_THAT(desk->take_log(), testing::Not(Contains("listed again")));
  desk->pass(1ms);
  EXPECT_THAT(desk->take_log(), Contains("listed again"));
}

// A list that was asked for before the fuzzy watch announced a service cannot know it.
TEST(NacosList, AnOlderListDoesNotEraseWhatWasAnnouncedSince) {
  auto desk = ready_desk();
  RequestId list = 0;
  desk->answers = false;
  desk->pass(9s);  // the list is under way
  for (const auto& payload : desk->sent) list += 1, static_cast<void>(payload);
  ASSERT_EQ(desk->sent.back().type, "ServiceListRequest");
  desk->answers = true;
  desk->change(kCart, "ADD_SERVICE");
  desk->feed(event::Reply{list, encode({"ServiceListResponse", R"({"resultCode":200,"count":0})", {}})});
  EXPECT_THAT(desk->take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "DEFAULT_GROUP/cart"));
}

// The same list again is not read, unless something else was heard of its group meanwhile.
TEST(NacosList, AnUnchangedListStillErasesWhatTheWatchAnnouncedInVain) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->pass(30s);
  desk->change({"DEFAULT_GROUP", "pay"}, "ADD_SERVICE");
  EXPECT_EQ(desk->world.size(), 2U);
  desk->pass(10s);
  EXPECT_THAT(desk->world, ElementsAre(testing::Key("DEFAULT_GROUP/cart")));
  desk->pass(30s);
  EXPECT_EQ(desk->world.size(), 1U);
}

TEST(NacosList, AnUnchangedListContradictsADelete_L5) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->pass(30s);
  desk->change(kCart, "DELETE_SERVICE");
  desk->pass(200s);
  EXPECT_EQ(desk->world.size(), 1U);
}

// ---- pushes
TEST(NacosPush, IsAcknowledgedBeforeItIsProcessed) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->push(kCart, hosts("10.0.0.2"), 1001);
  EXPECT_THAT(desk->take_log(),
              ElementsAre("send NotifySubscriberResponse", "DEFAULT_GROUP/cart 10.0.0.2:80", "alive"));
  EXPECT_THAT(desk->streamed.back().body, HasSubstr(R"("requestId":"p")"));
}

TEST(NacosPush, OlderIsDroppedEqualIsTaken_A10) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});  // read at 1000
  desk->push(kCart, hosts("10.0.0.2"), 2000);
  desk->push(kCart, hosts("10.0.0.3"), 1999);
  desk->push(kCart, hosts("10.0.0.4"), 2000);
  EXPECT_THAT(desk->take_news(),
              ElementsAre("DEFAULT_GROUP/cart 10.0.0.2:80", "DEFAULT_GROUP/cart 10.0.0.4:80"));
  EXPECT_EQ(desk->counts.value("skipped", "out-of-order"), 1U);
}

TEST(NacosPush, ClocksOfTwoServersAreNotCompared_A10) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->push(kCart, hosts("10.0.0.2"), 900000);
  desk->hosts[kCart] = hosts("10.0.0.5");
  desk->ref_time = 5;  // a server whose clock is behind
  desk->take_log();
  desk->break_connection();
  desk->pass(1s);
  EXPECT_THAT(desk->take_news(), Contains("DEFAULT_GROUP/cart 10.0.0.5:80"));
}

TEST(NacosPush, NullHostsKeepTheDataAndAreCounted_A9) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->push(kCart, "null", 2000);
  EXPECT_EQ(desk->streamed.back().type, "NotifySubscriberResponse");
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_EQ(desk->counts.value("skipped", "malformed-push"), 1U);
}

TEST(NacosPush, NullHostsInAnAnswerAreAskedForAgain_A9) {
  Desk desk;
  desk.hosts[kCart] = "null";
  desk.start();
  EXPECT_THAT(desk.take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "listed", "ready"));
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.pass(1s);
  EXPECT_THAT(desk.take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.1:80"));
}

TEST(NacosPush, AnAnswerAboutAnotherServiceIsNotTaken) {
  Desk desk;
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.instead = [&](const Payload& payload) {
    if (payload.type != "SubscribeServiceRequest") return std::string();
    return R"({"resultCode":200,"serviceInfo":)" + desk.service_info({"DEFAULT_GROUP", "pay"}, "[]", 1) + "}";
  };
  desk.start();
  desk.pass(5s);
  EXPECT_THAT(desk.take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "listed", "ready"));
  EXPECT_GE(desk.counts.value("skipped", "other-service"), 2U);
}

TEST(NacosPush, UnknownServicesAreCounted) {
  auto desk = ready_desk();
  desk->push(kCart, hosts("10.0.0.1"), 1);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_EQ(desk->counts.value("skipped", "unknown-service"), 1U);
}

TEST(NacosPush, ALostConnectionChangesNoData) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->reachable = false;
  desk->break_connection();
  desk->pass(1h);
  EXPECT_THAT(desk->take_news(), ElementsAre("lost: nacos-0:8848: cut"));
}

TEST(NacosPush, AnswersOfADroppedConnectionAreIgnored) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  const auto last = desk->sent.size();
  desk->break_connection();
  const auto info = desk->service_info(kCart, "[]", 9999);
  desk->feed(event::Reply{
      last, encode({"SubscribeServiceResponse", R"({"resultCode":200,"serviceInfo":)" + info + "}", {}})});
  desk->push(kCart, "[]", 9999);
  EXPECT_THAT(desk->take_news(), ElementsAre("lost: nacos-0:8848: cut"));
}

}  // namespace
}  // namespace signpost::nacos::test
