// The fuzzy watch: what it tells, its limits, and the way back. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kElsewhere{"other", "cart"};

TEST(NacosWatch, CoversTheNamespaceAndFindsOtherGroups) {
  auto desk = ready_desk({{kElsewhere, hosts("10.0.0.2")}});
  EXPECT_THAT(desk->sent[2].body, HasSubstr(R"("groupKeyPattern":"public>>*>>*")"));
  EXPECT_THAT(desk->sent[2].body, HasSubstr(R"("initializing":true)"));
  desk->change(kElsewhere, "ADD_SERVICE");
  EXPECT_THAT(desk->take_news(), ElementsAre("pending other/cart", "other/cart 10.0.0.2:80"));
  desk->pass(120s);
  EXPECT_THAT(desk->take_news(), IsEmpty()) << "the list of another group says nothing about it";
}

TEST(NacosWatch, EveryNoticeIsAcknowledged) {
  auto desk = ready_desk();
  desk->change(kCart, "ADD_SERVICE");
  EXPECT_EQ(desk->streamed.back().type, "NamingFuzzyWatchChangeNotifyResponse");
  EXPECT_THAT(desk->streamed.back().body, HasSubstr(R"("requestId":"c")"));
}

TEST(NacosWatch, DeleteAloneErasesAfterSixtySeconds_L5) {
  auto desk = ready_desk({{kElsewhere, hosts("10.0.0.2")}});
  desk->change(kElsewhere, "ADD_SERVICE");
  desk->take_log();
  desk->change(kElsewhere, "DELETE_SERVICE");
  desk->pass(59s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
  desk->pass(1s);
  EXPECT_THAT(desk->take_news(), ElementsAre("erase other/cart"));
}

TEST(NacosWatch, AServiceThatComesBackIsNotErased) {
  auto desk = ready_desk({{kElsewhere, hosts("10.0.0.2")}});
  desk->change(kElsewhere, "ADD_SERVICE");
  desk->change(kElsewhere, "DELETE_SERVICE");
  desk->pass(30s);
  desk->change(kElsewhere, "ADD_SERVICE");
  desk->take_log();
  desk->pass(120s);
  EXPECT_THAT(desk->take_news(), IsEmpty());
}

TEST(NacosWatch, TheListDecidesWhereItIsRead_L5) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->change(kCart, "DELETE_SERVICE");
  desk->pass(66s);  // so long the list keeps an emptied name
  EXPECT_THAT(desk->take_news(), IsEmpty());
  desk->hosts.clear();
  desk->pass(10s);
  EXPECT_EQ(desk->take_news().back(), "erase DEFAULT_GROUP/cart");
}

TEST(NacosWatch, DeleteIsBelievedWhenTheListsFail_L5) {
  auto desk = ready_desk({{kCart, hosts("10.0.0.1")}});
  desk->instead = [](const Payload& payload) {
    return std::string(payload.type == "ServiceListRequest" ? R"({"resultCode":500,"success":false})" : "");
  };
  desk->change(kCart, "DELETE_SERVICE");
  desk->pass(60s);
  EXPECT_THAT(desk->take_news(), ElementsAre("erase DEFAULT_GROUP/cart"));
}

TEST(NacosWatch, AfterAReconnectTheNewWatchSaysWhatIsGone) {
  auto desk = ready_desk({{kElsewhere, hosts("10.0.0.2")}});
  desk->change(kElsewhere, "ADD_SERVICE");
  desk->take_log();
  desk->break_connection();
  desk->pass(50s);
  EXPECT_THAT(desk->take_news(), testing::Not(Contains("erase other/cart")));
  desk->pass(15s);
  EXPECT_THAT(desk->take_news(), ElementsAre("erase other/cart"));
}

TEST(NacosWatch, OtherNamespacesAreDropped_A20) {
  auto desk = ready_desk();
  desk->change(kCart, "ADD_SERVICE", "staging");
  EXPECT_THAT(desk->take_news(), IsEmpty());
  EXPECT_EQ(desk->counts.value("skipped", "other-namespace"), 1U);
}

TEST(NacosWatch, ABatchNamesMany) {
  auto desk = ready_desk();
  desk->say(
      "NamingFuzzyWatchSyncRequest",
      R"({"syncType":"FUZZY_WATCH_INIT_NOTIFY","contexts":[{"serviceKey":"public@@g@@a:b.c/d","changedType":
               "ADD_SERVICE"},{"serviceKey":"nonsense","changedType":"ADD_SERVICE"},{"serviceKey":"public@@g@@x"},7]})");
  EXPECT_THAT(desk->take_news(), ElementsAre("pending g/a:b.c/d", "g/a:b.c/d"));
  EXPECT_EQ(desk->counts.value("skipped", "malformed-key"), 3U);
}

TEST(NacosWatch, TheFirstSyncIsWaitedForButNotForEver) {
  Desk desk;
  desk.finishes_sync = false;
  desk.start();
  desk.pass(9s);
  EXPECT_THAT(desk.take_news(), IsEmpty());
  desk.pass(1s);
  EXPECT_THAT(desk.take_news(), ElementsAre("listed", "ready"));
}

TEST(NacosWatch, AtTheLimitOfServicesTheListsGoOn_L4) {
  Desk desk;
  desk.watch_code = 50311;
  desk.hosts[kCart] = hosts("10.0.0.1");
  desk.start();
  EXPECT_EQ(desk.counts.value("watch_fallbacks", "match-limit"), 1U);
  EXPECT_EQ(desk.count_log("note nacos.watch_fallback"), 1U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  desk.change(kElsewhere, "ADD_SERVICE");  // what it still tells is taken
  EXPECT_THAT(desk.take_news(), Contains("pending other/cart"));
}

// L6: our own dead connection counts for about 31 s.
TEST(NacosWatch, OurOwnGhostIsWaitedOutBeforeFallingBack_L6) {
  Desk desk;
  desk.watch_code = 50310;
  desk.finishes_sync = false;
  desk.start();
  desk.pass(31s);
  EXPECT_EQ(desk.counts.value("watch_fallbacks", "pattern-limit"), 0U);
  EXPECT_GE(desk.count_log("request NamingFuzzyWatchRequest"), 6U);
  desk.watch_code = 0;
  desk.pass(5s);
  desk.take_log();
  desk.pass(60s);
  EXPECT_EQ(desk.count_log("request NamingFuzzyWatchRequest"), 0U) << "it holds now";
  EXPECT_EQ(desk.counts.value("watch_fallbacks", "pattern-limit"), 0U);
}

TEST(NacosWatch, APatternLimitThatStaysIsAFallback_L6) {
  Desk desk;
  desk.watch_code = 50310;
  desk.finishes_sync = false;
  desk.start();
  desk.pass(45s);
  EXPECT_EQ(desk.counts.value("watch_fallbacks", "pattern-limit"), 1U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
}

TEST(NacosWatch, HeldKeysAreComparedEveryThreeMinutes) {
  auto desk = ready_desk({{kElsewhere, hosts("10.0.0.2")}});
  desk->change(kElsewhere, "ADD_SERVICE");
  desk->pass(180s);
  std::string last;
  for (const auto& payload : desk->sent) {
    if (payload.type == "NamingFuzzyWatchRequest") last = payload.body;
  }
  EXPECT_THAT(last, HasSubstr(R"("initializing":false)"));
  EXPECT_THAT(last, HasSubstr(R"("receivedGroupKeys":["public@@other@@cart"])"));
}

// ---- at the limit of services: patterns for groups and prefixes (50311, L4)

/// Lists know DEFAULT_GROUP, of which each letter has `each` services; AAA has two, and no list.
std::unique_ptr<Desk> limited_desk(const std::string& letters, int each, std::size_t limit) {
  auto desk = std::make_unique<Desk>();
  desk->watch_limit = limit;
  for (const auto* name : {"one", "two"}) desk->hosts[{"AAA", name}] = hosts("10.0.1.1");
  for (const char letter : letters) {
    for (int i = 0; i < each; ++i) {
      desk->hosts[{"DEFAULT_GROUP", letter + std::to_string(i)}] = hosts("10.0.0.1");
    }
  }
  desk->start();
  desk->pass(1s);
  return desk;
}

TEST(NacosWatchLimit, GroupsAndPrefixesTakeOver_L4) {
  const auto desk = limited_desk("xyz", 4, 6);
  EXPECT_THAT(desk->watches,
              ElementsAre("*/*", "AAA/*", "DEFAULT_GROUP/x*", "DEFAULT_GROUP/y*", "DEFAULT_GROUP/z*"));
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  EXPECT_EQ(desk->world.size(), 14U);
  EXPECT_EQ(desk->counts.value("watch_fallbacks", "match-limit"), 1U);
  desk->take_log();
  desk->pass(150s);
  EXPECT_EQ(desk->watches.size(), 5U);
  EXPECT_EQ(desk->count_log("note "), 0U) << "nothing changes, nothing is said";
}

TEST(NacosWatchLimit, AGroupTooLargeForThePatternsIsListed) {
  const auto desk = limited_desk("abcdefghijklm", 4, 6);
  EXPECT_THAT(desk->watches, ElementsAre("*/*", "AAA/*"));
  EXPECT_EQ(desk->world.size(), 54U);
}

TEST(NacosWatchLimit, APatternThatGrowsOverItIsSplit) {
  const auto desk = limited_desk("xy", 4, 6);
  ASSERT_THAT(desk->watches, Contains("DEFAULT_GROUP/x*"));
  for (int i = 4; i < 8; ++i) desk->hosts[{"DEFAULT_GROUP", "x" + std::to_string(i)}] = hosts("10.0.0.1");
  desk->pass(200s);  // a pattern that works is compared every 3 min
  EXPECT_THAT(desk->watches, testing::Not(Contains("DEFAULT_GROUP/x*")));
  EXPECT_THAT(desk->watches, Contains("DEFAULT_GROUP/x7*"));
  EXPECT_THAT(desk->watches, Contains("DEFAULT_GROUP/y*")) << "what works stays";
}

TEST(NacosWatchLimit, WhenTheServerAllowsOnePatternIsEnoughAgain) {
  const auto desk = limited_desk("xyz", 4, 6);
  for (const char letter : {'y', 'z'}) {
    for (int i = 0; i < 4; ++i) desk->hosts.erase({"DEFAULT_GROUP", letter + std::to_string(i)});
  }
  desk->hosts.erase({"AAA", "two"});  // and nobody said so: five are left
  desk->pass(61s);
  EXPECT_THAT(desk->watches, ElementsAre("*/*"));
  EXPECT_EQ(desk->count_log("note nacos.watch_restored"), 1U);
  desk->pass(61s);
  EXPECT_FALSE(desk->world.contains("AAA/two")) << "the whole does not name it";
  EXPECT_TRUE(desk->world.contains("AAA/one"));
  EXPECT_EQ(desk->world.size(), 5U);
}

TEST(NacosWatchLimit, IsSeenAgainWhenItComesBack) {
  const auto desk = limited_desk("x", 4, 20);
  EXPECT_THAT(desk->watches, ElementsAre("*/*"));
  desk->watch_limit = 5;
  desk->pass(180s);
  EXPECT_THAT(desk->watches, ElementsAre("*/*", "AAA/*", "DEFAULT_GROUP/*"));
  EXPECT_EQ(desk->counts.value("watch_fallbacks", "match-limit"), 1U);
  desk->watch_limit = 20;
  desk->pass(61s);
  desk->watch_limit = 5;
  desk->pass(181s);
  EXPECT_EQ(desk->counts.value("watch_fallbacks", "match-limit"), 2U);
}

// The server's set stopped growing: what is not in it may well be there.
TEST(NacosWatchLimit, AComparisonAtTheLimitErasesNothing_L4) {
  const auto desk = limited_desk("xyz", 4, 6);
  const auto compare = [&](const std::string& pattern) {
    desk->say("NamingFuzzyWatchSyncRequest",
              R"({"requestId":"d","syncType":"FUZZY_WATCH_DIFF_SYNC_NOTIFY","groupKeyPattern":")" + pattern +
                  R"(","contexts":[{"serviceKey":"public@@AAA@@one","changedType":"DELETE_SERVICE"}]})");
  };
  compare("public>>*>>*");
  compare("public>>BBB>>*");  // never ours
  desk->pass(61s);
  EXPECT_TRUE(desk->world.contains("AAA/one"));
  compare("public>>AAA>>*");
  desk->pass(61s);
  EXPECT_FALSE(desk->world.contains("AAA/one")) << "this pattern knows all of its group";
}

TEST(NacosWatchLimit, ADeleteIsBelievedThoughThePatternIsAtItsLimit_L5) {
  const auto desk = limited_desk("xyz", 4, 6);
  desk->change({"AAA", "one"}, "DELETE_SERVICE");
  desk->pass(60s);
  EXPECT_FALSE(desk->world.contains("AAA/one"));
}

// ---- at the limit of patterns (50310, L6)
TEST(NacosWatchLimit, WithoutRoomForAllPatternsSomeAreWatched_L6) {
  auto desk = limited_desk("xyz", 4, 6);
  desk->pattern_limit = 3;
  desk->break_connection();
  desk->pass(2s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready) << "nobody waits for the others";
  desk->pass(38s);  // so long it may be our own dead connection
  EXPECT_THAT(desk->watches, ElementsAre("*/*", "AAA/*"));
  desk->pattern_limit = 20;
  desk->pass(62s);
  EXPECT_EQ(desk->watches.size(), 5U) << "and when there is room again";
}

// A group that is new, and first in the order, does not drive out what another pattern watches.
TEST(NacosWatchLimit, WhatIsRefusedDrivesOutNothingThatIsHeld_L6) {
  auto desk = limited_desk("xyz", 4, 6);
  desk->pattern_limit = 2;
  desk->break_connection();
  desk->pass(40s);
  ASSERT_THAT(desk->watches, ElementsAre("*/*", "AAA/*"));
  const ServiceName first{"AA0", "one"};
  desk->hosts[first] = hosts("10.0.2.1");
  desk->change(first, "ADD_SERVICE");
  for (int i = 0; i < 30; ++i) {
    desk->pass(10s);
    ASSERT_THAT(desk->watches, ElementsAre("*/*", "AAA/*")) << i;
  }
}

TEST(NacosWatchLimit, TheFallbackEndsWhenTheServerHasRoom_L6) {
  Desk desk;
  desk.watch_code = 50310;
  desk.start();
  desk.pass(45s);
  ASSERT_EQ(desk.counts.value("watch_fallbacks", "pattern-limit"), 1U);
  desk.pass(10min);
  EXPECT_EQ(desk.counts.value("watch_fallbacks", "pattern-limit"), 1U) << "told once";
  EXPECT_LE(desk.count_log("request NamingFuzzyWatchRequest"), 20U) << "asked once a minute";
  desk.watch_code = 0;
  desk.pass(61s);
  EXPECT_EQ(desk.count_log("note nacos.watch_restored"), 1U);
  desk.change(kElsewhere, "ADD_SERVICE");
  EXPECT_THAT(desk.take_news(), Contains("pending other/cart"));
}

}  // namespace
}  // namespace signpost::nacos::test
