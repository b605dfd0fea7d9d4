// CNAME and DNAME in static data (N7, N8; RFC 6672).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

std::string repeated(const std::string& label, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += (i == 0 ? "" : ".") + label;
  return text;
}

TestWorld& aliases() {
  static auto* world = [] {
    std::vector<std::string> lines = {"$TTL 3600",
                                      "@ 60 SOA ns h 1 1 1 1 60",
                                      "one CNAME two",
                                      "two CNAME WWW",
                                      "www A 192.0.2.1",
                                      "gone CNAME nope",
                                      "typeless CNAME hole",
                                      "hole TXT \"x\"",
                                      "loop1 CNAME loop2",
                                      "loop2 CNAME loop1",
                                      "self CNAME Self",
                                      "out CNAME www.elsewhere.test.",
                                      "cross CNAME cart.svc.test.",
                                      "port CNAME _http._tcp.cart.svc.test.",
                                      "other CNAME nope.svc.test.",
                                      "cut CNAME x.sub",
                                      "sub NS ns.sub",
                                      "ns.sub A 192.0.2.53",
                                      "old DNAME new",
                                      "old TXT \"here\"",
                                      "host.new A 192.0.2.2",
                                      "via CNAME Host.old",
                                      "away DNAME elsewhere.test.",
                                      "self.d DNAME d",
                                      "r DNAME @",
                                      "deep DNAME " + repeated("labels-of-twenty-six-octets", 8)};
    for (int i = 0; i < 20; ++i)
      lines.push_back("c" + std::to_string(i) + " CNAME c" + std::to_string(i + 1));
    lines.push_back("c20 A 192.0.2.20");
    auto* made = new TestWorld(
        "registries: {local: {type: file, path: x.yaml}}\n"
        "zones: [{name: a.test, file: a.zone}, {name: svc.test, registry: local, answer: order}]",
        {{"a.test", lines}});
    made->list("local", {TestWorld::service("local///cart",
                                            {At("10.0.0.1", 80, "http"), At("10.0.0.2", 80, "http")})});
    return made;
  }();
  return *world;
}

const Row kRows[] = {
    {"N7_a_chain_is_followed", "one.a.test. A",
     "NOERROR aa | one.a.test. 3600 IN CNAME two.a.test. | two.a.test. 3600 IN CNAME WWW.a.test."
     " | WWW.a.test. 3600 IN A 192.0.2.1"},
    {"N7_cname_is_not_followed_for_itself", "one.a.test. CNAME",
     "NOERROR aa | one.a.test. 3600 IN CNAME two.a.test."},
    {"N7_nor_for_any", "one.a.test. ANY", "NOERROR aa | one.a.test. 3600 IN CNAME two.a.test."},
    {"N7_types_beside_an_alias_are_not_asked_of_its_target", "one.a.test. RRSIG", "NOERROR aa soa"},
    {"N7_nsec_beside_an_alias", "one.a.test. NSEC", "NOERROR aa soa"},
    {"N7_the_last_name_decides_the_rcode", "gone.a.test. A",
     "NXDOMAIN aa | gone.a.test. 3600 IN CNAME nope.a.test. soa"},
    {"N7_the_last_name_has_no_such_type", "typeless.a.test. A",
     "NOERROR aa | typeless.a.test. 3600 IN CNAME hole.a.test. soa"},
    {"N8_a_loop_has_no_answer", "loop1.a.test. A", "SERVFAIL"},
    {"N8_an_alias_of_itself", "self.a.test. A", "SERVFAIL"},
    {"N9_out_of_our_zones_the_alias_is_the_answer", "out.a.test. A",
     "NOERROR aa | out.a.test. 3600 IN CNAME www.elsewhere.test."},
    {"N7_into_a_service_of_ours", "cross.a.test. A",
     "NOERROR aa | cross.a.test. 3600 IN CNAME cart.svc.test. | cart.svc.test. 5 IN A 10.0.0.1"
     " | cart.svc.test. 5 IN A 10.0.0.2"},
    {"N7_into_a_port_of_a_service", "port.a.test. SRV",
     "NOERROR aa | port.a.test. 3600 IN CNAME _http._tcp.cart.svc.test."
     " | _http._tcp.cart.svc.test. 5 IN SRV 0 1 80 10-0-0-1.cart.svc.test."
     " | _http._tcp.cart.svc.test. 5 IN SRV 0 1 80 10-0-0-2.cart.svc.test."
     " + 10-0-0-1.cart.svc.test. 5 IN A 10.0.0.1 + 10-0-0-2.cart.svc.test. 5 IN A 10.0.0.2"},
    {"N7_negative_end_in_another_zone", "other.a.test. A",
     "NXDOMAIN aa | other.a.test. 3600 IN CNAME nope.svc.test. soa"},
    {"N7_below_a_delegation_it_ends_in_a_referral", "cut.a.test. A",
     "NOERROR aa | cut.a.test. 3600 IN CNAME x.sub.a.test. | sub.a.test. 3600 IN NS ns.sub.a.test."
     " + ns.sub.a.test. 3600 IN A 192.0.2.53"},
    {"dname_makes_an_alias_with_the_labels_as_asked", "HOST.old.a.test. A",
     "NOERROR aa | old.a.test. 3600 IN DNAME new.a.test. | HOST.old.a.test. 3600 IN CNAME HOST.new.a.test."
     " | HOST.new.a.test. 3600 IN A 192.0.2.2"},
    {"dname_owner_is_an_ordinary_name", "old.a.test. TXT", "NOERROR aa | old.a.test. 3600 IN TXT \"here\""},
    {"dname_owner_is_not_redirected", "old.a.test. A", "NOERROR aa soa"},
    {"dname_asked_for_at_its_owner", "old.a.test. DNAME",
     "NOERROR aa | old.a.test. 3600 IN DNAME new.a.test."},
    {"dname_cname_question_ends_at_the_made_alias", "host.old.a.test. CNAME",
     "NOERROR aa | old.a.test. 3600 IN DNAME new.a.test. | host.old.a.test. 3600 IN CNAME host.new.a.test."},
    {"dname_negative_end", "x.y.old.a.test. A",
     "NXDOMAIN aa | old.a.test. 3600 IN DNAME new.a.test. | x.y.old.a.test. 3600 IN CNAME x.y.new.a.test. "
     "soa"},
    {"dname_behind_an_alias", "via.a.test. A",
     "NOERROR aa | via.a.test. 3600 IN CNAME Host.old.a.test. | old.a.test. 3600 IN DNAME new.a.test."
     " | Host.old.a.test. 3600 IN CNAME Host.new.a.test. | Host.new.a.test. 3600 IN A 192.0.2.2"},
    {"N12_a_dname_used_twice_stands_there_once", "www.r.r.a.test. A",
     "NOERROR aa | r.a.test. 3600 IN DNAME a.test. | www.r.r.a.test. 3600 IN CNAME www.r.a.test."
     " | www.r.a.test. 3600 IN CNAME www.a.test. | www.a.test. 3600 IN A 192.0.2.1"},
    {"N12_a_dname_asked_for_through_itself_stands_there_once", "r.r.a.test. DNAME",
     "NOERROR aa | r.a.test. 3600 IN DNAME a.test. | r.r.a.test. 3600 IN CNAME r.a.test."},
    {"dname_out_of_our_zones", "www.away.a.test. A",
     "NOERROR aa | away.a.test. 3600 IN DNAME elsewhere.test. | www.away.a.test. 3600 IN CNAME "
     "www.elsewhere.test."},
};

class Aliases : public testing::TestWithParam<Row> {};
TEST_P(Aliases, Answer) { EXPECT_EQ(aliases().dig(GetParam().question), GetParam().answer); }
INSTANTIATE_TEST_SUITE_P(Rules, Aliases, testing::ValuesIn(kRows), rule_of);

TEST(Aliases, N7_TheSoaOfANegativeEndIsThatOfTheLastZone) {
  const auto answer = whole_answer(aliases().reader.refresh(), *Name::parse("other.a.test"), RRType::A);
  ASSERT_EQ(answer.records.size(), 2u);
  EXPECT_EQ(answer.records[1].owner, "svc.test.");
}

TEST(Aliases, N8_ALongChainEndsWhereWeStopAndMayBeFollowedFromThere) {
  const auto ten = whole_answer(aliases().reader.refresh(), *Name::parse("c10.a.test"), RRType::A);
  ASSERT_EQ(ten.records.size(), 11u);
  EXPECT_EQ(ten.records.back().to_string(), "c20.a.test. 3600 IN A 192.0.2.20");
  const auto twenty = whole_answer(aliases().reader.refresh(), *Name::parse("c0.a.test"), RRType::A);
  EXPECT_EQ(twenty.rcode, Rcode::NoError);
  EXPECT_EQ(twenty.records.size(), 17u);
  EXPECT_EQ(twenty.records.back().type, RRType::CNAME);
}

TEST(Aliases, RFC6672_2_2_ANameThatGrowsTooLongIsYxdomain) {
  const auto answer = whole_answer(aliases().reader.refresh(),
                                   *Name::parse("a-label-of-thirty-octets-here.deep.a.test"), RRType::A);
  EXPECT_EQ(answer.rcode, Rcode::YxDomain);
  ASSERT_EQ(answer.records.size(), 1u);
  EXPECT_EQ(answer.records[0].type, RRType::DNAME);
}

TEST(Aliases, RFC6672_3_3_ADnameThatFeedsItselfEnds) {
  EXPECT_EQ(aliases().dig("x.self.d.a.test. A"),
            "NXDOMAIN aa | self.d.a.test. 3600 IN DNAME d.a.test. | x.self.d.a.test. 3600 IN CNAME "
            "x.d.a.test. soa");
}

TEST(Aliases, IntoAServiceEachAnswerIsAFreshDraw) {
  std::set<std::string> first;
  for (int i = 0; i < 64; ++i) first.insert(aliases().draw("cross.a.test. A").at(1));
  EXPECT_EQ(first.size(), 2u);
}

}  // namespace
}  // namespace signpost::test
