// SOA serials of zones with a file (DESIGN.md section 3, zones/README.md), and what counts as a change.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/table/serial.h"

namespace signpost::test {
namespace {

TEST(Serials, NeverGoBackAndFollowTheFileWhereItIsNewer) {
  struct Case {
    const char* rule;
    SerialRules rules;
    std::uint32_t current, next;
  };
  const Case cases[] = {
      {"a zone starts at Unix time", {{}, false, false}, 1700000000, 1700000001},
      {"a purely static one at what is written", {7, true, false}, 1700000000, 7},
      {"with services the newer of both", {2026112101, false, false}, 1700000000, 2026112101},
      {"with services an old one counts for nothing", {7, false, false}, 1700000000, 1700000001},
      {"a newer one written is served", {8, true, true}, 7, 8},
      {"the same one is not enough", {7, true, true}, 7, 8},
      {"an older one is not served", {6, true, true}, 7, 8},
      {"newer across the end of the numbers", {5, true, true}, 0xfffffff0, 5},
      {"nought is left out", {{}, false, true}, 0xffffffff, 1},
  };
  for (const auto& one : cases) EXPECT_EQ(next_serial(one.rules, one.current), one.next) << one.rule;
}

std::vector<std::string> zone(int serial, const std::string& address) {
  return {"$TTL 3600", "@ SOA ns h " + std::to_string(serial) + " 1 1 1 60", "www A " + address};
}
constexpr const char* kStatic = "zones: [{name: s.test, file: s.zone}]";

TEST(Serials, OfAPurelyStaticZoneAreItsFiles) {
  TestWorld world(kStatic, {{"s.test", zone(7, "192.0.2.1")}});
  EXPECT_EQ(world.serial("s.test."), 7u);
  world.set_static("s.test", zone(7, "192.0.2.1"));
  EXPECT_EQ(world.serial("s.test."), 7u) << "nothing changed";
  world.set_static("s.test", zone(9, "192.0.2.2"));
  EXPECT_EQ(world.serial("s.test."), 9u);
  world.set_static("s.test", zone(9, "192.0.2.3"));
  EXPECT_EQ(world.serial("s.test."), 10u) << "changed without a newer serial: secondaries must see it";
  world.set_static("s.test", zone(8, "192.0.2.3"));
  EXPECT_EQ(world.serial("s.test."), 10u) << "an older serial is not served";
  world.set_static("s.test", zone(12, "192.0.2.3"));
  EXPECT_EQ(world.serial("s.test."), 12u) << "a newer serial alone is a change";
  EXPECT_EQ(world.dig("s.test. SOA"), "NOERROR aa | s.test. 3600 IN SOA ns.s.test. h.s.test. 12 1 1 1 60");
}

TEST(Serials, OfAPurelyStaticZoneSurviveAReload) {
  TestWorld world(kStatic, {{"s.test", zone(7, "192.0.2.1")}});
  world.configure(kStatic, {{"s.test", zone(7, "192.0.2.1")}});
  EXPECT_EQ(world.serial("s.test."), 7u);
  world.configure(kStatic, {{"s.test", zone(7, "192.0.2.2")}});
  EXPECT_EQ(world.serial("s.test."), 8u);
  EXPECT_EQ(world.dig("www.s.test. A"), "NOERROR aa | www.s.test. 3600 IN A 192.0.2.2");
}

TEST(Serials, OfAMixedZoneGrowByOneForEachChange) {
  TestWorld world(
      "registries: {local: {type: file, path: x.yaml}}\n"
      "zones: [{name: m.test, registry: local, file: m.zone}, {name: n.test, registry: local}]",
      {{"m.test", {"www A 192.0.2.1"}}});
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80)})});
  const auto before = world.serial("m.test.");
  const auto other = world.serial("n.test.");
  world.set_static("m.test", {"www A 192.0.2.2", "new TXT \"x\""});
  EXPECT_EQ(world.serial("m.test."), before + 1);
  EXPECT_EQ(world.serial("n.test."), other);
  world.set_static("m.test", {"www A 192.0.2.2", "new TXT \"x\""});
  EXPECT_EQ(world.serial("m.test."), before + 1);
}

TEST(Serials, SubscribersHearWhichStaticNamesChanged) {
  TestWorld world(kStatic, {{"s.test", zone(7, "192.0.2.1")}});
  std::vector<ZoneChange> heard;
  world.world.subscribe([&](const ZoneChange& change) { heard.push_back(change); });
  world.set_static("s.test", {"$TTL 3600", "@ SOA ns h 8 1 1 1 60", "www A 192.0.2.1", "www TXT \"x\"",
                              "sub NS ns.sub", "ns.sub A 192.0.2.5"});
  ASSERT_EQ(heard.size(), 1u);
  std::string owners;
  for (const auto& owner : heard[0].owners) {
    owners += owner.name.to_string();
    for (const auto type : owner.types) owners += " " + type_text(type);
    owners += "; ";
  }
  EXPECT_EQ(owners, "s.test. SOA; sub.s.test. NS; www.s.test. TXT; ");
  EXPECT_EQ(heard[0].new_serial, 8u);
}

}  // namespace
}  // namespace signpost::test
