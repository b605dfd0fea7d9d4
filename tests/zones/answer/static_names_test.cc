// Static records beside nothing else: every type, the apex, what exists and what does not. Each case is the
// rule that it is named for; ids are those of the checklist.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

TestWorld& example() {
  static auto* world =
      new TestWorld("zones: [{name: example.test, file: x.zone}, {name: bare.test, file: y.zone}]",
                    {{"example.test",
                      {"$TTL 600",
                       "@ 300 SOA ns1 Admin.Example.test. 7 1 2 3 60",
                       "@ NS ns1",
                       "@ NS NS2.elsewhere.test.",
                       "@ MX 10 mail",
                       "@ MX 20 mail",
                       "@ 100 TXT \"v=spf1 -all\"",
                       "@ CAA 0 issue \"ca.test\"",
                       "ns1 A 192.0.2.1",
                       "ns1 AAAA 2001:db8::1",
                       "mail A 192.0.2.2",
                       "WWW 60 A 192.0.2.3",
                       "www 60 A 192.0.2.4",
                       "www TXT \"a \\\"quoted\\\" word\" \"\"",
                       "www TYPE65400 \\# 4 0aFF0141",
                       "deep.er.down A 192.0.2.5",
                       "_sip._udp SRV 1 2 5060 www",
                       "_nobody._tcp SRV 0 0 0 .",
                       "svc HTTPS 1 . alpn=h2,h3 port=8443",
                       "svc HTTPS 2 www",
                       "svc A 192.0.2.6",
                       "alias HTTPS 0 svc",
                       "hole TXT \"x\"",
                       "a\\000b A 192.0.2.7"}},
                     {"bare.test", {"www A 192.0.2.9"}}});
  return *world;
}

const Row kRows[] = {
    {"static_set_is_whole_and_in_the_order_written", "www.example.test. A",
     "NOERROR aa | www.example.test. 60 IN A 192.0.2.3 | www.example.test. 60 IN A 192.0.2.4"},
    {"N1_case_does_not_matter_and_the_question_owns", "wWw.Example.TEST. A",
     "NOERROR aa | wWw.Example.TEST. 60 IN A 192.0.2.3 | wWw.Example.TEST. 60 IN A 192.0.2.4"},
    {"N2_other_type_is_nodata", "www.example.test. AAAA", "NOERROR aa soa"},
    {"N3_missing_name_is_nxdomain", "nope.example.test. A", "NXDOMAIN aa soa"},
    {"N5_empty_non_terminal_is_nodata", "er.down.example.test. A", "NOERROR aa soa"},
    {"N5_upper_empty_non_terminal_is_nodata", "down.example.test. TXT", "NOERROR aa soa"},
    {"N5_below_an_empty_non_terminal_is_nxdomain", "x.down.example.test. A", "NXDOMAIN aa soa"},
    {"N5_protocol_label_of_a_static_srv_exists", "_udp.example.test. SRV", "NOERROR aa soa"},
    {"N5_below_a_static_name_is_nxdomain", "x.www.example.test. A", "NXDOMAIN aa soa"},
    {"N11_unknown_types_are_octets", "www.example.test. TYPE65400",
     "NOERROR aa | www.example.test. 600 IN TYPE65400 \\# 4 0aff0141"},
    {"N16_strings_keep_their_order_and_may_be_empty", "www.example.test. TXT",
     "NOERROR aa | www.example.test. 600 IN TXT \"a \\\"quoted\\\" word\" \"\""},
    {"H14_odd_octets_in_a_label", "a\\000b.example.test. A",
     "NOERROR aa | a\\000b.example.test. 600 IN A 192.0.2.7"},
    {"soa_is_that_of_the_file", "example.test. SOA",
     "NOERROR aa | example.test. 300 IN SOA ns1.example.test. Admin.Example.test. 7 1 2 3 60"},
    {"ns_are_those_of_the_file_with_in_zone_addresses", "example.test. NS",
     "NOERROR aa | example.test. 600 IN NS ns1.example.test. | example.test. 600 IN NS NS2.elsewhere.test."
     " + ns1.example.test. 600 IN A 192.0.2.1 + ns1.example.test. 600 IN AAAA 2001:db8::1"},
    {"the_default_name_server_is_not_there_then", "ns.dns.example.test. A", "NXDOMAIN aa soa"},
    {"apex_has_other_records_too", "example.test. CAA",
     "NOERROR aa | example.test. 600 IN CAA 0 issue \"ca.test\""},
    {"apex_nodata", "example.test. A", "NOERROR aa soa"},
    {"N12_addresses_of_one_target_come_once", "example.test. MX",
     "NOERROR aa | example.test. 600 IN MX 10 mail.example.test. | example.test. 600 IN MX 20 "
     "mail.example.test."
     " + mail.example.test. 600 IN A 192.0.2.2"},
    {"N10_any_is_the_smallest_set", "www.example.test. ANY",
     "NOERROR aa | www.example.test. 600 IN TYPE65400 \\# 4 0aff0141"},
    {"N10_any_at_the_apex_is_the_smallest_set", "example.test. ANY",
     "NOERROR aa | example.test. 100 IN TXT \"v=spf1 -all\""},
    {"N14_srv_below_an_underscore_with_additional", "_sip._udp.example.test. SRV",
     "NOERROR aa | _sip._udp.example.test. 600 IN SRV 1 2 5060 www.example.test."
     " + www.example.test. 60 IN A 192.0.2.3 + www.example.test. 60 IN A 192.0.2.4"},
    {"N14_srv_of_nobody", "_nobody._tcp.example.test. SRV",
     "NOERROR aa | _nobody._tcp.example.test. 600 IN SRV 0 0 0 ."},
    {"N18_service_mode_brings_its_own_and_its_targets_addresses", "svc.example.test. HTTPS",
     "NOERROR aa | svc.example.test. 600 IN HTTPS 1 . alpn=\"h2,h3\" port=8443"
     " | svc.example.test. 600 IN HTTPS 2 www.example.test."
     " + svc.example.test. 600 IN A 192.0.2.6"
     " + www.example.test. 60 IN A 192.0.2.3 + www.example.test. 60 IN A 192.0.2.4"},
    {"N18_alias_mode_brings_the_targets_records", "alias.example.test. HTTPS",
     "NOERROR aa | alias.example.test. 600 IN HTTPS 0 svc.example.test."
     " + svc.example.test. 600 IN A 192.0.2.6"
     " + svc.example.test. 600 IN HTTPS 1 . alpn=\"h2,h3\" port=8443"
     " + svc.example.test. 600 IN HTTPS 2 www.example.test."},
    {"a_zone_without_soa_and_ns_gets_the_usual_ones", "bare.test. NS",
     "NOERROR aa | bare.test. 5 IN NS ns.dns.bare.test. + ns.dns.bare.test. 5 IN A 192.0.2.53"},
    {"DS_at_an_apex_without_its_parent_is_nodata", "example.test. DS", "NOERROR aa soa"},
};

class StaticNames : public testing::TestWithParam<Row> {};
TEST_P(StaticNames, Answer) { EXPECT_EQ(example().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, StaticNames, testing::ValuesIn(kRows), rule_of);

std::uint32_t negative_ttl(TestWorld& world, const std::string& question) {
  const auto [name, type] = parse_question(question);
  for (const auto& record : whole_answer(world.reader.refresh(), name, type).records) {
    if (record.type == RRType::SOA) return record.ttl;
  }
  return 0;
}

TEST(StaticZones, N4_NegativeTtlIsTheLesserOfSoaTtlAndMinimum) {
  EXPECT_EQ(negative_ttl(example(), "nope.example.test. A"), 60u);
  EXPECT_EQ(negative_ttl(example(), "www.example.test. MX"), 60u);
  TestWorld other("zones: [{name: x.test, file: x.zone}]", {{"x.test", {"@ 30 SOA a b 1 1 1 1 900"}}});
  EXPECT_EQ(negative_ttl(other, "nope.x.test. A"), 30u);
}

TEST(StaticZones, T8_WhatFillsAMessageComesWholeOverTcpAndTruncatesOverUdp) {
  std::vector<std::string> lines;
  for (int i = 0; i < 4000; ++i)
    lines.push_back("many A 10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  TestWorld world("zones: [{name: x.test, file: x.zone}]", {{"x.test", lines}});
  EXPECT_EQ(world.draw("many.x.test. A", false).size(), 4000u);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_TRUE(world.draw("many.x.test. A", true).empty());
  EXPECT_TRUE(world.last_truncated);
}

TEST(StaticZones, N15_AdditionalRecordsAreDroppedSilentlyWhenShortOfSpace) {
  std::vector<std::string> lines;
  for (int i = 0; i < 12; ++i) {
    const auto host = "a-host-with-a-long-name-" + std::to_string(i);
    lines.push_back("@ MX 10 " + host);
    lines.push_back(host + " AAAA 2001:db8::" + std::to_string(i));
  }
  TestWorld world("zones: [{name: x.test, file: x.zone}]", {{"x.test", lines}});
  EXPECT_EQ(world.draw("x.test. MX", true, 700).size(), 12u);
  EXPECT_FALSE(world.last_truncated);
  EXPECT_GT(world.last_octets, 600u) << "as many addresses as fit";
}

}  // namespace
}  // namespace signpost::test
