// Services page by page, what changed last, and how many services a zone has: what people see who look
// around.
#include "zones/answer/browse.h"

#include <set>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {one: {type: file, path: 1.yaml}}
zones: [{name: t, registry: one}, {name: other.t, registry: one}]
)";

std::vector<std::string> names(const BrowsedPage& page) {
  std::vector<std::string> out;
  for (const auto& service : page.services) out.push_back(service.name);
  return out;
}

Result<BrowsedPage> look(TestWorld& world, const Browse& what) {
  SnapshotReader reader(world.store);
  return browse(reader.refresh(), what);
}

TEST(Browse, IsSortedAndComesInPages) {
  TestWorld world(kConfig);
  std::vector<ServiceState> states;
  for (const char* name : {"s3", "s1", "x1", "s2", "s5", "s4"})
    states.push_back(TestWorld::service("one///" + std::string(name), {At("10.0.0.1")}));
  world.list("one", std::move(states));
  auto page = look(world, {"T.", "s", "", 3});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->zone, "t.");
  EXPECT_EQ(page->matching, 5u);
  EXPECT_EQ(names(*page), (std::vector<std::string>{"s1.t.", "s2.t.", "s3.t."}));
  EXPECT_EQ(page->next, "s3.t.");
  page = look(world, {"t", "s", page->next, 3});
  EXPECT_EQ(names(*page), (std::vector<std::string>{"s4.t.", "s5.t."}));
  EXPECT_EQ(page->next, "");
  EXPECT_EQ(look(world, {"t", "", "zzz", 3})->services.size(), 0u);
  const auto wrong = look(world, {"nope", "", "", 3});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "nope. is not a zone of this server; its zones are t., other.t.");
}

TEST(Browse, SaysWhatAServiceIs) {
  TestWorld world(kConfig);
  world.list("one",
             {TestWorld::service("one///a", {At("10.0.0.1").with_weight(3), At("10.0.0.2"), At("fd00::1")}),
              TestWorld::service("one///b", {At("10.0.0.3").with_health(Health::Down)}),
              TestWorld::external_name("one///c", "elsewhere.example")});
  const auto page = look(world, {"t", "", "", 100});
  ASSERT_EQ(page->services.size(), 3u);
  EXPECT_EQ(page->services[0].addresses, 3u);
  EXPECT_EQ(page->services[0].percent, (std::vector<double>{75, 25}));
  EXPECT_EQ(page->services[1].addresses, 0u);
  EXPECT_EQ(page->services[2].alias, "elsewhere.example.");
}

TEST(RecentChanges, AreTheNewestFirstAndAFewNamesOfEach) {
  TestWorld world(kConfig);
  world.world.begin_list("one", 1000);
  for (int i = 0; i < 20; ++i)
    world.world.take(TestWorld::service("one///s" + std::to_string(i), {At("10.0.0.1"), At("10.0.0.2")}));
  world.world.end_list("one", 1000, Complete::Yes);
  while (world.world.flush(SIZE_MAX)) {  // one publication; list() makes several
  }
  world.world.publish();
  auto newest = [&] {
    for (const auto& change : world.world.status().changes)
      if (change.zone == "t.") return change;
    return RecentChange{};
  };
  EXPECT_EQ(newest().names, 20u);
  EXPECT_EQ(newest().first.size(), 5u);
  world.upsert(TestWorld::service("one///s7", {At("10.0.0.1")})).settle();
  EXPECT_EQ(newest().serial, world.serial("t."));
  ASSERT_EQ(newest().first.size(), 1u);
  EXPECT_EQ(newest().first[0].name, "s7.t.");
  EXPECT_EQ(newest().first[0].before, 2);
  EXPECT_EQ(newest().first[0].after, 1);
  world.erase("one///s7").settle();
  EXPECT_EQ(newest().first[0].after, -1);
  for (int i = 0; i < 200; ++i)
    world.upsert(TestWorld::service("one///s1", {At("10.0.1." + std::to_string(i))})).settle();
  EXPECT_EQ(world.world.status().changes.size(), 50u);
}

/// The count is kept from change to change; here it is compared with what is there.
TEST(Status, CountsTheServicesOfAZone) {
  TestWorld world(kConfig);
  world.list("one", {});
  Random random(5);
  std::set<std::string> known;
  for (int i = 0; i < 500; ++i) {
    const auto key = "one///s" + std::to_string(random.below(30));
    if (random.below(3) == 0) {
      world.erase(key);
      known.erase(key);
    } else {
      world.upsert(TestWorld::service(key, {At("10.0.0." + std::to_string(1 + random.below(9)))}));
      known.insert(key);
    }
    if (i % 100 == 99) world.configure(kConfig);
    if (i % 10 != 9) continue;
    world.settle();
    for (const auto& zone : world.world.status().zones) EXPECT_EQ(zone.services, known.size()) << zone.name;
    EXPECT_EQ(look(world, {"other.t", "", "", 100})->matching, known.size());
  }
}

}  // namespace
}  // namespace signpost::test
