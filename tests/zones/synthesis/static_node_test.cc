// What one node of a master file becomes: its sets as they are sent, the names whose addresses come along,
// glue.
#include "zones/synthesis/static_node.h"

#include <gtest/gtest.h>

#include "tests/zones/support/static_lines.h"

namespace signpost::test {
namespace {

BlockDraft draft(const StaticZone& zone, const char* name, std::vector<RRType>* refused = nullptr) {
  std::vector<RRType> too_large;
  const auto* node = find_node(zone, Name::parse(name)->wire());
  EXPECT_NE(node, nullptr) << name;
  if (node == nullptr) return {};
  auto made = draft_static_node(*node, 0, zone, find_cuts(zone), too_large);
  if (refused != nullptr) *refused = too_large;
  return made;
}

TEST(StaticNode, SetsAreWrittenAsTheyAreSentInTheOrderOfTheirTypes) {
  const auto zone = static_zone("x.test", {"$TTL 5", "www TXT \"a\"", "www A 192.0.2.1", "www A 192.0.2.2"});
  const auto made = draft(*zone, "www.x.test");
  EXPECT_EQ(made.kind, BlockKind::Static);
  ASSERT_EQ(made.sets.size(), 2u);
  EXPECT_EQ(made.sets[0].type, RRType::A);
  EXPECT_EQ(made.sets[0].count, 2u);
  EXPECT_EQ(made.sets[0].octets, 32u);
  EXPECT_EQ(made.sets[1].type, RRType::TXT);
  const std::vector<std::uint8_t> first = {0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, 1};
  EXPECT_TRUE(std::equal(first.begin(), first.end(), made.records.begin()));
}

TEST(StaticNode, T8_ASetThatFitsNoMessageIsRefusedAndTheOthersStay) {
  StaticZone zone;
  zone.apex = *Name::parse("x.test");
  StaticRRset many{RRType::A, 5, {}};
  for (std::uint32_t i = 0; i * 16 <= kStaticSetOctetsMax; ++i)
    many.rdata.push_back({10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                          static_cast<std::uint8_t>(i)});
  zone.nodes.push_back({*Name::parse("many.x.test"), {many, {RRType::TXT, 5, {{1, 'x'}}}}, "x.zone:1"});
  std::vector<RRType> refused;
  EXPECT_EQ(draft(zone, "many.x.test", &refused).sets.size(), 1u);
  EXPECT_EQ(refused, std::vector<RRType>{RRType::A});
  zone.nodes[0].rrsets[0].rdata.pop_back();
  EXPECT_EQ(draft(zone, "many.x.test", &refused).sets.size(), 2u);
  EXPECT_TRUE(refused.empty());
}

TEST(StaticNode, TargetsAreTheNamesWhoseAddressesMayComeAlongEachOnce) {
  const auto zone = static_zone("x.test", {"n MX 1 a", "n MX 2 A", "n MX 3 b", "n SRV 0 0 1 a", "n HTTPS 1 .",
                                           "n HTTPS 2 a", "n HTTPS 3 N", "n SVCB 0 a"});
  const auto made = draft(*zone, "n.x.test");
  ASSERT_EQ(made.sets.size(), 4u);  // MX, SRV, SVCB, HTTPS
  EXPECT_EQ(made.sets[0].target_count, 2u);
  EXPECT_EQ(made.sets[1].target_count, 1u);
  EXPECT_EQ(made.sets[2].target_count, 1u);
  EXPECT_EQ(made.sets[3].target_count, 2u);
  EXPECT_EQ(made.targets[made.sets[3].target_first].at, 0u) << "its own owner";
  const auto& target = made.targets[made.sets[0].target_first];
  const std::vector<std::uint8_t> a = {1, 'a', 1, 'x', 4, 't', 'e', 's', 't', 0};
  EXPECT_TRUE(std::equal(a.begin(), a.end(), made.records.begin() + made.sets[0].at + target.at));
}

TEST(StaticNode, ADelegationKeepsItsNsDsAndGlueOnly) {
  const auto zone = static_zone(
      "x.test", {"sub NS sub", "sub NS ns.other", "sub NS ns", "sub A 192.0.2.1", "other NS ns.other",
                 "ns.other A 192.0.2.2", "ns.other AAAA 2001:db8::2", "ns A 192.0.2.3"});
  const auto made = draft(*zone, "sub.x.test");
  EXPECT_TRUE(made.cut);
  ASSERT_EQ(made.sets.size(), 1u) << "the address at the cut is the child's";
  ASSERT_EQ(made.targets.size(), 3u);
  EXPECT_EQ(made.targets[0].mandatory, 1u);
  EXPECT_EQ(made.targets[0].glue_count, 1u);
  EXPECT_EQ(made.targets[1].mandatory, 0u);
  EXPECT_EQ(made.targets[1].glue_count, 2u);
  EXPECT_EQ(made.targets[2].glue_count, 0u) << "ours: it is looked up";
}

TEST(StaticNode, CutsAreFoundAboveANameNeverAtIt) {
  const auto zone = static_zone("x.test", {"sub NS ns.y.test.", "old.d DNAME y.test.", "@ NS ns.y.test."});
  const auto cuts = find_cuts(*zone);
  ASSERT_EQ(cuts.size(), 2u);
  const auto above = [&](const char* name) {
    const auto* cut = cut_above(cuts, Name::parse(name)->wire());
    return cut == nullptr ? std::string() : cut->to_string();
  };
  EXPECT_EQ(above("a.b.sub.x.test"), "sub.x.test.");
  EXPECT_EQ(above("a.old.d.x.test"), "old.d.x.test.");
  EXPECT_EQ(above("sub.x.test"), "");
  EXPECT_EQ(above("d.x.test"), "");
  EXPECT_EQ(above("xsub.x.test"), "");
}

}  // namespace
}  // namespace signpost::test
