// What is read over HTTP v1 beside the turn of each: hints, and what the configuration chooses.
#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/poll_desk.h"

namespace signpost::nacos::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Desk = PollDesk;

TEST(PollSession, A15_AHintIsAReadingAndNothingElse) {
  Desk desk;
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  desk.pass(2s);
  desk.take();
  desk.asked.clear();
  desk.feed(event::Hinted{{"DEFAULT_GROUP", "cart"}});
  desk.pass(0s);
  EXPECT_THAT(desk.asked, SizeIs(1));
  EXPECT_THAT(desk.take(), ElementsAre("cart 10.0.0.1")) << "what was read, as ever";
  desk.asked.clear();
  for (const auto& stranger : {ServiceName{"DEFAULT_GROUP", "nobody"}, ServiceName{"other", "cart"}}) {
    desk.feed(event::Hinted{stranger});
  }
  desk.pass(900ms);
  EXPECT_THAT(desk.asked, IsEmpty());
  EXPECT_THAT(desk.take(), IsEmpty());
}

TEST(PollSession, A15_HintsAreBounded) {
  Desk desk;
  for (int i = 0; i < 500; ++i) desk.hosts["s" + std::to_string(i)] = one("10.0.0.1");
  desk.cache_millis = 60000;
  desk.feed(event::Start{});
  desk.pass(2s);
  const auto count_reads = [&] {
    return std::count_if(desk.asked.begin(), desk.asked.end(),
                         [](const auto& each) { return !Desk::is_list(each); });
  };
  desk.asked.clear();
  for (int i = 0; i < 500; ++i) desk.feed(event::Hinted{{"DEFAULT_GROUP", "s" + std::to_string(i)}});
  desk.pass(900ms);
  EXPECT_GE(count_reads(), 50);
  EXPECT_LE(count_reads(), 50 + 500 / 54 + 10) << "those that were due beside";
  desk.pass(5s);
  desk.asked.clear();
  for (int i = 0; i < 100; ++i) {  // ten seconds of shouting about one
    desk.feed(event::Hinted{{"DEFAULT_GROUP", "s7"}});
    desk.pass(100ms);
  }
  const auto of_one = std::count_if(desk.asked.begin(), desk.asked.end(), [](const auto& each) {
    return each.target.find("%40%40s7&") != std::string::npos;
  });
  EXPECT_GE(of_one, 8);
  EXPECT_LE(of_one, 11);
}

TEST(PollSession, A15_AHintDuringAReadingIsFollowedByAnother) {
  Desk desk;
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  desk.pass(2s);
  desk.silent = true;
  desk.feed(event::Hinted{{"DEFAULT_GROUP", "cart"}});
  desk.pass(0s);
  const auto reading = desk.asked.back();
  auto answer = desk.answer(reading);  // as it was before the change
  desk.hosts["cart"] = one("10.0.0.2");
  desk.feed(event::Hinted{{"DEFAULT_GROUP", "cart"}});
  desk.silent = false;
  desk.feed(std::move(answer));
  desk.take();
  desk.pass(1s);
  EXPECT_THAT(desk.take(), ElementsAre("cart 10.0.0.2"));
}

TEST(PollSession, ChoosesAsTheConfigurationSays) {
  auto options = Desk::options(1);
  options.choice = {{"c*", "p*"}, {"*-internal"}, {"pay", "other/there", "other/gone", "cart-internal"}};
  Desk desk(options);
  desk.hosts = {{"cart", one("10.0.0.1")},
                {"cart-internal", one("10.0.0.2")},
                {"there", one("10.0.0.3")},
                {"xyz", one("10.0.0.4")}};
  desk.feed(event::Start{});
  EXPECT_THAT(desk.take(), testing::UnorderedElementsAre(
                               "pay pending", "there pending", "gone pending", "cart pending", "listed",
                               "there 10.0.0.3", "cart 10.0.0.1", "erase pay", "erase gone", "ready"));
  desk.feed(event::Want{{"DEFAULT_GROUP", "my-internal"}});
  EXPECT_THAT(desk.take(), ElementsAre("my-internal is not there"));
  desk.pass(60s);
  EXPECT_THAT(desk.take(), testing::Not(testing::Contains(HasSubstr("gone"))));
  desk.hosts["gone"] = one("10.0.0.5");  // what is configured is asked for on and on
  desk.pass(11s);
  EXPECT_THAT(desk.take(), testing::Contains("gone 10.0.0.5"));
  for (const auto& each : desk.counts.all()) {
    if (each.name == "skipped" && each.reason == "denied") {
      EXPECT_EQ(each.value, 1U);
    }
  }
}

TEST(PollSession, WhatAQueryMadeUpIsNotCounted) {
  auto options = Desk::options(1);
  options.choice.allow = {"orders/pay"};
  Desk desk(options);
  desk.hosts = {{"cart", one("10.0.0.1")}};
  desk.feed(event::Start{});
  desk.pass(2s);
  desk.take();
  for (int i = 0; i < 10000; ++i) desk.feed(event::Want{{"orders", "x" + std::to_string(i)}});
  EXPECT_THAT(desk.take(), SizeIs(10000));
  EXPECT_EQ(desk.counts.value("skipped", "not-allowed"), 1U) << "the one that the list names";
}

// A server that was away may have restarted: that it has nothing yet is no word (L14).
TEST(PollSession, L14_AfterALossAnEmptyFirstAnswerIsNoWord) {
  Desk desk;
  desk.feed(event::Start{});
  desk.pass(2s);
  desk.instead = [](const action::Fetch&) { return event::Fetched{0, 503, "DOWN", {}}; };
  desk.pass(11s);
  desk.instead = nullptr;
  desk.pass(6s);
  ASSERT_TRUE(desk.session.ready());
  desk.take();
  for (const auto* each : {"pay", "new"}) desk.feed(event::Want{{"orders", each}});
  desk.pass(1s);
  desk.feed(event::Want{{"orders", "pay"}});
  EXPECT_THAT(desk.take(), IsEmpty());
  desk.hosts["new"] = one("10.0.0.1");
  desk.pass(11s);
  EXPECT_THAT(desk.take(), testing::IsSupersetOf({"new 10.0.0.1", "new is there"}));
  desk.pass(30s);
  EXPECT_THAT(desk.take(), testing::Contains("pay is not there"));
}

}  // namespace
}  // namespace signpost::nacos::test
