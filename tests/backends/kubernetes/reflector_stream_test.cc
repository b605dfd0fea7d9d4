// Streaming lists and audits on virtual time: K24, K26.
#include "backends/kubernetes/auditor.h"
#include "tests/backends/kubernetes/reflector_fixture.h"

namespace signpost::kubernetes {
namespace {

const std::string kStream =
    "/api/v1/"
    "services?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

std::string mark(int revision) {
  return tests::event("BOOKMARK", R"({"kind":"Service","apiVersion":"v1","metadata":{"resourceVersion":")" +
                                      std::to_string(revision) +
                                      R"(","annotations":{"k8s.io/initial-events-end":"true"}},"spec":{}})");
}

/// The fixture's reflector stays silent; this one streams its lists.
class StreamTest : public ReflectorTest {
 protected:
  ApiRequest ask_stream() {
    const auto start = now;
    auto request = streaming.next(now);
    while (!request) {
      now = streaming.wake();
      request = streaming.next(now);
    }
    waited = now - start;
    return *request;
  }
  HttpNext tell(std::string_view text) {
    const auto next = streaming.body(text, now);
    settle();
    return next;
  }
  void stop(std::string_view trouble = "") {
    streaming.end(trouble, now);
    settle();
  }
  void begin() {
    EXPECT_TRUE(ask_stream().target.starts_with(kStream + "&timeoutSeconds="));
    streaming.head(HttpHead{200, "application/json", ""}, now);
  }
  bool is_stream(const std::string& target) { return target.find("sendInitialEvents") != std::string::npos; }

  Reflector streaming{ReflectorOptions{Resource::Services, kSilence, {}, {}, true}, cluster, words, counts,
                      Random(3)};
};

TEST_F(StreamTest, K26_TheListEndsAtTheMarkAndTheWatchGoesOn) {
  begin();
  EXPECT_EQ(tell(tests::event("ADDED", tests::service("cart", 9)) + tests::bookmark(9) +
                 tests::event("ADDED", web(3))),
            HttpNext::Continue);
  EXPECT_EQ(world(), Lines{});  // not before the mark
  EXPECT_FALSE(streaming.watching());
  tell(mark(10) + tests::event("DELETED", tests::service("cart", 11)));
  EXPECT_TRUE(streaming.watching());
  EXPECT_EQ(world(), Lines{kWeb});
  EXPECT_EQ(streaming.revision(), 11U);
  stop();
  const auto next = ask_stream().target;
  EXPECT_FALSE(is_stream(next));
  EXPECT_NE(next.find("resourceVersion=11&"), std::string::npos);
}

TEST_F(StreamTest, K26_ChangesBeforeTheMarkCount) {
  begin();
  tell(tests::event("ADDED", tests::service("cart", 9)) + tests::event("ADDED", web(3)) +
       tests::event("MODIFIED", tests::service("cart", 12, "10.96.0.7")) + tests::event("DELETED", web(13)) +
       mark(13));
  EXPECT_EQ(world(), Lines{"shop/cart ip 10.96.0.7 http:80"});
}

TEST_F(StreamTest, K26_WhatChangesWithinAListIsPartOfItAndNotSeenBeforeItsEnd) {
  begin();
  tell(tests::event("ADDED", tests::service("cart", 9)) + tests::event("ADDED", web(3)) + mark(10));
  tell(tests::event("ERROR", tests::status(410, "Expired")));
  stop();
  ask_stream();
  streaming.head(HttpHead{200, "application/json", ""}, now);
  tell(tests::event("ADDED", tests::service("cart", 15, "10.96.0.5")) + tests::event("ADDED", web(3)) +
       tests::event("ADDED", tests::service("brief", 16)));
  tell(tests::event("MODIFIED", tests::service("cart", 17)) + tests::event("DELETED", web(18)) +
       tests::event("DELETED", tests::service("brief", 19)));
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  stop("connection reset");  // all of that list is forgotten
  EXPECT_EQ(world(), (Lines{kCart, kWeb}));
  ask_stream();
  streaming.head(HttpHead{200, "application/json", ""}, now);
  tell(tests::event("ADDED", tests::service("cart", 15, "10.96.0.5")) + tests::event("ADDED", web(3)));
  tell(tests::event("MODIFIED", tests::service("cart", 17)) + tests::event("DELETED", web(18)) +
       tests::event("ADDED", tests::service("web", 20, "10.96.0.9")) + mark(20));
  EXPECT_EQ(world(), (Lines{kCart, "shop/web ip 10.96.0.9 http:80"}));
}

TEST_F(StreamTest, K26_AStreamThatBreaksBeforeTheMarkIsForgotten) {
  begin();
  tell(tests::event("ADDED", tests::service("ghost", 9)));
  stop("connection reset");
  EXPECT_FALSE(streaming.in_contact());
  begin();
  EXPECT_LE(waited, 100ms);
  tell(tests::event("ADDED", web(3)) + mark(10));
  EXPECT_EQ(world(), Lines{kWeb});
}

TEST_F(StreamTest, K26_AnExpiredWatchStreamsAgainAndSweeps) {
  begin();
  tell(tests::event("ADDED", tests::service("cart", 9)) + tests::event("ADDED", web(3)) + mark(10));
  tell(tests::event("ERROR", tests::status(410, "Expired")));
  stop();
  const auto target = ask_stream().target;
  EXPECT_TRUE(target.starts_with(kStream + "&resourceVersion=10&")) << target;
  streaming.head(HttpHead{200, "application/json", ""}, now);
  tell(tests::event("ADDED", tests::service("cart", 9)) +
       tests::event("ADDED", tests::service("web", 15, "10.96.0.5")) +
       tests::event("DELETED", tests::service("web", 16)) + mark(20));
  EXPECT_EQ(world(), Lines{kCart});
}

TEST_F(StreamTest, K26_AServerThatRefusesIsListedInPages) {
  for (const int status : {400, 422}) {
    Reflector other(ReflectorOptions{Resource::Services, kSilence, {}, {}, true}, cluster, words, counts,
                    Random(4));
    other.next(now);
    other.head(HttpHead{status, "application/json", ""}, now);
    other.body(tests::status(status, "Invalid"), now);
    other.end("", now);
    EXPECT_EQ(other.next(other.wake())->target, kList);
    EXPECT_FALSE(other.take_note().empty());
    other.end("", now);
  }
  EXPECT_EQ(counts.value("fallbacks", "pages"), 2U);
}

TEST_F(StreamTest, K26_AServerThatNeverSendsTheMarkIsListedInPages) {
  begin();
  tell(tests::event("ADDED", tests::service("cart", 9)));
  EXPECT_EQ(streaming.wake(), now + 30s);
  now += 25s;
  tell(tests::event("ADDED", web(3)));  // it is still at it
  EXPECT_EQ(streaming.wake(), now + 10s);
  now = streaming.wake();
  stop("timed out");
  EXPECT_EQ(world(), Lines{});
  EXPECT_EQ(ask_stream().target, kList);
  EXPECT_EQ(counts.value("fallbacks", "pages"), 1U);
}

TEST_F(StreamTest, K26_AStreamWithoutAWordIsTriedTwice) {
  begin();
  now += 30s;
  stop("timed out");
  const auto second = ask_stream();
  EXPECT_TRUE(is_stream(second.target));
  EXPECT_TRUE(second.fresh_connection);  // it may have been the connection
  streaming.head(HttpHead{200, "application/json", ""}, now);
  now += 30s;
  stop("timed out");
  EXPECT_EQ(ask_stream().target, kList);
}

TEST_F(StreamTest, K20_AnOlderStreamIsRefused) {
  begin();
  tell(tests::event("ADDED", tests::service("cart", 9)) + mark(100));
  tell(tests::event("ERROR", tests::status(410, "Expired")));
  stop();
  ask_stream();
  streaming.head(HttpHead{200, "application/json", ""}, now);
  EXPECT_EQ(tell(tests::event("ADDED", web(3)) + mark(90)), HttpNext::Stop);
  stop();
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_FALSE(streaming.in_contact());
  const auto again = ask_stream();
  EXPECT_TRUE(again.fresh_connection);
  EXPECT_TRUE(again.target.starts_with(kStream + "&timeoutSeconds=")) << again.target;
  EXPECT_GE(waited, 5s);
}

TEST_F(StreamTest, NamespacesAndSelectorsArePartOfEveryRequest) {
  const Selection selection{"shop", "tier in (a,b)", "status.phase!=Failed"};
  const std::string selectors =
      "&labelSelector=tier%20in%20%28a%2Cb%29&fieldSelector=status.phase%21%3DFailed";
  EXPECT_EQ(list_target(Kind::Pod, selection, "", ListFrom::Newest, 0),
            "/api/v1/namespaces/shop/pods?limit=500" + selectors);
  EXPECT_EQ(list_target(Kind::EndpointSlice, selection, "", ListFrom::Exact, 7),
            "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?limit=500" + selectors +
                "&resourceVersion=7&resourceVersionMatch=Exact");
  EXPECT_EQ(list_target(Kind::Import, selection, "t=", ListFrom::NotOlder, 7),
            "/apis/multicluster.x-k8s.io/v1alpha1/namespaces/shop/serviceimports?limit=500" + selectors +
                "&continue=t%3D");
  EXPECT_EQ(
      watch_target(Kind::Namespace, {"", "a=b", ""}, 7, 300),
      "/api/v1/"
      "namespaces?watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300&labelSelector=a%3Db");
}

/// The fixture's reflector, and an auditor beside it that is due every 30 minutes.
class AuditorTest : public ReflectorTest {
 protected:
  std::optional<ApiRequest> audit_request() {
    auto request = auditor.next(now);
    while (!request && auditor.wake() > now && auditor.wake() - now < 1min) {
      now = auditor.wake();
      request = auditor.next(now);
    }
    return request;
  }
  void due() { now = std::max(now, auditor.wake()); }
  void answer(int status, std::string_view body) {
    auditor.head(HttpHead{status, "application/json", ""}, now);
    auditor.body(body, now);
    auditor.end("", now);
  }
  void tick() {
    auditor.next(now);
    settle();
  }
  Auditor auditor{reflector, 30min, cluster, counts, Random(5), now};
};

TEST_F(AuditorTest, K24_ListsWhatIsKnownFromTimeToTimeAndRepairs) {
  EXPECT_GE(auditor.wake() - now, 22min);
  EXPECT_LE(auditor.wake() - now, 38min);
  start(10);
  due();
  const auto request = auditor.next(now);
  EXPECT_EQ(request->target, kList + "&resourceVersion=10&resourceVersionMatch=Exact");
  answer(200, tests::list(10, {tests::service("cart", 1)}, "more"));
  EXPECT_EQ(auditor.next(now)->target, kList + "&continue=more");
  say(tests::event("ADDED", tests::service("late", 11)));
  answer(200, tests::list(10, {web(2)}));
  tick();
  EXPECT_EQ(world(), (Lines{kCart, "shop/late ip 10.96.0.1 http:80", kWeb}));
  const auto drift = cluster.take_drift();
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].names, Lines{"shop/web was missing"});
  EXPECT_EQ(counts.value("audits", "complete"), 1U);
  EXPECT_GE(auditor.wake() - now, 22min);
}

TEST_F(AuditorTest, K24_AServerThatGivesANewerListIsComparedWhenTheWatchIsThere) {
  start(10);
  due();
  auditor.next(now);
  answer(200, tests::list(20, {tests::service("cart", 15, "10.96.0.9")}));
  tick();
  now += 30s;
  tick();
  EXPECT_EQ(world(), Lines{kCart});
  say(tests::event("MODIFIED", tests::service("cart", 15, "10.96.0.9")) + tests::bookmark(20));
  now += 1s;
  tick();
  EXPECT_TRUE(cluster.take_drift().empty());  // the event came after all
  EXPECT_EQ(counts.value("audits", "complete"), 1U);
}

TEST_F(AuditorTest, K24_WithoutAProofThatTheWatchIsThereNothingIsBelieved) {
  start(10);
  due();
  auditor.next(now);
  answer(200, tests::list(20, {}));
  tick();
  now += 151s;
  tick();
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_EQ(counts.value("audits", "unsettled"), 1U);
}

TEST_F(AuditorTest, K24_ARefusedOrBrokenAuditChangesNothing) {
  start(10);
  for (const int status : {410, 403, 500}) {
    due();
    ASSERT_TRUE(auditor.next(now));
    answer(status, tests::status(status, "Expired"));
    EXPECT_GE(auditor.wake() - now, 22min) << status;
  }
  due();
  ASSERT_TRUE(auditor.next(now));
  auditor.head(HttpHead{200, "application/json", ""}, now);
  auditor.body(R"({"metadata":{"resourceVersion":"10"},"items":[)", now);
  auditor.end("transfer closed", now);
  tick();
  EXPECT_EQ(world(), Lines{kCart});
  EXPECT_EQ(counts.value("audits", "expired"), 1U);
  EXPECT_EQ(counts.value("audits", "failed"), 3U);
}

TEST_F(AuditorTest, WaitsForAReflectorThatLists) {
  due();
  EXPECT_EQ(auditor.next(now), std::nullopt);
  start(10);
  EXPECT_TRUE(audit_request());
}

TEST_F(AuditorTest, HurriedItBeginsAtOnceAndTriesAgainSoon) {
  start(10);
  auditor.hurry(now);
  ASSERT_TRUE(auditor.next(now));
  auditor.hurry(now);  // what is under way began too early
  auditor.head(HttpHead{200, "application/json", ""}, now);
  EXPECT_EQ(auditor.body("{", now), HttpNext::Stop);
  auditor.end("", now);
  EXPECT_LE(auditor.wake() - now, 5s);
  ASSERT_TRUE(audit_request());
  answer(500, "");
  EXPECT_LE(auditor.wake() - now, 5s);
  ASSERT_TRUE(audit_request());
  answer(200, tests::list(10, {tests::service("cart", 1)}));
  tick();
  EXPECT_EQ(counts.value("audits", "complete"), 1U);
}

}  // namespace
}  // namespace signpost::kubernetes
