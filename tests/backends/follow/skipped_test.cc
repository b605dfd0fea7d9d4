// Counts remember which objects are not whole: bounded, and only as long as it is so.
#include "backends/follow/skipped.h"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>

#include "backends/follow/counts.h"

namespace signpost::follow {
namespace {

void skip(Counts& counts, const std::string& object, const Reasons& reasons) {
  counts.skipped(reasons, [&] { return std::pair(object, "shop/" + object); });
}

/// "reason=value: object x times, ..."
std::string told(const Counts& counts) {
  std::string out;
  for (const auto& count : counts.all()) {
    out += count.reason + "=" + std::to_string(count.value) + ":";
    for (const auto& one : count.of)
      out += " " + one.object + " of " + one.service + " x" + std::to_string(one.times);
    out += "\n";
  }
  return out;
}

TEST(SkippedObjects, AreToldWithTheirReason) {
  Counts counts;
  skip(counts, "b", {{"port_number", 2}, {"address_invalid", 1}});
  skip(counts, "a", {{"port_number", 1}});
  EXPECT_EQ(told(counts),
            "address_invalid=1: b of shop/b x1\nport_number=3: a of shop/a x1 b of shop/b x2\n");
}

TEST(SkippedObjects, AreForgottenWhenWhole) {
  Counts counts;
  skip(counts, "a", {{"port_number", 1}});
  skip(counts, "a", {{"port_name", 1}});
  EXPECT_EQ(told(counts), "port_name=1: a of shop/a x1\nport_number=1:\n");
  skip(counts, "a", {});
  EXPECT_EQ(told(counts), "port_name=1:\nport_number=1:\n");
}

TEST(SkippedObjects, CostNoNameWhileAllAreWhole) {
  Counts counts;
  counts.skipped({},
                 []() -> std::pair<std::string, std::string> { throw std::logic_error("asked for a name"); });
  EXPECT_EQ(told(counts), "");
}

TEST(SkippedObjects, KeepTheLatest) {
  Counts counts;
  for (std::size_t i = 0; i < SkippedObjects::kMost; ++i) skip(counts, "o" + std::to_string(i), {{"x", 1}});
  skip(counts, "o0", {{"x", 1}});  // young again
  skip(counts, "new", {{"x", 1}});
  const auto of = counts.all().at(0).of;
  EXPECT_EQ(of.size(), SkippedObjects::kMost);
  const auto has = [&](std::string_view name) {
    return std::any_of(of.begin(), of.end(), [&](const auto& one) { return one.object == name; });
  };
  EXPECT_TRUE(has("new"));
  EXPECT_TRUE(has("o0"));
  EXPECT_FALSE(has("o1"));
  EXPECT_EQ(counts.value("skipped", "x"), SkippedObjects::kMost + 2);
}

}  // namespace
}  // namespace signpost::follow
