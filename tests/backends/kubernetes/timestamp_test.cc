// Times of Kubernetes, and where they come from.
#include "backends/kubernetes/timestamp.h"

#include <cstdint>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "backends/kubernetes/decode.h"
#include "tests/backends/kubernetes/objects.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono;

/// Unix time in milliseconds.
std::optional<std::int64_t> read(std::string_view text) {
  const auto at = read_timestamp(text);
  if (!at) return std::nullopt;
  return duration_cast<milliseconds>(at->time_since_epoch()).count();
}

TEST(Timestamps, AreRfc3339) {
  EXPECT_EQ(read("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(read("2026-11-22T01:40:12Z"), 1795311612000);
  EXPECT_EQ(read("2026-11-22T01:40:12.5Z"), 1795311612500);
  EXPECT_EQ(read("2026-11-22T01:40:12.123456789Z"), 1795311612123);
  EXPECT_EQ(read("2026-11-22T03:40:12+02:00"), 1795311612000);
  EXPECT_EQ(read("2026-11-21T20:10:12-05:30"), 1795311612000);
  EXPECT_EQ(read("2024-02-29T00:00:00Z"), 1709164800000);
}

TEST(Timestamps, AreNothingElse) {
  for (const char* text :
       {"", "now", "2026-11-22", "2026-11-22T01:40:12", "2026-11-22 01:40:12Z", "2026-11-22T01:40:12.Z",
        "2026-11-22T01:40:12ZZ", "2026-13-22T01:40:12Z", "2026-02-30T01:40:12Z", "2026-11-22T24:40:12Z",
        "2026-11-22T01:40:12+0200", "-026-11-22T01:40:12Z", "2026-11-22T01:4", "20260-11-22T01:40:12Z"})
    EXPECT_EQ(read(text), std::nullopt) << text;
}

/// A slice with this JSON value in the place of the annotation's.
Object slice_of(const std::string& value, follow::Counts& counts) {
  Words words;
  const Decoder decoder(Kind::EndpointSlice, words, counts);
  auto text = tests::slice("cart-1", "cart", 7, {tests::endpoint("10.0.0.1")});
  const std::string annotations =
      R"("annotations":{"endpoints.kubernetes.io/last-change-trigger-time":)" + value + "},";
  text.insert(text.find(R"("labels")"), annotations);
  return *decoder.item(text);
}

TEST(TriggerTime, IsReadFromEndpoints) {
  follow::Counts counts;
  EXPECT_EQ(slice_of(R"("2026-11-22T01:40:12Z")", counts).triggered, WallTime(seconds(1795311612)));
  for (const char* value : {"null", R"("yesterday")", "7", "{}", "[]"}) {
    const auto object = slice_of(value, counts);
    EXPECT_EQ(object.triggered, WallTime{}) << value;
    EXPECT_TRUE(std::holds_alternative<SliceRecord>(object.record)) << "only a metric misses it: " << value;
  }
  EXPECT_TRUE(counts.all().empty());
}

}  // namespace
}  // namespace signpost::kubernetes
