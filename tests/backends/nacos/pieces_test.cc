// Large lists and reconnects are dealt with in pieces: how much a step does, and that nobody can tell from
// outside.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

using testing::Each;
using testing::Le;

constexpr std::size_t kMost = 300;  // of anything in one step

ServiceName name_of(int number) { return {"DEFAULT_GROUP", "s" + std::to_string(10000 + number)}; }

/// Subscriptions are never answered, so that a step is one input.
struct LargeDesk : Desk {
  explicit LargeDesk(int services) {
    for (int i = 0; i < services; ++i) hosts[name_of(i)] = "[" + host("10.0.0.1", 80) + "]";
    fuzzy_watch = false;
    mute();
  }
  void mute() {
    instead = [](const Payload& payload) {
      return std::string(payload.type == "SubscribeServiceRequest" ? "silence" : "");
    };
  }
  /// Feeds the next Tick and returns how many lines of the log begin so.
  std::size_t step(const std::string& prefix) {
    take_log();
    now = std::max(now, session.deadline());
    feed(event::Tick{});
    return count_log(prefix);
  }
  /// Steps as long as there is more to do at once: what each of them did.
  std::vector<std::size_t> steps(const std::string& prefix) {
    std::vector<std::size_t> each;
    while (session.deadline() <= now) each.push_back(step(prefix));
    return each;
  }
  std::size_t walk() const {
    std::size_t count = 0;
    for (auto next = session.service_after({}); next; next = session.service_after(*next)) ++count;
    return count;
  }
};

std::size_t sum(const std::vector<std::size_t>& counts) {
  std::size_t all = 0;
  for (const auto count : counts) all += count;
  return all;
}

TEST(NacosPieces, AListIsNamedPieceByPiece) {
  LargeDesk desk(2000);
  desk.start();
  const auto first = desk.count_log("pending ");
  EXPECT_GT(first, 0U);
  EXPECT_LE(first, kMost);
  EXPECT_EQ(desk.count_log("listed"), 0U) << "not before the end of it";
  const auto rest = desk.steps("pending ");
  EXPECT_THAT(rest, Each(Le(kMost)));
  EXPECT_EQ(first + sum(rest), 2000U);
  EXPECT_GE(rest.size(), 5U);
  EXPECT_EQ(desk.world.size(), 2000U);
}

TEST(NacosPieces, WhatIsGoneIsGoneTogetherAndErasedPieceByPiece) {
  LargeDesk desk(2000);
  desk.start();
  desk.steps("");
  for (int i = 100; i < 2000; ++i) desk.hosts.erase(name_of(i));
  std::size_t erased = 0;
  ASSERT_TRUE(desk.until([&] { return (erased = desk.count_log("erase ")) > 0; }, 20s));
  EXPECT_LE(erased, kMost);
  EXPECT_EQ(desk.walk(), 100U) << "who walks over them now must not see a part of it";
  const auto rest = desk.steps("erase ");
  EXPECT_THAT(rest, Each(Le(kMost)));
  EXPECT_EQ(erased + sum(rest), 1900U);
  EXPECT_EQ(desk.walk(), 100U);
}

TEST(NacosPieces, WhatIsAnnouncedMeanwhileStays) {
  LargeDesk desk(2000);
  desk.start();
  desk.steps("");
  for (int i = 1; i < 2000; ++i) desk.hosts.erase(name_of(i));
  ASSERT_TRUE(desk.until([&] { return desk.count_log("erase ") > 0; }, 20s));
  int back = 1;  // one that is not erased yet, but decided upon
  while (!desk.world.contains("DEFAULT_GROUP/" + name_of(back).name)) ++back;
  desk.change(name_of(back), "ADD_SERVICE");
  EXPECT_EQ(desk.walk(), 2U);
  desk.steps("");
  EXPECT_EQ(desk.world.size(), 2U);
}

TEST(NacosPieces, AConnectionThatIsLostWhileAListIsReadErasesNothing) {
  LargeDesk desk(2000);
  desk.start();
  desk.steps("");
  std::map<ServiceName, std::string> others;
  for (int i = 3000; i < 5000; ++i) others[name_of(i)] = "[]";
  desk.hosts.swap(others);
  desk.take_log();
  ASSERT_TRUE(desk.until([&] { return desk.count_log("pending ") > 0; }, 20s));
  desk.reachable = false;
  desk.break_connection();
  desk.pass(1h);
  EXPECT_EQ(desk.count_log("erase "), 0U);
  desk.hosts.swap(others);
  desk.reachable = true;
  desk.pass(30s);
  EXPECT_EQ(desk.world.size(), 2000U) << "what the half list named is gone again";
}

TEST(NacosPieces, WhatWasDecidedStaysDecidedOverALostConnection) {
  LargeDesk desk(2000);
  desk.start();
  desk.steps("");
  for (int i = 100; i < 2000; ++i) desk.hosts.erase(name_of(i));
  ASSERT_TRUE(desk.until([&] { return desk.count_log("erase ") > 0; }, 20s));
  desk.break_connection();
  EXPECT_EQ(desk.walk(), 100U);
  desk.pass(20s);
  EXPECT_EQ(desk.world.size(), 100U);
  EXPECT_EQ(desk.walk(), 100U);
  EXPECT_EQ(desk.session.services(), 100U);
}

TEST(NacosPieces, AnUnchangedListIsStillKnownAsSuch) {
  LargeDesk desk(2000);
  desk.start();
  desk.steps("");
  desk.pass(9s);
  std::size_t ticks = 0;
  desk.take_log();
  while (desk.count_log("request ServiceListRequest") < 3 && ++ticks < 10000) {
    desk.now = std::max(desk.now, desk.session.deadline());
    desk.feed(event::Tick{});
    EXPECT_GT(desk.session.deadline(), desk.now) << "nothing to do at once";
  }
  EXPECT_LT(ticks, 10000U);
}

TEST(NacosPieces, AfterAReconnectAFewRequestsWaitNotAllAndAQueryFirst) {
  LargeDesk desk(2000);
  desk.instead = nullptr;
  desk.start();
  desk.pass(5s);
  ASSERT_EQ(desk.session.state(), Session::State::Ready);
  desk.break_connection();
  desk.feed(event::Want{{"orders", "last"}});
  desk.take_log();
  desk.sent.clear();
  desk.mute();
  ASSERT_TRUE(desk.until([&] { return desk.count_log("request SubscribeServiceRequest") > 0; }));
  const auto first = std::find_if(desk.sent.begin(), desk.sent.end(), [](const Payload& payload) {
    return payload.type == "SubscribeServiceRequest";
  });
  EXPECT_THAT(first->body, testing::HasSubstr(R"("serviceName":"last")"));
  desk.instead = nullptr;
  desk.pass(30s);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  std::set<std::string> bodies;
  for (const auto& payload : desk.sent) {
    if (payload.type == "SubscribeServiceRequest") bodies.insert(payload.body);
  }
  EXPECT_EQ(bodies.size(), 2001U) << "each of them";
}

}  // namespace
}  // namespace signpost::nacos::test
