// The protocol on virtual time: what the apiserver says, what is asked next and when.
#include "backends/kubernetes/reflector.h"

#include <gtest/gtest.h>

#include "backends/kubernetes/cluster.h"
#include "tests/backends/kubernetes/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono_literals;
using follow::HttpHead;
using follow::HttpNext;
using Lines = std::vector<std::string>;

constexpr auto kSilence = 135s;
const std::string kList = "/api/v1/services?limit=500";

/// A reflector of Services whose slices are an empty list, and the world that the sink sees.
class ReflectorTest : public testing::Test {
 protected:
  ReflectorTest() {
    cluster.begin_list(Resource::Endpoints);
    cluster.end_list(Resource::Endpoints);
  }
  /// Waits as long as the reflector wants and returns what it asks then.
  ApiRequest ask() {
    const auto start = now;
    auto request = reflector.next(now);
    while (!request) {
      EXPECT_LT(reflector.wake() - start, 1h);
      now = reflector.wake();
      request = reflector.next(now);
    }
    waited = now - start;
    return *request;
  }
  HttpNext head(int status, std::string type = "application/json", std::string retry_after = "") {
    return reflector.head(HttpHead{status, std::move(type), std::move(retry_after)}, now);
  }
  HttpNext say(std::string_view text) {
    const auto next = reflector.body(text, now);
    settle();
    return next;
  }
  void end(std::string_view trouble = "") {
    reflector.end(trouble, now);
    settle();
  }
  void settle() {
    while (cluster.step(sink, 1000)) {
    }
  }
  void reply(int status, std::string_view body, std::string retry_after = "") {
    head(status, "application/json", std::move(retry_after));
    say(body);
    end();
  }
  /// A list of one service at that version, and the watch begun.
  void start(int revision = 10) {
    EXPECT_EQ(ask().target, kList);
    reply(200, tests::list(revision, {tests::service("cart", 1)}));
    watch(revision);
  }
  /// The next request must be a watch from there; its head comes.
  void watch(int revision) {
    const auto target = ask().target;
    EXPECT_TRUE(target.starts_with("/api/v1/services?watch=1&allowWatchBookmarks=true&resourceVersion=" +
                                   std::to_string(revision) + "&timeoutSeconds="))
        << target;
    head(200);
  }
  bool next_is_watch(int revision) {
    return ask().target.find("watch=1&allowWatchBookmarks=true&resourceVersion=" + std::to_string(revision) +
                             "&") != std::string::npos;
  }
  std::string not_older(int revision) {
    return kList + "&resourceVersion=" + std::to_string(revision) + "&resourceVersionMatch=NotOlderThan";
  }
  Lines world() const { return sink.services(); }

  Words words;
  follow::Counts counts;
  Cluster cluster{"kube"};
  tests::RecordingSink sink;
  Reflector reflector{Resource::Services, kSilence, cluster, words, counts, Random(7)};
  Monotonic now{1000s};
  Duration waited{};
};

const std::string kCart = "shop/cart ip 10.96.0.1 http:80";
const std::string kWeb = "shop/web ip 10.96.0.2 http:80";
std::string web(int revision) { return tests::service("web", revision, "10.96.0.2"); }

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
  EXPECT_EQ(counts.value("lists"), 1U);
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
  EXPECT_EQ(counts.value("lists"), 1U);
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

TEST_F(ReflectorTest, K15_UnauthorisedReadsTheTokenAgainOnceAtOnce) {
  start(10);
  end();
  EXPECT_TRUE(next_is_watch(10));
  reply(401, tests::status(401, "Unauthorized"));
  auto again = ask();
  EXPECT_TRUE(again.fresh_token);
  EXPECT_EQ(waited, 0s);
  reply(401, tests::status(401, "Unauthorized"));
  Duration sum{};
  for (int i = 0; i < 20; ++i) {
    again = ask();
    EXPECT_TRUE(again.fresh_token);
    sum += waited;
    reply(401, tests::status(401, "Unauthorized"));
  }
  EXPECT_GT(sum, 5s);
  EXPECT_EQ(reflector.trouble(), "HTTP 401: said so");
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K17_ForbiddenIsQuickForThirtySecondsThenSlow) {
  start(10);
  end();
  EXPECT_TRUE(next_is_watch(10));
  const auto first = now;
  while (now - first < 30s) {
    reply(403, tests::status(403, "Forbidden"));
    EXPECT_TRUE(next_is_watch(10));
    EXPECT_LE(waited, 1500ms);
  }
  reply(403, tests::status(403, "Forbidden"));
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_GE(waited, 54s);
  EXPECT_LE(waited, 60s);
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K20_AnOlderListIsRefused) {
  start(100);
  say(tests::event("ERROR", tests::status(410, "Expired")));
  end();
  ask();
  reply(200, tests::list(90, {web(80)}));
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_FALSE(reflector.in_contact());
  const auto request = ask();
  EXPECT_TRUE(request.fresh_connection);
  EXPECT_EQ(request.target, kList);
  EXPECT_GE(waited, 5s);
  reply(200, tests::list(110, {web(105)}));
  EXPECT_EQ(world(), Lines{kWeb});
  EXPECT_EQ(counts.value("older_lists", "rejected"), 1U);
}

TEST_F(ReflectorTest, K20_AnOlderEventIsRefused) {
  start(100);
  say(tests::event("MODIFIED", tests::service("cart", 99, "10.96.9.9")));
  say(tests::event("DELETED", tests::service("cart", 100)));
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_EQ(counts.value("old_events"), 2U);
  EXPECT_EQ(reflector.revision(), 100U);
}

TEST_F(ReflectorTest, K21_AfterAMinuteARegistryThatWentBackIsBelieved) {
  start(100);
  say(tests::event("ERROR", tests::status(410, "Expired")));
  end();
  const auto first = now;
  while (world() == Lines{kCart} && now - first < 10min) {
    ask();
    reply(200, tests::list(50, {web(40)}));
  }
  EXPECT_EQ(world(), Lines{kWeb});
  EXPECT_GE(now - first, 60s);
  EXPECT_LE(now - first, 75s);
  EXPECT_TRUE(next_is_watch(50));
}

TEST_F(ReflectorTest, K22_DuplicatesAndStrangersAreHarmless) {
  start(10);
  sink.take();
  const auto added = tests::event("ADDED", web(11));
  say(added + added + tests::event("MODIFIED", tests::service("new", 12)) +
      tests::event("DELETED", tests::service("ghost", 13)) + tests::event("SHOUTED", web(14)));
  EXPECT_EQ(sink.take(), (Lines{"upsert " + kWeb, "upsert shop/new ip 10.96.0.1 http:80"}));
  EXPECT_EQ(counts.value("skipped", "event_type"), 1U);
}

TEST_F(ReflectorTest, K25_AHugeObjectKeepsItsOldVersion) {
  start(10);
  auto huge = tests::service("cart", 11, "10.96.0.9");
  huge.insert(huge.size() - 1, ",\"x\":\"" + std::string(kPieceBytesMax, 'x') + "\"");
  say(tests::event("MODIFIED", huge) + tests::event("ADDED", web(12)));
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  EXPECT_EQ(counts.value("skipped", "object_too_large"), 1U);
  EXPECT_EQ(reflector.revision(), 12U);
}

TEST_F(ReflectorTest, K30_AMissingResourceKeepsItsDataAndIsTriedEachMinute) {
  start(10);
  end();
  EXPECT_TRUE(next_is_watch(10));
  reply(404, tests::status(404, "NotFound"));
  EXPECT_TRUE(next_is_watch(10));
  EXPECT_GE(waited, 54s);
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(ReflectorTest, K30_SlicesThatWereNeverServedFallBackToEndpoints) {
  Cluster other("kube");
  Reflector slices(Resource::Endpoints, kSilence, other, words, counts, Random(9));
  EXPECT_EQ(slices.next(now)->target, "/apis/discovery.k8s.io/v1/endpointslices?limit=500");
  slices.head(HttpHead{404, "text/plain", ""}, now);
  slices.body("404 page not found", now);
  slices.end("", now);
  EXPECT_EQ(slices.next(slices.wake())->target, "/api/v1/endpoints?limit=500");
}

TEST_F(ReflectorTest, K38_AMalformedItemCostsOnlyItself) {
  ask();
  reply(200, tests::list(10, {tests::service("cart", 1), "5", "{}", "null", web(2)}));
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
}

TEST_F(ReflectorTest, K12_AStreamCutAnywhereLosesAndInventsNothing) {
  const std::string stream = tests::event("ADDED", web(11)) + tests::bookmark(12) +
                             tests::event("MODIFIED", tests::service("cart", 13, "10.96.0.3")) +
                             tests::event("DELETED", web(14));
  const Lines after{"shop/cart ip 10.96.0.3 http:80"};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Words pool;
    follow::Counts tally;
    Cluster fresh("kube");
    fresh.begin_list(Resource::Endpoints);
    fresh.end_list(Resource::Endpoints);
    tests::RecordingSink told;
    Reflector one(Resource::Services, kSilence, fresh, pool, tally, Random(cut));
    Monotonic time{1000s};
    const auto step = [&] {
      while (fresh.step(told, 1000)) {
      }
    };
    const auto listed = tests::list(10, {tests::service("cart", 1)});
    one.next(time);
    one.head(HttpHead{200, "application/json", ""}, time);
    one.body(listed, time);
    one.end("", time);
    step();
    one.next(time);
    one.head(HttpHead{200, "application/json", ""}, time);
    one.body(std::string_view(stream).substr(0, cut), time);
    one.end("transfer closed", time);
    step();
    // The server goes on from the version that is asked for.
    const auto request = one.next(one.wake());
    ASSERT_TRUE(request);
    const auto revision = one.revision();
    EXPECT_NE(request->target.find("resourceVersion=" + std::to_string(revision) + "&"), std::string::npos);
    one.head(HttpHead{200, "application/json", ""}, time);
    std::string rest;
    if (revision < 11) rest += tests::event("ADDED", web(11));
    if (revision < 13) rest += tests::event("MODIFIED", tests::service("cart", 13, "10.96.0.3"));
    if (revision < 14) rest += tests::event("DELETED", web(14));
    one.body(rest, time);
    step();
    EXPECT_EQ(told.services(), after) << "cut after " << cut << " octets";
    EXPECT_EQ(tally.value("lists"), 1U);
  }
}

TEST_F(ReflectorTest, K12_AListCutAnywhereIsNeverPublished) {
  const auto listed = tests::list(10, {tests::service("cart", 1), web(2)});
  const auto whole = listed.size() - 1;  // without its line feed
  for (std::size_t cut = 0; cut < whole; ++cut) {
    EXPECT_EQ(ask().target, kList);
    head(200);
    say(std::string_view(listed).substr(0, cut));
    end("transfer closed");
    ASSERT_EQ(world(), Lines{}) << "cut after " << cut << " octets";
  }
  ask();
  reply(200, listed);
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
}

}  // namespace
}  // namespace signpost::kubernetes
