// Folding, address labels and reverse names (DESIGN.md section 2; facts: registries.md 0.4, dns.md N17).
#include "zones/synthesis/names.h"

#include <array>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost::names {
namespace {

std::string folded(std::string_view original) {
  const auto labels = fold_name(original);
  if (!labels) return "error";
  std::string text;
  for (const auto& label : *labels) text += (text.empty() ? "" : ".") + label;
  return text;
}

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

TEST(FoldName, KeepsTheRules) {
  const std::pair<const char*, const char*> cases[] = {
      {"cart", "cart"},
      {"Cart", "cart"},
      {"com.acme.Cart", "com.acme.cart"},  // a dot stays a label break
      {"DEFAULT_GROUP", "default-group"},
      {"providers:com.acme.Cart:1.0.0:blue", "providers-com.acme.cart-1.0.0-blue"},
      {"a_-_b", "a-b"},  // runs collapse
      {"a--b", "a-b"},
      {"-a-", "a"},       // ends go
      {"_cart", "cart"},  // labels with '_' in front are only ours
      {"_tcp._udp", "tcp.udp"},
      {"a..b.", "a.b"},  // empty labels vanish
      {"a._.b", "a.b"},
      {"caf\xc3\xa9", "caf"},  // octets, not characters
      {"\xc3\xa9t\xc3\xa9", "t"},
      {"", "error"},
      {".", "error"},
      {"_$_", "error"},
      {"\xe6\x9c\x8d", "error"},
  };
  for (const auto& [original, expected] : cases) EXPECT_EQ(folded(original), expected) << original;
  EXPECT_EQ(folded(std::string_view("a\0b", 3)), "a-b");
}

TEST(FoldName, SaysWhatWasLeft) {
  EXPECT_EQ(fold_name("_$_").error().message, "'_$_' has no letter and no digit to make a name of");
}

TEST(FoldLabel, OverSixtyThreeOctetsEndsInTheHash) {
  const std::string longest(63, 'a');
  EXPECT_EQ(fold_label(longest), longest);
  // printf %64s | tr ' ' a | sha256sum
  EXPECT_EQ(fold_label(std::string(64, 'a')), std::string(52, 'a') + "-ffe054fe7a");
  EXPECT_EQ(fold_label(std::string(64, 'A')).substr(0, 53), std::string(52, 'a') + '-');
  EXPECT_NE(fold_label(std::string(64, 'A')),
            fold_label(std::string(64, 'a')));  // the hash is of the original
  EXPECT_EQ(fold_label(std::string(64, 'a') + "_").size(), 63u);
  EXPECT_EQ(fold_label(longest + "___"), longest);  // what counts is the folded label
  EXPECT_EQ(folded("x." + std::string(64, 'a') + ".y"), "x." + std::string(52, 'a') + "-ffe054fe7a.y");
}

TEST(FoldProperties, GiveHostNameLabelsAndFoldTwiceAsOnce) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    std::string original(random.below(90), ' ');
    for (auto& c : original)
      c = static_cast<char>(random.below(4) == 0 ? random.below(256) : 'a' + random.below(26));
    const auto label = fold_label(original);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ": " << label);
    ASSERT_LE(label.size(), kLabelOctetsMax);
    if (label.empty()) continue;
    EXPECT_EQ(label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    EXPECT_NE(label.front(), '-');
    EXPECT_NE(label.back(), '-');
    if (label.find("--") == std::string::npos) {
      EXPECT_EQ(fold_label(label), label);
    }
  }
}

TEST(PortLabel, IsOursByItsUnderscore) {
  EXPECT_EQ(port_label("http"), "_http");
  EXPECT_EQ(port_label("Web_UI"), "_web-ui");
  EXPECT_EQ(port_label(""), "");
  EXPECT_EQ(port_label("__"), "");
  EXPECT_EQ(port_label(std::string(62, 'a')), '_' + std::string(62, 'a'));
  EXPECT_EQ(port_label(std::string(63, 'a')).size(), kLabelOctetsMax);
}

const std::pair<const char*, const char*> kAddresses[] = {
    {"10.0.0.1", "10-0-0-1"},
    {"255.255.255.255", "255-255-255-255"},
    {"fd00::3", "fd00--3"},
    {"::1", "0--1"},
    {"::", "0--0"},
    {"fd00::", "fd00--0"},
    {"2001:db8:0:0:1:0:0:1", "2001-db8--1-0-0-1"},
    {"2001:db8:0:1:1:1:1:1", "2001-db8-0-1-1-1-1-1"},  // one zero is not shortened
    {"1:2:3:4:5:6:7:8", "1-2-3-4-5-6-7-8"},
    {"0:2:3:4:5:6:7:8", "0-2-3-4-5-6-7-8"},
    {"1:2:3:4:5:6:0:0", "1-2-3-4-5-6--0"},
    {"::ffff:1.2.3.4", "0--ffff-102-304"},  // dotted, it would be
    {"::ffff:1:2:3:4", "0--ffff-1-2-3-4"},  // this one
    {"::1.2.3.4", "0--102-304"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff-ffff-ffff-ffff-ffff-ffff-ffff-ffff"},
};

TEST(AddressLabel, ThereAndBack) {
  for (const auto& [text, label] : kAddresses) {
    EXPECT_EQ(address_label(address(text)), label);
    EXPECT_EQ(parse_address_label(label), address(text)) << label;
    const auto instance = std::string(label) + "-p8080";
    EXPECT_EQ(instance_label(address(text), 8080), instance);
    EXPECT_EQ(parse_instance_label(instance), (AddressPort{address(text), 8080})) << instance;
  }
}

TEST(AddressLabel, OnlyTheCanonicalOneIsRead) {
  for (const char* label : {"",
                            "-",
                            "10-0-0",
                            "10-0-0-01",
                            "010-0-0-1",
                            "10-0-0-256",
                            "10-0-0-1-",
                            "-10-0-0-1",
                            "10.0.0.1",
                            "fd00::3",
                            "FD00--3",
                            "fd00--03",
                            "fd00-0-0-0-0-0-0-3",
                            "--1",
                            "fd00--",
                            "0-0-0-0-0-0-0-1",
                            "1-2-3-4-5-6-7--0",
                            "0--ffff-1.2.3.4",
                            "cart",
                            "1-2-3-4-5-6-7-8-9",
                            "ffff-ffff-ffff-ffff-ffff-ffff-ffff-fffff"}) {
    EXPECT_EQ(parse_address_label(label), std::nullopt) << label;
  }
}

TEST(InstanceLabel, OnlyTheCanonicalOneIsRead) {
  EXPECT_EQ(parse_instance_label("10-0-0-1-p0"), (AddressPort{address("10.0.0.1"), 0}));
  EXPECT_EQ(parse_instance_label("10-0-0-1-p65535"), (AddressPort{address("10.0.0.1"), 65535}));
  for (const char* label :
       {"10-0-0-1", "10-0-0-1-p", "10-0-0-1-p080", "10-0-0-1-p00", "10-0-0-1-p65536", "10-0-0-1-p+1",
        "10-0-0-1-p8x", "-p80", "p80", "10-0-0-1p80", "10-0-0-1-P80", "cart-p80"}) {
    EXPECT_EQ(parse_instance_label(label), std::nullopt) << label;
  }
}

TEST(AddressProperties, EveryLabelIsDifferentAndComesBack) {
  Random random(7);
  std::set<std::string> labels;
  for (int i = 0; i < 5000; ++i) {
    std::array<std::uint8_t, 16> octets{};
    for (auto& octet : octets)
      octet = static_cast<std::uint8_t>(random.below(3) == 0 ? random.below(256) : 0);
    const auto v6 = IpAddress::v6(octets);
    const auto label = address_label(v6);
    labels.insert(label);
    ASSERT_LE(label.size(), 39u);
    ASSERT_EQ(parse_address_label(label), v6) << label;
    const auto range = parse_reverse(reverse_name(v6).wire());
    ASSERT_TRUE(range && range->complete());
    ASSERT_EQ(range->first, v6);
    ASSERT_EQ(range->last, v6);
  }
  EXPECT_GT(labels.size(), 4500u);
}

TEST(ReverseName, IsWhatTheStandardsSay) {
  EXPECT_EQ(reverse_name(address("10.0.0.200")).to_string(), "200.0.0.10.in-addr.arpa.");
  EXPECT_EQ(reverse_name(address("2001:db8::abcd")).to_string(),
            "d.c.b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
}

std::string range_of(const char* name) {
  const auto range = parse_reverse(Name::parse(name).value().wire());
  if (!range) return "none";
  return range->first.to_string() + " to " + range->last.to_string() + (range->complete() ? " complete" : "");
}

TEST(ParseReverse, KnowsCompleteAndPartialNames) {
  EXPECT_EQ(range_of("1.0.0.10.in-addr.arpa."), "10.0.0.1 to 10.0.0.1 complete");
  EXPECT_EQ(range_of("0.10.in-addr.arpa."), "10.0.0.0 to 10.0.255.255");
  EXPECT_EQ(range_of("in-addr.arpa."), "0.0.0.0 to 255.255.255.255");
  EXPECT_EQ(range_of("d.f.ip6.arpa."), "fd00:: to fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(range_of("0.d.f.ip6.arpa."), "fd00:: to fd0f:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(range_of("ip6.arpa."), ":: to ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

TEST(ParseReverse, RefusesWhatNoAddressHas) {
  for (const char* name :
       {".", "arpa.", "example.", "1.2.3.4.5.in-addr.arpa.", "01.in-addr.arpa.", "00.in-addr.arpa.",
        "256.in-addr.arpa.", "1000.in-addr.arpa.", "a.in-addr.arpa.", "0-127.2.0.192.in-addr.arpa.",
        "g.ip6.arpa.", "ab.ip6.arpa.", "A.ip6.arpa.",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.", "1.xin-addr.arpa."}) {
    EXPECT_EQ(range_of(name), "none") << name;
  }
}

}  // namespace
}  // namespace signpost::names
