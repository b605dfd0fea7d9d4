// A reflector on virtual time with everything that its tests ask and say.
#pragma once

#include <gtest/gtest.h>

#include "backends/kubernetes/cluster.h"
#include "backends/kubernetes/reflector.h"
#include "tests/backends/kubernetes/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace signpost::kubernetes {

using namespace std::chrono_literals;
using follow::HttpHead;
using follow::HttpNext;
using Lines = std::vector<std::string>;

inline constexpr auto kSilence = 135s;
inline const std::string kList = "/api/v1/services?limit=500";

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
inline std::string web(int revision) { return tests::service("web", revision, "10.96.0.2"); }

}  // namespace signpost::kubernetes
