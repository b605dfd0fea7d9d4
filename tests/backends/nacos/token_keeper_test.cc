// When to log in, and where: on virtual time. Rules: Nacos facts 4.6, A13.
#include "backends/nacos/token_keeper.h"

#include <gtest/gtest.h>

namespace signpost::nacos {
namespace {

using namespace std::chrono_literals;

constexpr auto kGood = R"({"accessToken":"t1","tokenTtl":1000,"globalAdmin":false})";
constexpr auto kNew = "/nacos/v3/auth/user/login", kOld = "/nacos/v1/auth/users/login";

struct Keeper : testing::Test {
  follow::Counts counts;
  TokenKeeper keeper{{{"a", 8848}, {"b", 8848}}, Random(1), counts};
  Monotonic now{1h};
};

TEST_F(Keeper, RefreshesAtEightyPercent_A13) {
  ASSERT_TRUE(keeper.next(now));
  EXPECT_FALSE(keeper.next(now)) << "one at a time";
  ASSERT_TRUE(keeper.answered(200, kGood, now));
  EXPECT_EQ(keeper.token(), "t1");
  EXPECT_EQ(keeper.deadline(), now + 800s);
  EXPECT_FALSE(keeper.next(now + 799s));
  EXPECT_TRUE(keeper.next(now + 800s));
  keeper.failed("down", now + 800s);
  EXPECT_EQ(keeper.token(), "t1") << "the old one still holds";
}

TEST_F(Keeper, WaitsForServersAndTakesTheirNewList) {
  TokenKeeper none{{}, Random(1), counts};
  EXPECT_FALSE(none.next(now));
  EXPECT_EQ(none.deadline(), Monotonic::max());
  none.replace_servers({{"c", 8848}});
  const auto attempt = none.next(now);
  ASSERT_TRUE(attempt);
  EXPECT_EQ(attempt->server.host, "c");
  none.replace_servers({{"d", 8848}});
  none.failed("down", now);
  EXPECT_EQ(none.trouble(), "c:8848: down") << "what was asked is named";
  EXPECT_EQ(none.next(none.deadline())->server.host, "d");
}

TEST_F(Keeper, TriesTheOldPathWhereTheNewOneIsMissing) {
  for (const int status : {404, 501}) {
    TokenKeeper each{{{"a", 8848}, {"b", 8848}}, Random(1), counts};
    const auto first = each.next(now);
    EXPECT_EQ(first->path, kNew);
    EXPECT_FALSE(each.answered(status, "", now));
    const auto second = each.next(now);
    ASSERT_TRUE(second) << "at once";
    EXPECT_EQ(second->path, kOld);
    EXPECT_EQ(second->server, first->server);
    EXPECT_TRUE(each.answered(200, kGood, now));
    EXPECT_EQ(each.next(now + 800s)->path, kOld) << "it is remembered";
  }
}

TEST_F(Keeper, FailuresGoRoundTheServersMoreAndMoreSlowly) {
  std::string last;
  int attempts = 0;
  for (const auto end = now + 600s; now < end; now = keeper.deadline()) {
    const auto attempt = keeper.next(now);
    if (!attempt) continue;
    EXPECT_NE(attempt->server.host, last);
    last = attempt->server.host;
    EXPECT_FALSE(keeper.answered(403, "unknown user!", now));
    EXPECT_NE(keeper.trouble().find("HTTP 403"), std::string::npos);
    ++attempts;
  }
  EXPECT_LE(attempts, 60) << "a wrong password is not tried all the time";
  EXPECT_EQ(counts.value("logins_failed"), static_cast<std::uint64_t>(attempts));
}

TEST_F(Keeper, AnswersThatMakeNoSenseAreFailures) {
  for (const auto* body :
       {"", "[]", "{", R"({"tokenTtl":5})", R"({"accessToken":""})", R"({"accessToken":{}})"}) {
    now = keeper.deadline();
    ASSERT_TRUE(keeper.next(now)) << body;
    EXPECT_FALSE(keeper.answered(200, body, now)) << body;
  }
  now = keeper.deadline();
  ASSERT_TRUE(keeper.next(now));
  EXPECT_TRUE(keeper.answered(200, R"({"accessToken":"x"})", now));
  EXPECT_EQ(keeper.deadline(), now + 14400s) << "80 % of the default of 18000 s";
}

TEST_F(Keeper, ARefusedTokenIsRenewedAtOnceButOnlyTheCurrentOne_A13) {
  ASSERT_TRUE(keeper.next(now));
  ASSERT_TRUE(keeper.answered(200, kGood, now));
  keeper.refused("older", now + 1s);
  EXPECT_FALSE(keeper.next(now + 1s));
  keeper.refused("t1", now + 1s);
  EXPECT_TRUE(keeper.next(now + 1s));
}

}  // namespace
}  // namespace signpost::nacos
