#include "dns/query/options.h"

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"
#include "tests/support/dns/invariants.h"

namespace signpost::test {
namespace {

constexpr unsigned kNsid = 3, kCookie = 10, kKeepalive = 11, kZoneVersion = 19;
const Bytes kClient = from_hex("2464c4abcf10c957");

struct Road {
  const char* name;
  Transport transport;
  const char* peer;
};

/// Every combination of transport and family; options mean the same on all of them but for keepalive (C7).
class Options : public testing::TestWithParam<Road> {
 protected:
  Options() {
    server_.context.transport = GetParam().transport;
    server_.context.peer = *SocketAddress::parse(GetParam().peer);
    server_.context.wall_seconds = 1'700'000'000;
    server_.context.keepalive = 100;
  }
  bool tcp() const { return GetParam().transport == Transport::Tcp; }
  Bytes ask(const Bytes& options, std::string_view owner = "a.test.", unsigned size = 1232) {
    const auto message = edns_query(owner, RRType::A, opt(size, 0, options));
    const auto handled = server_.handle(message);
    EXPECT_EQ(broken_invariant(message, handled, GetParam().transport), "");
    return Bytes(handled.response.begin(), handled.response.end());
  }
  std::string tell(const Bytes& options, std::string_view owner = "a.test.") {
    return describe(ask(options, owner));
  }
  Bytes fresh_cookie() { return option_in(ask(option(kCookie, kClient)), kCookie).value_or(Bytes{}); }
  std::uint64_t counted(CookieState state) { return server_.counters.cookies[std::size_t(state)].load(); }

  InMemory server_;
};

const Bytes kServerId = raw("test-1");

TEST_P(Options, E12_nsid_is_told_to_who_asks) {
  for (const auto& value : {Bytes{}, Bytes(1, 'x'), Bytes(300, 0)})
    for (const char* owner : {"a.test.", "no.test.", "elsewhere.example."})
      EXPECT_EQ(option_in(ask(option(kNsid, value), owner), kNsid), kServerId);
  EXPECT_TRUE(options_in(ask({})).empty());
  server_.rules.server_id.clear();
  EXPECT_EQ(tell(option(kNsid, {})), "NOERROR aa; a.test. A; 1/0/0; opt 1232");
}

TEST_P(Options, E6_the_first_of_each_kind_counts_and_comes_back_once) {
  const auto once = option(kNsid, {}) + option(kCookie, kClient) + option(kKeepalive, {});
  const auto other = option(kNsid, {}) + option(kCookie, Bytes(3, 0)) + option(kKeepalive, {});
  const auto reply = ask(once + once + other);
  const auto options = options_in(reply);
  EXPECT_EQ(options.size(), tcp() ? 3u : 2u);
  EXPECT_EQ(option_in(reply, kNsid), kServerId);
  const auto cookie = option_in(reply, kCookie);
  ASSERT_TRUE(cookie);
  EXPECT_EQ(Bytes(cookie->begin(), cookie->begin() + 8), kClient);
}

TEST_P(Options, E5_behind_64_options_nothing_is_read) {
  Bytes many;
  for (int i = 0; i < 64; ++i) many = many + option(65001, {});
  EXPECT_TRUE(options_in(ask(many + option(kNsid, {}))).empty());
  EXPECT_EQ(tell(many + u16(10) + u16(9)), "NOERROR aa; a.test. A; 1/0/0; opt 1232");
  many.resize(many.size() - 4);
  EXPECT_EQ(options_in(ask(many + option(kNsid, {}))).size(), 1u);
}

TEST_P(Options, E13_lengths) {
  for (std::size_t size = 0; size <= 64; ++size) {
    const auto reply = ask(option(kCookie, Bytes(size, 7)));
    if (size == 8 || (size >= 16 && size <= 40)) {
      EXPECT_EQ(describe(reply), "NOERROR aa; a.test. A; 1/0/0; opt 1232 option 10") << size;
      EXPECT_EQ(option_in(reply, kCookie).value_or(Bytes{}).size(), 24u) << size;
    } else {
      EXPECT_EQ(describe(reply), "FORMERR; -; 0/0/0; opt 1232") << size;
    }
  }
  EXPECT_EQ(server_.counters.rejected[std::size_t(Guard::BadCookie)].load(), 65u - 1u - 25u);
}

TEST_P(Options, E13_E14_a_cookie_goes_round) {
  const auto first = fresh_cookie();
  ASSERT_EQ(first.size(), 24u);
  EXPECT_EQ(counted(CookieState::ClientOnly), 1u);
  EXPECT_EQ(option_in(ask(option(kCookie, first)), kCookie), first) << "the same again while it is young";
  EXPECT_EQ(counted(CookieState::Valid), 1u);
  server_.context.wall_seconds += 1800;
  const auto renewed = option_in(ask(option(kCookie, first)), kCookie);
  EXPECT_NE(renewed, first);
  EXPECT_EQ(counted(CookieState::Valid), 2u);
  server_.context.wall_seconds += 1801;
  EXPECT_NE(option_in(ask(option(kCookie, first)), kCookie), first);
  EXPECT_EQ(counted(CookieState::Expired), 1u);
  server_.context.peer.ip = *IpAddress::parse("192.0.2.7");
  EXPECT_EQ(tell(option(kCookie, *renewed)), "NOERROR aa; a.test. A; 1/0/0; opt 1232 option 10");
  EXPECT_EQ(counted(CookieState::Invalid), 1u);
}

TEST_P(Options, E13_every_kind_of_answer_brings_a_cookie) {
  const auto cookie = option(kCookie, kClient);
  const std::pair<const char*, const char*> rows[] = {
      {"no.test.", "NXDOMAIN aa; no.test. A; 0/1/0; opt 1232 option 10"},
      {"elsewhere.example.", "REFUSED; elsewhere.example. A; 0/0/0; opt 1232 option 10 ede 20"},
      {"stale.test.", "NOERROR aa; stale.test. A; 1/0/0; opt 1232 option 10 ede 3"},
      {"forever.test.", "SERVFAIL; forever.test. A; 0/0/0; opt 1232 option 10 ede 0"}};
  for (const auto& [owner, told] : rows) EXPECT_EQ(tell(cookie, owner), told);
  const auto truncated = tell(cookie, "many80.test.");
  EXPECT_EQ(truncated, tcp() ? "NOERROR aa; many80.test. A; 80/0/0; opt 1232 option 10"
                             : "NOERROR aa tc; many80.test. A; 0/0/0; opt 1232 option 10");
  EXPECT_EQ(server_.tell(edns_query("a.test.", RRType::OPT, opt(1232, 0, cookie))),
            "FORMERR; a.test. TYPE41; 0/0/0; opt 1232 option 10 ede 30");
  EXPECT_EQ(server_.tell(edns_query("a.test.", RRType::A, opt(1232, 0, cookie)) + Bytes(1, 0)),
            "FORMERR; -; 0/0/0; opt 1232 option 10");
  EXPECT_EQ(server_.tell(edns_query("test.", RRType::SOA, opt(1232, 0, cookie), 4 << 11)),
            "REFUSED opcode 4; test. SOA; 0/0/0; opt 1232 option 10");
}

TEST_P(Options, E4_another_version_has_other_options) {
  const auto reply = server_.tell(
      edns_query("a.test.", RRType::A, opt(1232, 0, option(kCookie, Bytes(3, 0)) + option(kNsid, {}), 1)));
  EXPECT_EQ(reply, "BADVERS; a.test. A; 0/0/0; opt 1232");
}

TEST_P(Options, E13_without_a_secret_cookies_mean_nothing) {
  server_.rules.cookies = {};
  EXPECT_EQ(tell(option(kCookie, kClient)), "NOERROR aa; a.test. A; 1/0/0; opt 1232");
  EXPECT_EQ(server_.tell(header({.qd = 0, .ar = 1}) + opt(1232, 0, option(kCookie, kClient))),
            "FORMERR; -; 0/0/0; opt 1232");
}

TEST_P(Options, H10_no_question_but_a_cookie) {
  const auto ask_cookie = [&](const Bytes& cookie, const Bytes& more = {}) {
    return server_.ask(header({.flags = 0x0100, .qd = 0, .ar = 1}) + opt(1232, 0, option(kCookie, cookie)) +
                       more);
  };
  const auto first = ask_cookie(kClient);
  EXPECT_EQ(describe(first), "NOERROR rd; -; 0/0/0; opt 1232 option 10");
  const auto cookie = option_in(first, kCookie).value_or(Bytes{});
  EXPECT_EQ(ask_cookie(cookie), first) << "it is good";
  auto wrong = cookie;
  wrong.back() ^= 1;
  EXPECT_EQ(describe(ask_cookie(wrong)), "BADCOOKIE rd; -; 0/0/0; opt 1232 option 10");
  EXPECT_EQ(option_in(ask_cookie(wrong), kCookie), cookie) << "a fresh one";
  EXPECT_EQ(describe(ask_cookie(Bytes(9, 0))), "FORMERR rd; -; 0/0/0; opt 1232") << "E13";
  EXPECT_EQ(describe(ask_cookie(kClient, Bytes(1, 0))), "FORMERR rd; -; 0/0/0; opt 1232 option 10") << "H16";
  EXPECT_EQ(server_.tell(header({.qd = 0})), "FORMERR; -; 0/0/0");
  server_.context.wall_seconds += 3601;
  EXPECT_EQ(describe(ask_cookie(cookie)), "BADCOOKIE rd; -; 0/0/0; opt 1232 option 10") << "too old";
}

TEST_P(Options, E17_keepalive_is_for_tcp) {
  for (const auto& value : {Bytes{}, Bytes(2, 9), Bytes(5, 9)}) {
    const auto reply = ask(option(kKeepalive, value));
    EXPECT_EQ(option_in(reply, kKeepalive), tcp() ? std::optional(u16(100)) : std::nullopt);
  }
  server_.context.keepalive = 0;
  EXPECT_EQ(option_in(ask(option(kKeepalive, {})), kKeepalive), tcp() ? std::optional(u16(0)) : std::nullopt);
  EXPECT_EQ(option_in(ask({}), kKeepalive), std::nullopt) << "only for those who ask";
}

TEST_P(Options, E18_E19_E20_of_others_nothing_comes_back) {
  for (const auto& foreign : {option(8, raw("\0\1\x18\0\xc0\0\2")), option(8, raw("\0\1\x18\x18\xc0")),
                              option(9, {}), option(12, Bytes(100, 0)), option(15, u16(3))})
    EXPECT_EQ(tell(foreign), "NOERROR aa; a.test. A; 1/0/0; opt 1232");
}

TEST_P(Options, E21_zone_version) {
  const auto reply = ask(option(kZoneVersion, {}));
  const auto options = options_in(reply);
  ASSERT_EQ(options.size(), 2u);
  EXPECT_EQ(options[0].first, kZoneVersion);
  EXPECT_EQ(options[0].second, raw("\1\0") + u32(2026)) << "one label, the serial";
  EXPECT_EQ(options[1].first, kZoneVersion);
  EXPECT_EQ(options[1].second, raw("\1\xf6") + u32(7) + u32(8)) << "and our own, of 64 bits";
  EXPECT_EQ(options_in(ask(option(kZoneVersion, {}), "no.test.")), options) << "what is missing, too";
  EXPECT_TRUE(options_in(ask(option(kZoneVersion, {}), "elsewhere.example.")).size() == 1) << "EDE alone";
  EXPECT_EQ(tell(option(kZoneVersion, Bytes(1, 0))), "FORMERR; -; 0/0/0; opt 1232");
  EXPECT_TRUE(options_in(ask({})).empty());
}

TEST_P(Options, E8_E10_E22_room_for_options_is_kept_before_records_are_written) {
  server_.rules.server_id.assign(kServerIdOctetsMax, 'i');
  const auto all =
      option(kNsid, {}) + option(kCookie, kClient) + option(kKeepalive, {}) + option(kZoneVersion, {});
  for (unsigned size = 512; size <= 1232; size += 5)
    for (const char* owner :
         {"many10.test.", "many20.test.", "many30.test.", "many60.test.", "glue40.test."}) {
      const auto reply = ask(all, owner, size);  // checks the size, and that TC has no records
      EXPECT_EQ(option_in(reply, kNsid).value_or(Bytes{}).size(), kServerIdOctetsMax) << owner << size;
      EXPECT_EQ(option_in(reply, kCookie).value_or(Bytes{}).size(), 24u) << owner << size;
      EXPECT_TRUE(ldns_reads(reply));
    }
}

TEST_P(Options, E22_the_extended_error_is_what_gives_way) {
  const auto message =
      edns_query("a.test.", RRType::TXT, opt(512, 0, option(kNsid, {}) + option(kCookie, kClient)));
  Asked asked;
  parse(message, server_.rules, asked);
  judge_options(server_.context, server_.rules, asked, server_.counters);
  const auto finish_with_room = [&](std::size_t room) {
    Response response;
    response.begin(asked.query, server_.buffer, 512);
    add_options(server_.context, server_.rules, asked.query, response);
    const auto size = response.remaining() - room;
    const auto txt = record(".", RRType::TXT, Bytes(size - 11, 0));
    std::memcpy(response.reserve(size), txt.data(), size);
    response.add(Section::Answer, size, 1);
    response.set_extended_error(ExtendedError::StaleAnswer, "old");
    const auto octets = response.finish();
    return describe(Bytes(octets.begin(), octets.end())) + " " + std::to_string(octets.size());
  };
  const std::string kept = "NOERROR; a.test. TXT; 1/0/0; opt 1232 option 10 option 3";
  EXPECT_EQ(finish_with_room(9), kept + " ede 3 512");
  EXPECT_EQ(finish_with_room(8), kept + " ede 3 510") << "without its text";
  EXPECT_EQ(finish_with_room(6), kept + " ede 3 512");
  EXPECT_EQ(finish_with_room(5), kept + " 507") << "not at all";
  EXPECT_EQ(finish_with_room(0), kept + " 512") << "where records and options touch";
}

TEST_P(Options, E16_bad_cookie_brings_the_good_one) {
  const auto message = edns_query("a.test.", RRType::A, opt(1232, 0, option(kCookie, kClient)));
  Asked asked;
  parse(message, server_.rules, asked);
  judge_options(server_.context, server_.rules, asked, server_.counters);
  EXPECT_EQ(may_answer_bad_cookie(server_.context, asked.query), !tcp());
  Response response;
  response.begin(asked.query, server_.buffer, 1232);
  add_options(server_.context, server_.rules, asked.query, response);
  response.set_authoritative(true);
  const auto handled = process_detail::bad_cookie(server_.context, response, server_.counters);
  const Bytes reply(handled.response.begin(), handled.response.end());
  EXPECT_EQ(describe(reply), "BADCOOKIE; a.test. A; 0/0/0; opt 1232 option 10");
  EXPECT_EQ(option_in(reply, kCookie), fresh_cookie());
  EXPECT_EQ(server_.counters.zones[kNoZone].rcodes[std::size_t(Rcode::BadCookie)].load(), 1u);
  const auto good = edns_query("a.test.", RRType::A, opt(1232, 0, option(kCookie, fresh_cookie())));
  parse(good, server_.rules, asked);
  judge_options(server_.context, server_.rules, asked, server_.counters);
  EXPECT_EQ(asked.query.edns.cookie_state, CookieState::Valid);
  EXPECT_FALSE(may_answer_bad_cookie(server_.context, asked.query));
  parse(query("a.test.", RRType::A), server_.rules, asked);
  EXPECT_FALSE(may_answer_bad_cookie(server_.context, asked.query));
}

TEST_P(Options, H19_chaos_says_who_it_is) {
  const auto chaos = [&](std::string_view owner, RRType type = RRType::TXT) {
    return server_.ask(header({}) + question(owner, type, RRClass::CH));
  };
  const auto told = [&](std::string_view owner, const std::string& text) {
    const auto reply = chaos(owner);
    const auto string = raw("\x00\x10\x00\x03\x00\x00\x00\x00\x00") +
                        Bytes(1, static_cast<std::uint8_t>(text.size() + 1)) +
                        Bytes(1, static_cast<std::uint8_t>(text.size())) + Bytes(text.begin(), text.end());
    EXPECT_EQ(Bytes(reply.end() - long(string.size()), reply.end()), string) << owner;
    EXPECT_TRUE(ldns_reads(reply));
    return describe(reply);
  };
  EXPECT_EQ(told("id.server.", "test-1"), "NOERROR aa; id.server. CLASS3 TXT; 1/0/0");
  EXPECT_EQ(told("Hostname.BIND.", "test-1"), "NOERROR aa; Hostname.BIND. CLASS3 TXT; 1/0/0");
  EXPECT_EQ(describe(chaos("id.server.", RRType::ANY)), "NOERROR aa; id.server. CLASS3 TYPE255; 1/0/0");
  for (const char* owner : {"version.bind.", "version.server.", "authors.bind.", "server.", ".",
                            "x.id.server.", "id.server.test.", "a.test."})
    EXPECT_EQ(describe(chaos(owner)).substr(0, 7), "REFUSED") << owner;
  EXPECT_EQ(describe(chaos("id.server.", RRType::A)), "REFUSED; id.server. CLASS3 A; 0/0/0");
  server_.rules.server_version = "signpost 1";
  EXPECT_EQ(told("version.bind.", "signpost 1"), "NOERROR aa; version.bind. CLASS3 TXT; 1/0/0");
  EXPECT_EQ(told("version.server.", "signpost 1"), "NOERROR aa; version.server. CLASS3 TXT; 1/0/0");
  server_.rules.server_id.clear();
  EXPECT_EQ(describe(chaos("id.server.")), "REFUSED; id.server. CLASS3 TXT; 0/0/0");
  EXPECT_EQ(server_.tell(header({.ar = 1}) + question("id.server.", RRType::TXT, RRClass::CH) + opt()),
            "REFUSED; id.server. CLASS3 TXT; 0/0/0; opt 1232 ede 21");
  EXPECT_EQ(server_.tell(query("id.server.", RRType::TXT)), "REFUSED; id.server. TXT; 0/0/0") << "class IN";
}

INSTANTIATE_TEST_SUITE_P(Roads, Options,
                         testing::Values(Road{"udp_v4", Transport::Udp, "192.0.2.1:4000"},
                                         Road{"udp_v6", Transport::Udp, "[2001:db8::1]:4000"},
                                         Road{"tcp_v4", Transport::Tcp, "192.0.2.1:4000"},
                                         Road{"tcp_v6", Transport::Tcp, "[2001:db8::1]:4000"}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace signpost::test
