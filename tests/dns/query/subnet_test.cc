// E18: EDNS Client Subnet (RFC 7871), of forwarders that may send it and of all others.
#include "dns/query/subnet.h"

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"
#include "tests/support/dns/invariants.h"

namespace signpost::test {
namespace {

constexpr unsigned kSubnet = 8, kNsid = 3;

Bytes subnet(unsigned family, unsigned bits, const Bytes& address, unsigned scope = 0) {
  return u16(family) + Bytes{static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(scope)} + address;
}

const Bytes kGood = subnet(1, 24, {192, 0, 2});

class Subnet : public testing::Test {
 protected:
  Subnet() {
    const std::vector<PrefixTable::Entry> listed{{*IpAddress::parse("198.51.100.0"), 24, 0},
                                                 {*IpAddress::parse("2001:db8::53"), 128, 0}};
    server_.rules.subnets_from = PrefixTable(listed);
    from("198.51.100.7");
  }
  void from(std::string_view address) { server_.context.peer = {*IpAddress::parse(address), 4242}; }
  Bytes ask(const Bytes& options, std::string_view owner = "a.test.") {
    const auto message = edns_query(owner, RRType::A, opt(1232, 0, options));
    const auto handled = server_.handle(message);
    EXPECT_EQ(broken_invariant(message, handled, server_.context.transport, kUdpSizeDefault, true), "");
    return Bytes(handled.response.begin(), handled.response.end());
  }
  std::string tell(const Bytes& value, std::string_view owner = "a.test.") {
    return describe(ask(option(kSubnet, value), owner));
  }

  InMemory server_;
};

const std::string kAnswer = "NOERROR aa; a.test. A; 1/0/0; opt 1232";
const std::string kFormErr = "FORMERR; -; 0/0/0; opt 1232";

struct Case {
  const char* rule;
  Bytes value;
  bool good;
};

const Case kCases[] = {
    {"v4", kGood, true},
    {"v4_whole", subnet(1, 32, {192, 0, 2, 1}), true},
    {"v4_one_bit", subnet(1, 1, {128}), true},
    {"v4_off_an_octet", subnet(1, 23, {192, 0, 2}), true},
    {"v4_nobody", subnet(1, 0, {}), true},
    {"v6", subnet(2, 56, {0x20, 1, 0xd, 0xb8, 0, 0, 1}), true},
    {"v6_whole", subnet(2, 128, Bytes(16, 7)), true},
    {"v6_nobody", subnet(2, 0, {}), true},
    {"family_0_is_nobody", subnet(0, 0, {}), true},
    {"family_0_with_bits", subnet(0, 8, {1}), false},
    {"family_0_with_octets", subnet(0, 0, {1}), false},
    {"unknown_family", subnet(3, 24, {1, 2, 3}), false},
    {"family_of_two_octets", subnet(0x0101, 24, {1, 2, 3}), false},
    {"v4_too_long", subnet(1, 33, Bytes(5, 1)), false},
    {"v6_too_long", subnet(2, 129, Bytes(17, 1)), false},
    {"too_few_octets", subnet(1, 24, {192, 0}), false},
    {"too_many_octets", subnet(1, 24, {192, 0, 2, 0}), false},
    {"octets_for_no_bits", subnet(1, 0, {0}), false},
    {"bits_behind_the_length", subnet(1, 23, {192, 0, 3}), false},
    {"bits_behind_the_length_v6", subnet(2, 57, {0x20, 1, 0xd, 0xb8, 0, 0, 1, 1}), false},
    {"scope_in_a_query", subnet(1, 24, {192, 0, 2}, 24), false},
    {"scope_of_nobody", subnet(1, 0, {}, 1), false},
    {"empty", {}, false},
    {"cut", {0, 1, 0}, false},
};

TEST_F(Subnet, E18_a_listed_forwarder_is_taken_at_its_word_or_told_that_it_is_malformed) {
  for (const auto& [rule, value, good] : kCases) {
    SCOPED_TRACE(rule);
    const auto reply = ask(option(kSubnet, value));
    EXPECT_EQ(describe(reply), good ? kAnswer + " option 8" : kFormErr);
    EXPECT_EQ(option_in(reply, kSubnet), good ? std::optional(value) : std::nullopt) << "as it came, scope 0";
  }
  EXPECT_EQ(server_.counters.rejected[std::size_t(Guard::BadSubnet)].load(), 15u);
}

TEST_F(Subnet, E18_of_others_it_means_nothing_and_is_not_sent_back) {
  for (const char* peer : {"198.51.101.1", "192.0.2.1", "2001:db8::54", "::1"}) {
    from(peer);
    for (const auto& one : kCases) EXPECT_EQ(tell(one.value), kAnswer) << one.rule;
    EXPECT_EQ(tell(kGood, "scope24.test."), "NOERROR aa; scope24.test. A; 1/0/0; opt 1232");
  }
  server_.rules.subnets_from = PrefixTable();
  from("198.51.100.7");
  EXPECT_EQ(tell(kGood), kAnswer) << "nobody is listed";
}

TEST_F(Subnet, E18_the_peer_is_who_it_is_in_either_notation) {
  for (const char* peer : {"198.51.100.255", "::ffff:198.51.100.7", "2001:db8::53"}) {
    from(peer);
    EXPECT_EQ(tell(kGood), kAnswer + " option 8") << peer;
  }
}

TEST_F(Subnet, E18_scope_says_on_how_much_the_answer_depended) {
  const auto scope_of = [&](const Bytes& value, std::string_view owner) {
    const auto told = option_in(ask(option(kSubnet, value), owner), kSubnet);
    if (!told || told->size() != value.size()) return -1;
    auto same = *told;
    same[3] = 0;
    EXPECT_EQ(same, value) << "family, length and address are the query's (section 7.2.1)";
    return static_cast<int>((*told)[3]);
  };
  EXPECT_EQ(scope_of(kGood, "a.test."), 0);
  EXPECT_EQ(scope_of(kGood, "scope24.test."), 24);
  EXPECT_EQ(scope_of(kGood, "scope32.test."), 32) << "more than was told: it would have been better";
  EXPECT_EQ(scope_of(subnet(2, 48, {0x20, 1, 0xd, 0xb8, 0, 0}), "scope56.test."), 56);
  for (const char* owner : {"no.test.", "elsewhere.example.", "forever.test."})
    EXPECT_EQ(scope_of(kGood, owner), 0) << owner;
  EXPECT_EQ(scope_of(subnet(0, 0, {}), "scope24.test."), 0) << "no address, none of whose bits could count";
}

TEST_F(Subnet, E6_the_first_counts_and_comes_back_once) {
  const auto twice = option(kSubnet, kGood) + option(kNsid, {}) + option(kSubnet, subnet(1, 33, {}));
  const auto reply = ask(twice);
  EXPECT_EQ(options_in(reply).size(), 2u);
  EXPECT_EQ(option_in(reply, kSubnet), kGood);
  EXPECT_EQ(describe(ask(option(kSubnet, subnet(1, 33, {})) + option(kSubnet, kGood))), kFormErr);
}

TEST_F(Subnet, E4_in_another_version_and_other_opcodes_nobody_looks_at_it) {
  const auto bad = option(kSubnet, subnet(1, 33, {}));
  EXPECT_EQ(server_.tell(edns_query("a.test.", RRType::A, opt(1232, 0, bad, 1))),
            "BADVERS; a.test. A; 0/0/0; opt 1232");
  EXPECT_EQ(server_.tell(edns_query("test.", RRType::SOA, opt(1232, 0, bad), 4 << 11)),
            "REFUSED opcode 4; test. SOA; 0/0/0; opt 1232");
}

TEST_F(Subnet, E8_room_for_it_is_kept_beside_every_other_option) {
  server_.rules.server_id.assign(kServerIdOctetsMax, 'i');
  const auto whole = subnet(2, 128, Bytes(16, 7));
  const auto all = option(10, Bytes(8, 1)) + option(kNsid, {}) + option(19, {}) + option(kSubnet, whole);
  for (unsigned size = 512; size <= 1232; size += 5) {
    const auto message = edns_query("many20.test.", RRType::A, opt(size, 0, all));
    const auto handled = server_.handle(message);
    EXPECT_EQ(broken_invariant(message, handled, Transport::Udp, kUdpSizeDefault, true), "");
    EXPECT_EQ(option_in(Bytes(handled.response.begin(), handled.response.end()), kSubnet), whole) << size;
  }
}

TEST_F(Subnet, ClientIsWhoIsBelieved) {
  const auto client = [&](const Bytes& options) {
    const auto message = edns_query("a.test.", RRType::A, opt(1232, 0, options));
    Asked asked;
    parse(message, server_.rules, asked);
    if (asked.query.edns.options != 0) judge_options(server_.context, server_.rules, asked, server_.counters);
    const auto who = client_of(server_.context, asked.query);
    return who.address.to_string() + "/" + std::to_string(who.bits);
  };
  EXPECT_EQ(client(option(kSubnet, kGood)), "192.0.2.0/24");
  EXPECT_EQ(client(option(kSubnet, subnet(2, 20, {0x20, 1, 0xd0 & 0xf0}))), "2001:d000::/20");
  EXPECT_EQ(client(option(kSubnet, subnet(1, 0, {}))), "0.0.0.0/0");
  EXPECT_EQ(client({}), "198.51.100.7/32");
  from("::ffff:198.51.101.9");
  EXPECT_EQ(client(option(kSubnet, kGood)), "198.51.101.9/32") << "not listed";
  from("2001:db8::1");
  EXPECT_EQ(client({}), "2001:db8::1/128");
}

}  // namespace
}  // namespace signpost::test
