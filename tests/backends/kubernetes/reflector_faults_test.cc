// The protocol on virtual time, K15 to K38: rights, time travel, strange objects, cut streams.
#include "tests/backends/kubernetes/reflector_fixture.h"

namespace signpost::kubernetes {
namespace {

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

TEST_F(ReflectorTest, K21_AServerThatSaysNothingOfOurVersionIsAskedForItsList) {
  start(100);
  now += kSilence;
  end("timed out");
  EXPECT_EQ(counts.value("relists", "silent"), 1U);
  const auto request = ask();
  EXPECT_EQ(request.target.find("watch="), std::string::npos) << request.target;
  EXPECT_EQ(request.target.find("resourceVersion=100"), std::string::npos) << request.target;
  reply(200, tests::list(50, {web(40)}));
  EXPECT_EQ(counts.value("older_lists", "rejected"), 1U);
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
    EXPECT_EQ(tally.value("resource_lists"), 1U);
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
