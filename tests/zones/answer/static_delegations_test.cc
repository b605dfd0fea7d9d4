// Delegations in static data (N13; RFC 1034 section 4.3.2, RFC 9471).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

TestWorld& parent() {
  static auto* world = new TestWorld(
      "zones: [{name: p.test, file: p.zone}, {name: here.p.test, file: h.zone}, {name: too.p.test, file: "
      "t.zone}]",
      {{"p.test",
        {"$TTL 3600",
         "@ 60 SOA ns h 1 1 1 1 60",
         "@ NS ns",
         "ns A 192.0.2.1",
         "sub 300 NS ns.sub",
         "sub NS NS.Other",
         "sub NS ns",
         "sub NS ns.elsewhere.test.",
         "ns.sub 300 A 192.0.2.2",
         "ns.sub AAAA 2001:db8::2",
         "sub DS 1 13 2 "
         "0000000000000000000000000000000000000000000000000000000000000000",
         "other NS ns.other",
         "ns.other A 192.0.2.3",
         "itself NS itself",
         "itself A 192.0.2.4",
         "to CNAME www.sub",
         "mx MX 10 ns.sub",
         "here NS ns.here",
         "here DS 2 13 2 "
         "0000000000000000000000000000000000000000000000000000000000000001",
         "ns.here A 192.0.2.5",
         "too NS ns.too",
         "ns.too A 192.0.2.6"}},
       {"here.p.test", {"$TTL 3600", "@ 70 SOA ns h 1 1 1 1 70", "www A 192.0.2.7"}},
       {"too.p.test", {"www A 192.0.2.8"}}});
  return *world;
}

constexpr const char* kReferral =
    "NOERROR | sub.p.test. 300 IN NS ns.sub.p.test. | sub.p.test. 300 IN NS NS.Other.p.test."
    " | sub.p.test. 300 IN NS ns.p.test. | sub.p.test. 300 IN NS ns.elsewhere.test."
    " + ns.sub.p.test. 300 IN A 192.0.2.2 + ns.sub.p.test. 3600 IN AAAA 2001:db8::2"
    " + NS.Other.p.test. 3600 IN A 192.0.2.3 + ns.p.test. 3600 IN A 192.0.2.1";

const Row kRows[] = {
    {"N13_below_the_cut", "www.sub.p.test. A", kReferral},
    {"N13_far_below_the_cut", "a.b.c.sub.p.test. TXT", kReferral},
    {"N13_at_the_cut", "sub.p.test. A", kReferral},
    {"N13_ns_at_the_cut_is_the_childs", "sub.p.test. NS", kReferral},
    {"N13_any_at_the_cut_is_the_childs", "sub.p.test. ANY", kReferral},
    {"N13_the_glue_address_itself_is_the_childs", "ns.sub.p.test. A", kReferral},
    {"N13_ds_at_the_cut_is_ours", "sub.p.test. DS",
     "NOERROR aa | sub.p.test. 3600 IN DS 1 13 2 "
     "0000000000000000000000000000000000000000000000000000000000000000"},
    {"N13_no_ds_at_the_cut_is_our_nodata", "other.p.test. DS", "NOERROR aa soa"},
    {"N13_ds_below_the_cut_is_not_ours", "x.other.p.test. DS",
     "NOERROR | other.p.test. 3600 IN NS ns.other.p.test. + ns.other.p.test. 3600 IN A 192.0.2.3"},
    {"N13_the_cut_may_be_its_own_name_server", "x.itself.p.test. A",
     "NOERROR | itself.p.test. 3600 IN NS itself.p.test. + itself.p.test. 3600 IN A 192.0.2.4"},
    {"N13_an_alias_keeps_aa", "to.p.test. A",
     "NOERROR aa | to.p.test. 3600 IN CNAME www.sub.p.test. | sub.p.test. 300 IN NS ns.sub.p.test."
     " | sub.p.test. 300 IN NS NS.Other.p.test. | sub.p.test. 300 IN NS ns.p.test."
     " | sub.p.test. 300 IN NS ns.elsewhere.test."
     " + ns.sub.p.test. 300 IN A 192.0.2.2 + ns.sub.p.test. 3600 IN AAAA 2001:db8::2"
     " + NS.Other.p.test. 3600 IN A 192.0.2.3 + ns.p.test. 3600 IN A 192.0.2.1"},
    {"glue_is_no_additional_of_an_answer", "mx.p.test. MX",
     "NOERROR aa | mx.p.test. 3600 IN MX 10 ns.sub.p.test."},
    {"a_child_that_is_here_answers_itself", "www.here.p.test. A",
     "NOERROR aa | www.here.p.test. 3600 IN A 192.0.2.7"},
    {"RFC4035_3_1_4_1_ds_of_a_child_that_is_here_comes_from_the_parent", "here.p.test. DS",
     "NOERROR aa | here.p.test. 3600 IN DS 2 13 2 "
     "0000000000000000000000000000000000000000000000000000000000000001"},
};

class Delegations : public testing::TestWithParam<Row> {};
TEST_P(Delegations, Answer) { EXPECT_EQ(parent().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, Delegations, testing::ValuesIn(kRows), rule_of);

TEST(Delegations, RFC4035_3_1_4_1_NoDsOfAChildThatIsHereIsTheParentsNodata) {
  const auto answer = whole_answer(parent().reader.refresh(), *Name::parse("too.p.test"), RRType::DS);
  ASSERT_EQ(answer.records.size(), 1u);
  EXPECT_EQ(answer.records[0].owner, "p.test.");
  EXPECT_TRUE(answer.authoritative);
}

/// A delegation to `servers` name servers, all below it or all below another one.
std::vector<std::string> crowd(int servers, const std::string& below) {
  std::vector<std::string> lines = {"sub NS ns.elsewhere.test.", "other NS ns.elsewhere.test."};
  for (int i = 0; i < servers; ++i) {
    const auto host = "name-server-" + std::to_string(i) + "." + below;
    lines.push_back("sub NS " + host);
    lines.push_back(host + " AAAA 2001:db8::" + std::to_string(i));
  }
  if (below == "other") lines.push_back("other NS name-server-0.other");
  return lines;
}

TEST(Delegations, RFC9471_GlueBelowTheCutThatDoesNotFitTruncates) {
  TestWorld world("zones: [{name: p.test, file: p.zone}]", {{"p.test", crowd(9, "sub")}});
  world.draw("www.sub.p.test. A", true, 512);
  EXPECT_TRUE(world.last_truncated);
  world.draw("www.sub.p.test. A", true, 1232);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_EQ(whole_answer(world.reader.refresh(), *Name::parse("www.sub.p.test"), RRType::A).records.size(),
            19u);
}

TEST(Delegations, RFC9471_GlueBelowAnotherCutMayBeLeftOut) {
  TestWorld world("zones: [{name: p.test, file: p.zone}]", {{"p.test", crowd(9, "other")}});
  world.draw("www.sub.p.test. A", true, 512);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_GT(world.last_octets, 450u);
}

}  // namespace
}  // namespace signpost::test
