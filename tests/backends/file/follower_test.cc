// What a sequence of contents comes to, and when a burst of changes is over: without files and without
// waiting.
#include "backends/file/follower.h"

#include <gtest/gtest.h>

#include "backends/file/directory_watch.h"

namespace signpost::file {
namespace {

using std::chrono::milliseconds;

Step feed(Follower& follower, const std::string& text) {
  if (follower.seen(text)) return follower.same();
  return follower.changed(text, parse_services(text, "f", "r"));
}

std::string names(const Step& step) {
  std::string text;
  for (const auto& state : step.upserts) text += "+" + state.key.name;
  for (const auto& key : step.erased) text += "-" + key.name;
  return text;
}

const std::string kTwo = "services: [{name: a}, {name: b}]\n";

TEST(Follower, TheFirstContentIsAList) {
  Follower follower;
  const auto step = feed(follower, kTwo);
  EXPECT_EQ(step.kind, Step::Kind::Accepted);
  EXPECT_TRUE(step.first);
  EXPECT_EQ(names(step), "+a+b");
}

TEST(Follower, LaterContentsAreDifferences) {
  Follower follower;
  feed(follower, kTwo);
  const auto step = feed(follower, "services: [{name: c}, {name: b, metadata: {k: v}}, {name: 0}]");
  EXPECT_FALSE(step.first);
  EXPECT_EQ(names(step), "+0+b+c-a");
  EXPECT_EQ(names(feed(follower, "services: []")), "-0-b-c");
}

TEST(Follower, TheSameContentIsProofOfLife) {
  Follower follower;
  feed(follower, kTwo);
  EXPECT_EQ(feed(follower, kTwo).kind, Step::Kind::Unchanged);
}

TEST(Follower, ABadContentIsReportedOnceAndChangesNothing) {
  Follower follower;
  feed(follower, kTwo);
  const auto bad = feed(follower, "services: [{name: a}, {nam: b, prots: []}]");
  EXPECT_EQ(bad.kind, Step::Kind::Refused);
  EXPECT_EQ(bad.errors.size(), 2U);
  EXPECT_EQ(feed(follower, "services: [{name: a}, {nam: b, prots: []}]").kind, Step::Kind::Silent);
  EXPECT_EQ(names(feed(follower, "services: [{name: a}]")), "-b");
}

TEST(Follower, GoodAgainAsBeforeIsNoNews) {
  Follower follower;
  feed(follower, kTwo);
  feed(follower, "");
  const auto step = feed(follower, kTwo);
  EXPECT_EQ(step.kind, Step::Kind::Accepted);
  EXPECT_EQ(names(step), "");
}

TEST(Follower, AMissingFileIsReportedOnceForEachReason) {
  Follower follower;
  feed(follower, kTwo);
  EXPECT_EQ(follower.unreadable("gone").kind, Step::Kind::Unreadable);
  EXPECT_EQ(follower.unreadable("gone").kind, Step::Kind::Silent);
  EXPECT_EQ(follower.unreadable("forbidden").kind, Step::Kind::Unreadable);
  EXPECT_EQ(feed(follower, kTwo).kind, Step::Kind::Unchanged);
  EXPECT_EQ(follower.unreadable("forbidden").kind, Step::Kind::Unreadable);
}

TEST(Follower, ABadFirstContentIsNoList) {
  Follower follower;
  EXPECT_EQ(feed(follower, "services: 1").kind, Step::Kind::Refused);
  EXPECT_TRUE(feed(follower, kTwo).first);
}

TEST(Settle, WaitsForQuietButNotForEver) {
  const Monotonic start{};
  Settle settle({milliseconds(50), milliseconds(200), milliseconds(30000)});
  EXPECT_FALSE(settle.due().has_value());
  settle.changed(start);
  EXPECT_EQ(settle.due(), start + milliseconds(50));
  settle.changed(start + milliseconds(40));
  EXPECT_EQ(settle.due(), start + milliseconds(90));
  settle.changed(start + milliseconds(190));
  EXPECT_EQ(settle.due(), start + milliseconds(200));
  settle.clear();
  EXPECT_FALSE(settle.due().has_value());
}

}  // namespace
}  // namespace signpost::file
