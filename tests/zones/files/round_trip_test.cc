// Random records: as ldns writes them they read back as the same octets, and broken text is never taken
// badly.
#include <cstdlib>
#include <memory>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/ldns.h"
#include "tests/zones/files/support.h"

namespace signpost {
namespace {

using Octets = std::vector<std::uint8_t>;

std::uint32_t seed() {
  const char* given = std::getenv("SIGNPOST_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

class Draw {
 public:
  explicit Draw(std::uint32_t from) : random_(from) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  std::uint8_t octet() { return static_cast<std::uint8_t>(below(256)); }
  void octets(Octets& to, std::uint32_t count) {
    while (count-- > 0) to.push_back(octet());
  }
  /// Up to four labels of any octets, under `example.`; but ldns writes these two as they are, and then they
  /// mean something else.
  void name(Octets& to) {
    for (auto labels = below(5); labels-- > 0;) {
      const auto size = 1 + below(below(4) == 0 ? 40 : 8);
      to.push_back(static_cast<std::uint8_t>(size));
      octets(to, size);
      for (auto i = to.size() - size; i < to.size(); ++i)
        if (to[i] == '"' || to[i] == '$') to[i] = 'x';
    }
    for (const char c : std::string_view("\7example")) to.push_back(static_cast<std::uint8_t>(c));
    to.push_back(0);
  }
  void string(Octets& to) {
    const auto size = below(10) == 0 ? 255 : below(20);
    to.push_back(static_cast<std::uint8_t>(size));
    octets(to, size);
  }

 private:
  std::mt19937 random_;
};

/// RDATA of the types that have names, strings and numbers in them, and octets of an unknown one.
Octets rdata_of(RRType type, Draw& draw) {
  Octets out;
  switch (static_cast<unsigned>(type)) {
    case 1:
      draw.octets(out, 4);
      break;
    case 28:
      draw.octets(out, 16);
      break;
    case 2:
    case 12:
      draw.name(out);
      break;
    case 15:
      draw.octets(out, 2);
      draw.name(out);
      break;
    case 33:
      draw.octets(out, 6);
      draw.name(out);
      break;
    case 16:
      for (auto strings = 1 + draw.below(4); strings-- > 0;) draw.string(out);
      break;
    case 35:
      draw.octets(out, 4);
      for (int i = 0; i < 3; ++i) draw.string(out);
      draw.name(out);
      break;
    case 43:
      draw.octets(out, 4 + 32);
      break;
    case 52:
      draw.octets(out, 3 + 1 + draw.below(64));
      break;
    default:
      draw.octets(out, 1 + draw.below(40));  // ldns writes TYPE0 when there are none
  }
  return out;
}

std::string written(const Octets& owner, RRType type, std::uint32_t ttl, const Octets& rdata) {
  Octets wire = owner;
  const auto put = [&](std::uint32_t value, int octets) {
    for (int i = octets; i-- > 0;) wire.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  put(static_cast<std::uint16_t>(type), 2);
  put(1, 2);
  put(ttl, 4);
  put(static_cast<std::uint32_t>(rdata.size()), 2);
  wire.insert(wire.end(), rdata.begin(), rdata.end());
  ldns_rr* rr = nullptr;
  std::size_t at = 0;
  if (ldns_wire2rr(&rr, wire.data(), wire.size(), &at, LDNS_SECTION_ANSWER) != LDNS_STATUS_OK) return {};
  const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr2str(rr), std::free);
  ldns_rr_free(rr);
  return text.get();
}

TEST(RoundTrip, WhatLdnsWritesReadsBackEqual) {
  const auto from = seed();
  SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(from));
  Draw draw(from);
  const unsigned types[] = {1, 2, 12, 15, 16, 28, 33, 35, 43, 52, 65280};
  for (int round = 0; round < 3000; ++round) {
    const auto type = static_cast<RRType>(types[draw.below(std::size(types))]);
    Octets owner;
    draw.name(owner);
    const auto name = Name::folded_from_wire(owner);
    if (name.size() > 1 && name.wire()[1] == '*') continue;  // NS there is a mistake
    const auto ttl = draw.below(0x80000000U);
    const auto rdata = rdata_of(type, draw);
    const auto text = written({name.wire().begin(), name.wire().end()}, type, ttl, rdata);
    ASSERT_FALSE(text.empty());
    const auto reading = read_zone_text(text, Name::parse("example").value());
    ASSERT_TRUE(reading.zone) << text << told(reading);
    ASSERT_EQ(reading.zone->nodes.size(), 1U) << text;
    const auto& node = reading.zone->nodes[0];
    EXPECT_EQ(node.name, name) << text;
    ASSERT_EQ(node.rrsets.size(), 1U) << text << told(reading);
    EXPECT_EQ(node.rrsets[0].type, type) << text;
    EXPECT_EQ(node.rrsets[0].ttl, ttl) << text;
    EXPECT_EQ(node.rrsets[0].rdata, std::vector<Octets>{rdata}) << text;
  }
}

/// What must hold of every zone that is handed out.
void expect_sound(const StaticZone& zone) {
  const Name* before = nullptr;
  for (const auto& node : zone.nodes) {
    EXPECT_TRUE(is_at_or_below(node.name.wire(), zone.apex.wire()));
    if (before != nullptr) {
      EXPECT_TRUE(std::lexicographical_compare(before->wire().begin(), before->wire().end(),
                                               node.name.wire().begin(), node.name.wire().end()));
    }
    before = &node.name;
    EXPECT_FALSE(node.rrsets.empty());
    bool alias = false;
    for (const auto& rrset : node.rrsets) {
      alias |= rrset.type == RRType::CNAME;
      EXPECT_LE(rrset.ttl, 0x7fffffffU);
      EXPECT_FALSE(rrset.rdata.empty());
      EXPECT_EQ(std::set<Octets>(rrset.rdata.begin(), rrset.rdata.end()).size(), rrset.rdata.size());
    }
    EXPECT_TRUE(!alias || node.rrsets.size() == 1);
  }
}

TEST(Broken, TextIsRefusedOrSound) {
  const std::string good =
      "$TTL 1h\n$ORIGIN example.\n@ SOA ns host ( 1 2h 3m 4 5 ) ; x\n  NS ns\nns A 192.0.2.1\n AAAA "
      "2001:db8::1\n"
      "*.w TXT \"a b\" c\\032d \"\\\"\"\nx 60 IN CNAME ns\ns SVCB 1 . alpn=\"h2,h3\" port=53 "
      "ipv4hint=192.0.2.1\n"
      "d NS ns.d\nns.d A 192.0.2.9\nt TYPE65280 \\# 3 0a0b0c\n_s._tcp SRV 1 2 3 ns\nl LOC 52 22 23.0 N 4 53 "
      "32.0 E "
      "-2m\nk DNSKEY 256 3 13 AQIDBA==\nc CAA 0 issue \"a; b\"\nn NAPTR 1 2 u e \"!a!b!\" .\na APL "
      "1:192.0.2.0/24\n"
      "i IPSECKEY 10 3 2 ns AQID\nh HIP 2 2001 AQID ns\nz NSEC ns A MX TYPE999\nw WKS 192.0.2.1 TCP 25\n";
  const std::string pieces[] = {
      "(",     ")",         "\"",     "\\",  ";",     "\n",   " ", "$",
      "@",     ".",         "*",      "\\#", "\\255", "-1",   "A", "99999999999999999999",
      "TYPE0", "TYPE65535", "CLASS1", "=",   ",",     "\xff", "\t"};
  const auto from = seed();
  SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(from));
  Draw draw(from);
  const auto apex = Name::parse("example").value();
  ASSERT_TRUE(read_zone_text(good, apex).zone) << told(good);
  for (int round = 0; round < 3000; ++round) {
    auto text = good;
    for (auto changes = 1 + draw.below(4); changes-- > 0;) {
      const auto at = draw.below(static_cast<std::uint32_t>(text.size()));
      switch (draw.below(4)) {
        case 0:
          text[at] = static_cast<char>(draw.octet());
          break;
        case 1:
          text.erase(at, 1 + draw.below(30));
          break;
        case 2:
          text.insert(at, pieces[draw.below(std::size(pieces))]);
          break;
        default:
          text.insert(at, text.substr(draw.below(static_cast<std::uint32_t>(text.size())), draw.below(40)));
      }
    }
    const auto reading = read_zone_text(text, apex);
    EXPECT_TRUE(reading.zone != nullptr || !reading.findings.errors.empty() || text.empty());
    if (reading.zone) expect_sound(*reading.zone);
  }
}

}  // namespace
}  // namespace signpost
