// The protocol on virtual time: what the apiserver says, what is asked next and when. K1 to K13.
#include "tests/backends/kubernetes/reflector_fixture.h"

namespace signpost::kubernetes {
namespace {

TEST_F(ReflectorTest, ListsThenWatches) {
  start(10);
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_TRUE(reflector.in_contact());
  EXPECT_EQ(say(tests::event("ADDED", web(11))), HttpNext::Continue);
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  EXPECT_EQ(reflector.revision(), 11U);
  say(tests::event("DELETED", tests::service("cart", 12)));
  EXPECT_EQ(world(), Lines{kWeb});
}

TEST_F(ReflectorTest, ReadsAListInPages) {
  EXPECT_EQ(ask().target, kList);
  reply(200, tests::list(10, {tests::service("cart", 1)}, "a+/="));
  EXPECT_EQ(ask().target, kList + "&continue=a%2B%2F%3D");
  EXPECT_EQ(world(), Lines{});  // a part is never published
  reply(200, tests::list(10, {web(2)}));
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  EXPECT_TRUE(next_is_watch(10));
}

TEST_F(ReflectorTest, K1_ExpiredWatchListsNotOlderThanLast) {
  start(10);
  say(tests::event("ADDED", web(11)));
  EXPECT_EQ(say(tests::event("ERROR", tests::status(410, "Expired"))), HttpNext::Stop);
  end();
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  EXPECT_EQ(ask().target, not_older(11));
  EXPECT_LE(waited, 100ms);
  EXPECT_TRUE(reflector.in_contact());  // nothing is lost by it
  reply(200, tests::list(20, {web(11)}));
  EXPECT_EQ(world(), Lines{kWeb});
  EXPECT_TRUE(next_is_watch(20));
}

TEST_F(ReflectorTest, K1_ExpiredAtTheHeadAndAgainAtTheList) {
  start(10);
  end();
  EXPECT_TRUE(next_is_watch(10));
  reply(410, tests::status(410, "Expired"));
  EXPECT_EQ(ask().target, not_older(10));
  reply(410, tests::status(410, "Expired"));
  EXPECT_EQ(ask().target, kList);
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K1_AWatchThatExpiresAgainAndAgainBacksOff) {
  start(10);
  Duration sum{};
  for (int i = 0; i < 40; ++i) {
    say(tests::event("ERROR", tests::status(410, "Expired")));
    end();
    EXPECT_EQ(ask().target, not_older(10));
    sum += waited;
    reply(200, tests::list(10, {tests::service("cart", 1)}));
    watch(10);
  }
  EXPECT_GT(sum, 15s);  // 40 draws, nearly all of them from [0, 1.5 s]
}

TEST_F(ReflectorTest, K2_ExpiredContinueTokenStartsTheListAgain) {
  start(10);
  say(tests::event("ERROR", tests::status(410, "Expired")));
  end();
  ask();
  reply(200, tests::list(20, {web(15)}, "token"));
  EXPECT_EQ(ask().target, kList + "&continue=token");
  reply(410, tests::status(410, "Expired"));
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_EQ(ask().target, kList);  // whatever is newest
  reply(200, tests::list(30, {tests::service("last", 25)}));
  EXPECT_EQ(world(), Lines{"shop/last ip 10.96.0.1 http:80"});
}

TEST_F(ReflectorTest, K3_ServerBehindIsAskedLaterForWhatItHas) {
  start(10);
  say(tests::event("ERROR", tests::status(410, "Expired")));
  end();
  EXPECT_EQ(ask().target, not_older(10));
  reply(504, tests::status(
                 504, "Timeout",
                 R"("details":{"retryAfterSeconds":2,"causes":[{"reason":"ResourceVersionTooLarge"}]},)"));
  EXPECT_EQ(ask().target, kList);
  EXPECT_GE(waited, 2s);
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K4_ANormalEndResumesWithoutAList) {
  start(10);
  say(tests::event("ADDED", web(11)));
  now += 5min;
  say(tests::bookmark(50));
  end();
  EXPECT_TRUE(next_is_watch(50));
  EXPECT_LE(waited, 100ms);
  EXPECT_EQ(counts.value("relists", "expired"), 0U);
  EXPECT_TRUE(reflector.in_contact());
}

TEST_F(ReflectorTest, K5_WatchesThatEndAtOnceBackOff) {
  start(10);
  Duration sum{};
  for (int i = 0; i < 1000; ++i) {
    end();
    EXPECT_FALSE(reflector.in_contact());
    EXPECT_TRUE(next_is_watch(10));
    sum += waited;
    head(200);
  }
  EXPECT_GT(sum, 700s);  // 1,000 draws from [0, 1.5 s]: 750 s, standard error 14 s
  EXPECT_EQ(counts.value("resource_lists"), 1U);
}

TEST_F(ReflectorTest, K7_ASilentWatchIsReplacedOnAnotherConnection) {
  start(10);
  now += 100s;
  say(tests::bookmark(12));
  EXPECT_EQ(reflector.wake(), now + kSilence);
  now += kSilence;
  end("timed out");
  const auto request = ask();
  EXPECT_TRUE(request.fresh_connection);
  EXPECT_NE(request.target.find("resourceVersion=12&"), std::string::npos);
  EXPECT_EQ(counts.value("requests_failed", "silent"), 1U);
}

TEST_F(ReflectorTest, K8_InternalErrorsRetryTheWatchForAMinuteThenList) {
  start(10);
  const auto first = now;
  std::string target;
  do {
    say(tests::event("ERROR", tests::status(500, "InternalError")));
    end();
    target = ask().target;
    head(200);
  } while (target.find("watch=1") != std::string::npos && now < first + 1h);
  EXPECT_GE(now - first, 60s);
  EXPECT_LE(now - first, 65s);
  EXPECT_EQ(target, kList);
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K9_StorageErrorListsAtOnce) {
  start(10);
  say(tests::event("ERROR", tests::status(500, "StorageReadError")));
  end();
  EXPECT_EQ(ask().target, kList);
  reply(200, tests::list(20, {web(15)}));
  EXPECT_EQ(world(), Lines{kWeb});
}

TEST_F(ReflectorTest, K10_ABookmarkMovesTheVersionAndNothingElse) {
  start(10);
  sink.take();
  say(tests::bookmark(42));
  EXPECT_EQ(reflector.revision(), 42U);
  say(tests::bookmark(41));
  EXPECT_EQ(reflector.revision(), 42U);
  EXPECT_EQ(sink.take(), Lines{});
}

TEST_F(ReflectorTest, K11_TooManyRequestsWaitsAsToldAndKeepsItsPlace) {
  start(10);
  end();
  EXPECT_TRUE(next_is_watch(10));
  reply(429, tests::status(429, "TooManyRequests"), "7");
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_GE(waited, 7s);
  EXPECT_LE(waited, 7700ms);
  reply(429, "", "3600");
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_GE(waited, 60s);
  EXPECT_LE(waited, 66s);
  EXPECT_EQ(counts.value("resource_lists"), 1U);
}

TEST_F(ReflectorTest, K11_ADelayedPageIsAskedAgainWithItsToken) {
  ask();
  reply(200, tests::list(10, {tests::service("cart", 1)}, "token"));
  ask();
  reply(429, "", "1");
  EXPECT_EQ(ask().target, kList + "&continue=token");
  reply(200, tests::list(10, {web(2)}));
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
}

TEST_F(ReflectorTest, K12_ErrorPagesAreBrokenStreams) {
  start(10);
  end();
  for (const int status : {500, 502, 503, 504, 302}) {
    EXPECT_TRUE(next_is_watch(10)) << status;
    head(status, "text/html");
    say("<html>Bad Gateway</html>");
    end();
    EXPECT_FALSE(reflector.in_contact());
    EXPECT_EQ(reflector.trouble(), "HTTP " + std::to_string(status));  // K31: 302 is one of them
  }
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_EQ(head(200, "text/html"), HttpNext::Stop);
  end();
  EXPECT_EQ(reflector.trouble(), "answered with text/html");
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K12_GarbageAfterAGoodEventKeepsTheEvent) {
  start(10);
  EXPECT_EQ(say(tests::event("ADDED", web(11)) + "garbage\n"), HttpNext::Stop);
  end();
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  EXPECT_TRUE(next_is_watch(11));
}

TEST_F(ReflectorTest, K12_AListThatIsNoListIsAskedAgain) {
  for (const std::string body :
       {"<html>", "{}", "{\"metadata\":{},\"items\":[]}", "[]", "{\"items\":[{}", ""}) {
    EXPECT_EQ(ask().target, kList);
    head(200);
    say(body);
    end();
    EXPECT_FALSE(reflector.in_contact()) << body;
  }
  start(10);
}

TEST_F(ReflectorTest, K13_ConnectionTroubleWatchesAgainWithBackOff) {
  start(10);
  end("connection reset");
  Duration most{};
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(next_is_watch(10));
    most = std::max(most, waited);
    end("connection refused");
  }
  EXPECT_LE(most, 1500ms);
  EXPECT_GT(most, 1200ms);
  EXPECT_EQ(reflector.trouble(), "connection refused");
  watch(10);
  EXPECT_TRUE(reflector.in_contact());
}

}  // namespace
}  // namespace signpost::kubernetes
