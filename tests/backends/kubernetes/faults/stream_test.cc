// Streaming lists on virtual time: what servers make of sendInitialEvents (K26).
#include <gtest/gtest.h>

#include "backends/kubernetes/reflector.h"
#include "tests/backends/kubernetes/faults/ignoring_sink.h"
#include "tests/backends/kubernetes/faults/objects.h"
#include "tests/support/fake_apiserver/kube_store.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono_literals;
using follow::HttpNext;

class CountingSink final : public IgnoringSink {
 public:
  void begin_list(Source) override { staged = 0; }
  void listed(Source, Object) override { ++staged; }
  void end_list(Source) override { world = staged; }
  void changed(Source, EventType, Object) override { ++events; }
  int staged = 0, world = -1, events = 0;
};

class Streaming : public testing::Test {
 protected:
  Streaming() {
    store.serve(tests::kServicesPath);
    for (int i = 0; i < 5; ++i) put("s" + std::to_string(i));
  }
  void put(const std::string& name) {
    store.put(tests::kServicesPath, "shop", name, tests::service_rest("10.96.0.1"));
  }
  tests::KubeQuery ask() {
    auto request = reflector.next(now);
    while (!request) {
      now = reflector.wake();
      request = reflector.next(now);
    }
    targets.push_back(request->target);
    return tests::KubeQuery(request->target);
  }
  /// The next exchange as the store has it, up to `most` octets; a watch that is not cut stays open.
  HttpNext exchange(std::size_t most = std::size_t(-1)) {
    const auto query = ask();
    if (!query.watch()) return reply(store.list(query));
    auto begun = store.watch(query);
    if (const auto* refused = std::get_if<tests::KubeAnswer>(&begun)) return reply(*refused);
    place = std::get<tests::KubeWatch>(std::move(begun));
    reflector.head({200, "application/json", ""}, now);
    const auto next = reflector.body(store.read(*place).substr(0, most), now);
    if (most != std::size_t(-1)) reflector.end("connection reset", now);
    return next;
  }
  HttpNext reply(const tests::KubeAnswer& answer) {
    reflector.head({answer.status, "application/json", ""}, now);
    reflector.body(answer.body, now);
    reflector.end("", now);
    return HttpNext::Stop;
  }
  bool streams() const { return targets.back().find("sendInitialEvents=true") != std::string::npos; }

  tests::KubeStore store;
  CountingSink sink;
  Words words;
  follow::Counts counts;
  Reflector reflector{{Resource::Services, 135s, {}, {}, true}, sink, words, counts, Random(3)};
  Monotonic now{1000s};
  std::optional<tests::KubeWatch> place;
  std::vector<std::string> targets;
};

TEST_F(Streaming, K26_TheListIsCompleteAtItsMarkAlone) {
  std::string lines;
  const auto query = ask();
  ASSERT_TRUE(streams());
  EXPECT_NE(targets.back().find("allowWatchBookmarks=true"), std::string::npos);
  auto begun = store.watch(query);
  auto& watch = std::get<tests::KubeWatch>(begun);
  lines = store.read(watch);
  const auto mark = lines.rfind("{\"type\":\"BOOKMARK\"");
  reflector.head({200, "application/json", ""}, now);
  reflector.body(lines.substr(0, mark), now);
  EXPECT_EQ(sink.world, -1);
  reflector.body(lines.substr(mark), now);
  EXPECT_EQ(sink.world, 5);
  EXPECT_EQ(reflector.revision(), store.version());
  put("later");
  reflector.body(store.read(watch), now);  // the same stream goes on as the watch
  EXPECT_EQ(sink.events, 1);
}

TEST_F(Streaming, K26_WhatBreaksBeforeTheMarkIsForgotten) {
  exchange(900);
  EXPECT_GT(sink.staged, 0);
  EXPECT_EQ(sink.world, -1);
  store.remove(tests::kServicesPath, "shop", "s0");
  exchange();
  ASSERT_TRUE(streams());
  EXPECT_EQ(sink.world, 4);
}

TEST_F(Streaming, K26_ARefusalFallsBackToPages) {
  store.streaming_lists = tests::StreamingLists::Refused;
  exchange();
  exchange();
  EXPECT_FALSE(streams());
  EXPECT_EQ(sink.world, 5);
  exchange();
  EXPECT_TRUE(tests::KubeQuery(targets.back()).watch());
}

TEST_F(Streaming, K26_AServerThatNeverMarksFallsBackToPages) {
  for (const auto kind : {tests::StreamingLists::Markless, tests::StreamingLists::Ignored}) {
    store.streaming_lists = kind;
    exchange();
    ASSERT_TRUE(streams());
    EXPECT_EQ(sink.world, -1);
    const auto begun = now;
    for (int i = 0; i < 5 && streams(); ++i) {  // its own deadline ends the stream; a second try is allowed
      now = std::max(now, reflector.wake());
      reflector.end("timed out", now);
      exchange();
    }
    EXPECT_FALSE(streams());
    EXPECT_GE(now - begun, 10s);
    EXPECT_LE(now - begun, 2min);
    EXPECT_EQ(sink.world, 5);
    sink.world = -1;
    if (kind == tests::StreamingLists::Markless) {
      reflector.~Reflector();
      new (&reflector) Reflector({Resource::Services, 135s, {}, {}, true}, sink, words, counts, Random(4));
    }
  }
}

}  // namespace
}  // namespace signpost::kubernetes
