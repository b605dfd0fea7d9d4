// What only the whole zone shows: aliases, delegations, DNAME, targets, sizes, and the three sources
// together.
#include <gtest/gtest.h>

#include "tests/zones/files/cases.h"
#include "tests/zones/files/support.h"

namespace signpost {
namespace {

const Case kAliases[] = {
    {"a_cname_stands_alone", "a CNAME b\na A 192.0.2.1\n",
     "E z:2:1: a.example. is an alias by the CNAME in line 1, so it cannot have A as well\n"},
    {"whichever_comes_first", "a TXT x\nb A 192.0.2.1\na CNAME b\n",
     "E z:1:1: a.example. is an alias by the CNAME in line 3, so it cannot have TXT as well\n"},
    {"only_one_cname", "a CNAME b\na CNAME c\n",
     "E z:2:1: a.example. has a second CNAME, the first is in line 1; keep one\n"},
    {"the_same_twice_is_one", "a CNAME b\na CNAME B\n",
     "a.example. 7 IN CNAME b.example.\n"
     "W z:2:1: this record of a.example. CNAME is written twice; one is kept\n"},
    {"no_cname_at_the_apex", "@ CNAME b\n",
     "E z:1:1: the apex example. cannot be an alias, since SOA and NS stand there; write addresses\n"},
    {"targets_are_no_aliases", "a CNAME b\nb A 192.0.2.1\n@ MX 1 a\n",
     "a.example. 7 IN CNAME b.example.\nb.example. 7 IN A 192.0.2.1\nexample. 7 IN MX 1 a.example.\n"
     "W z:3:1: the target a.example. is an alias by the CNAME in line 1; name its target instead (RFC 2181, "
     "section 10.3)\n"},
};

const Case kDelegations[] = {
    {"glue_stays", "s NS ns.s\ns DS 1 13 2 aa\nns.s A 192.0.2.1\n AAAA 2001:db8::1\n",
     "s.example. 7 IN NS ns.s.example.\ns.example. 7 IN DS 1 13 2 aa\n"
     "ns.s.example. 7 IN A 192.0.2.1\nns.s.example. 7 IN AAAA 2001:db8::1\n"},
    {"other_data_below_goes", "s NS ns.s\nns.s A 192.0.2.1\nns.s TXT x\nwww.s A 192.0.2.2\n",
     "s.example. 7 IN NS ns.s.example.\nns.s.example. 7 IN A 192.0.2.1\n"
     "W z:3:1: ns.s.example. TXT is left out: it lies below the delegation s.example. and is no address of a "
     "name server there\n"
     "W z:4:1: www.s.example. A is left out: it lies below the delegation s.example. and is no address of a "
     "name server there\n"},
    {"the_topmost_delegation_counts", "s NS ns.other.\na.s NS ns.other.\n",
     "s.example. 7 IN NS ns.other.\n"
     "W z:2:1: a.s.example. NS is left out: it lies below the delegation s.example. and is no address of a "
     "name server there\n"},
    {"glue_of_a_sibling_stays", "s NS ns.t\nt NS ns.t\nns.t A 192.0.2.1\n",
     "s.example. 7 IN NS ns.t.example.\nt.example. 7 IN NS ns.t.example.\nns.t.example. 7 IN A 192.0.2.1\n"},
    {"other_data_at_the_cut_goes", "s NS ns.other.\ns TXT x\n",
     "s.example. 7 IN NS ns.other.\n"
     "W z:2:1: s.example. TXT is left out: the name is delegated, so its servers answer for it\n"},
    {"a_server_may_have_the_name_of_the_cut", "s NS s\ns A 192.0.2.1\n",
     "s.example. 7 IN A 192.0.2.1\ns.example. 7 IN NS s.example.\n"},
    {"missing_glue_is_told", "s NS ns.s\n",
     "s.example. 7 IN NS ns.s.example.\n"
     "W z:1:1: the name server ns.s.example. lies in the delegation and has no address here, so nobody finds "
     "it; add its A or AAAA\n"},
    {"ns_of_the_apex_is_no_delegation", "@ NS ns\nns A 192.0.2.1\nwww A 192.0.2.2\n",
     "ns.example. 7 IN A 192.0.2.1\nwww.example. 7 IN A 192.0.2.2\nexample. 7 IN NS ns.example.\n"},
    {"no_delegation_by_a_wildcard", "*.a NS ns.other.\n",
     "E z:1:1: *.a.example.: what NS or DNAME at a wildcard mean is not defined (RFC 4592, section 4.2); "
     "write "
     "the names out\n"},
};

const Case kDnames[] = {
    {"nothing_below", "d DNAME other.\na.d A 192.0.2.1\n",
     "E z:2:1: a.d.example. lies below d.example., which has a DNAME in line 1; nothing may (RFC 6672, "
     "section "
     "2.4)\n"},
    {"nor_below_one_of_the_apex", "@ DNAME other.\na A 192.0.2.1\n",
     "E z:2:1: a.example. lies below example., which has a DNAME in line 1; nothing may (RFC 6672, section "
     "2.4)\n"},
    {"beside_it_is_well", "d DNAME other.\nd A 192.0.2.1\n",
     "d.example. 7 IN A 192.0.2.1\nd.example. 7 IN DNAME other.\n"},
    {"only_one", "d DNAME a.\nd DNAME b.\n",
     "E z:2:1: d.example. has a second DNAME; keep one (RFC 6672, section 2.4)\n"},
};

const Case kOthers[] = {
    {"soa_and_ns_may_be_missing", "a A 192.0.2.1\n", "a.example. 7 IN A 192.0.2.1\n"},
    {"soa_at_the_apex_only", "a SOA a b 1 2 3 4 5\n",
     "E z:1:1: an SOA stands at the apex example. alone, not at a.example.\n"},
    {"one_soa", "@ SOA a b 1 2 3 4 5\n@ SOA a b 2 2 3 4 5\n",
     "E z:2:1: a second SOA, the first is in line 1; keep one\n"},
    {"a_star_inside_is_told", "a.*.b A 192.0.2.1\n",
     "a.*.b.example. 7 IN A 192.0.2.1\n"
     "W z:1:1: a.*.b.example.: a `*` that is not the first label stands for itself only (RFC 4592, section "
     "2.1.1)\n"},
    {"duplicates_are_one", "a A 192.0.2.1\nb A 192.0.2.1\na A 192.0.2.1\n",
     "a.example. 7 IN A 192.0.2.1\nb.example. 7 IN A 192.0.2.1\n"
     "W z:3:1: this record of a.example. A is written twice; one is kept\n"},
    {"strings_of_another_case_are_other_strings", "a TXT x\na TXT X\n",
     "a.example. 7 IN TXT \"x\"\na.example. 7 IN TXT \"X\"\n"},
};

class WholeZone : public ::testing::TestWithParam<Case> {};
TEST_P(WholeZone, IsChecked) { EXPECT_EQ(told(GetParam().text), GetParam().told); }

INSTANTIATE_TEST_SUITE_P(Aliases, WholeZone, ::testing::ValuesIn(kAliases), name_of);
INSTANTIATE_TEST_SUITE_P(Delegations, WholeZone, ::testing::ValuesIn(kDelegations), name_of);
INSTANTIATE_TEST_SUITE_P(Dnames, WholeZone, ::testing::ValuesIn(kDnames), name_of);
INSTANTIATE_TEST_SUITE_P(Others, WholeZone, ::testing::ValuesIn(kOthers), name_of);

std::string strings(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "a TXT " + std::to_string(i + 1000) + std::string(200, 'x') + "\n";
  return text;
}

TEST(RRsetSize, IsWhatOneMessageHolds) {
  // 12 header, 15 question, 11 OPT; each record 12 + 1 + 204: 301 of them are 65,355 octets, 302 are 65,572.
  EXPECT_EQ(told(strings(301)).find("E "), std::string::npos);
  EXPECT_NE(told(strings(302)).find("E z:1:1: a.example. TXT makes a response of 65572 octets"),
            std::string::npos)
      << told(strings(302)).substr(0, 200);
}

TEST(StaticZone, NodesAreInOrderAndKnowTheirLine) {
  const auto reading = read_zone_text("b A 192.0.2.1\na TXT x\n  A 192.0.2.1\n",
                                      Name::parse("Example").value(), 7, "/etc/z.zone");
  ASSERT_TRUE(reading.zone);
  ASSERT_EQ(reading.zone->nodes.size(), 2U);
  EXPECT_EQ(reading.zone->apex.to_string(), "example.");
  EXPECT_EQ(reading.zone->nodes[0].origin, "z.zone:2");
  EXPECT_EQ(reading.zone->nodes[0].rrsets[0].type, RRType::A);
  EXPECT_EQ(reading.zone->nodes[1].origin, "z.zone:1");
}

TEST(StaticZone, OfTheConfiguration) {
  config::Zone zone;
  zone.name = "example";
  zone.ttl = 5;
  zone.place = {"f.yaml", 2, 3};
  zone.records = {"a A 192.0.2.1\n\nb A nothing\n", 10};
  zone.aliases = {
      {"www", "a", {"f.yaml", 20, 7}}, {"x..y", "a", {"f.yaml", 21, 7}}, {"a", "b", {"f.yaml", 22, 7}}};
  EXPECT_EQ(told(read_static_zone(zone)),
            "E f.yaml:10: a.example. is an alias by the CNAME in line 22, so it cannot have A as well\n"
            "E f.yaml:12: expected an IPv4 address such as 192.0.2.1, not `nothing`\n"
            "E f.yaml:21:7: name 'x..y': has an empty label\n");
  zone.records.text = "a A 192.0.2.1\n";
  zone.aliases.resize(1);
  EXPECT_EQ(told(read_static_zone(zone)),
            "a.example. 5 IN A 192.0.2.1\nwww.example. 5 IN CNAME a.example.\n");
  EXPECT_FALSE(read_static_zone(config::Zone{}).zone);
}

}  // namespace
}  // namespace signpost
