#include "dns/query/counted_zones.h"

#include <string>

#include <gtest/gtest.h>

#include "dns/query/counters.h"
#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

TEST(CountedZones, KeepTheirPlaceUntilAllAreTaken) {
  const auto first = counted_zone("first.test.");
  EXPECT_NE(first, kNoZone);
  EXPECT_EQ(counted_zone("first.test."), first);
  EXPECT_NE(counted_zone("second.test."), first);
  for (std::size_t i = 0; i < kCountedZones; ++i) (void)counted_zone("z" + std::to_string(i) + ".test.");
  EXPECT_EQ(counted_zone("one.too.many.test."), kOtherZones);
  EXPECT_EQ(counted_zone("first.test."), first);
  const auto zones = counted_zones();
  ASSERT_EQ(zones.size(), kCountedZones);
  for (std::size_t i = 0; i < zones.size(); ++i) EXPECT_EQ(zones[i].place, i);
  EXPECT_EQ(zones[kNoZone].name, "dropped");
  EXPECT_EQ(zones[first].name, "first.test.");
  EXPECT_EQ(zones[kOtherZones].name, "other");
}

TEST(CountedZones, WhatNoResponderPlacedHasNone) {
  InMemory server;
  server.ask(query("a.test.", RRType::A));
  EXPECT_EQ(server.counters.zones[kNoZone].types[0][0][counted_type(RRType::A)].load(), 1u);
  EXPECT_EQ(server.counters.zones[kNoZone].rcodes[0].load(), 1u);
}

}  // namespace
}  // namespace signpost::test
