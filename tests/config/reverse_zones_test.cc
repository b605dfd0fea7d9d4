// Reverse zones: which zones a prefix stands for, and what is said of those that cannot be.
#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/names.h"
#include "config/prefix.h"
#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class ReverseZone : public testing::TestWithParam<Case> {};

TEST_P(ReverseZone, IsReported) {
  const auto& expected = GetParam().said;
  EXPECT_EQ(said(GetParam().text), expected);
}

/// A reverse zone of these keys beside the zone a.example. Line 4, the first key in column 6.
std::string reverse(std::string_view keys) {
  return "registries: {local: {type: file, path: s.yaml}}\nzones:\n  - {name: a.example, registry: local}\n  "
         "- {" +
         std::string(keys) + "}\n";
}

#define TAKES_A_ZONE \
  "takes a zone, such as cluster.local, or the prefix of a reverse zone, such as 10.0.0.0/8, not "

const Case kReverse[] = {
    {"prefix", reverse("name: 10.0.0.0/8, reverse_of: [a.example]"), ""},
    {"prefix_between_octets", reverse("name: 172.16.0.0/12, reverse_of: [a.example], ptr: all"), ""},
    {"checks_of_pointers",
     reverse("name: 10.0.0.0/8, reverse_of: [a.example], checks: [{services: ['*'], type: tcp}]"),
     "W f.yaml:4:49: `checks` says nothing here: the pointers give what their own zones answer"},
    {"prefix_of_everything", reverse("name: 0.0.0.0/0, reverse_of: [a.example]"), ""},
    {"prefix_v6", reverse("name: fd00::/8, reverse_of: [a.example]"), ""},
    {"prefix_v6_between_nibbles", reverse("name: fc00::/7, reverse_of: [A.Example.]"), ""},
    {"prefix_of_a_registry", reverse("name: 10.0.0.0/8, registry: local"), ""},
    {"name_of_a_reverse_zone", reverse("name: 10.in-addr.arpa, reverse_of: [a.example]"), ""},
    {"name_of_a_reverse_zone_v6", reverse("name: 8.b.d.0.1.0.0.2.ip6.arpa, registry: local"), ""},
    {"host_bits", reverse("name: 10.1.0.0/8, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`10.1.0.0/8`; bits behind the length are set: write 10.0.0.0/8"},
    {"host_bits_v6", reverse("name: fd00::/7, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`fd00::/7`; bits behind the length are set: write fc00::/7"},
    {"length_missing", reverse("name: 10.0.0.0/, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`10.0.0.0/`; the length is a whole number from 0 to 32"},
    {"length_long", reverse("name: 10.0.0.0/33, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`10.0.0.0/33`; the length is a whole number from 0 to 32"},
    {"length_long_v6", reverse("name: fd00::/129, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`fd00::/129`; the length is a whole number from 0 to 128"},
    {"length_leading_zero", reverse("name: 10.0.0.0/08, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`10.0.0.0/08`; the length is a whole number from 0 to 32"},
    {"no_address", reverse("name: 10.0.0/8, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE "`10.0.0/8`"},
    {"smaller_than_an_octet", reverse("name: 192.0.2.64/26, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE
     "`192.0.2.64/26`; no zone is smaller than an octet (RFC 2317): write 192.0.2.0/24"},
    {"one_address", reverse("name: 192.0.2.1/32, reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE
     "`192.0.2.1/32`; no zone is smaller than an octet (RFC 2317): write 192.0.2.0/24"},
    {"mapped", reverse("name: \"::ffff:10.0.0.0/104\", reverse_of: [a.example]"),
     "E f.yaml:4:12: `name` " TAKES_A_ZONE
     "`::ffff:10.0.0.0/104`; these are IPv4 addresses: write 10.0.0.0/8"},
    {"no_names", reverse("name: 10.0.0.0/8"),
     "E f.yaml:4:12: this zone has no `reverse_of`, so it would be empty; add `reverse_of` with the zones "
     "whose names the pointers give"},
    {"names_of_no_zone", reverse("name: 10.0.0.0/8, reverse_of: []"),
     "E f.yaml:4:36: `reverse_of` takes a list, each the name of a zone, such as cluster.local, not an empty "
     "list"},
    {"one_name_without_brackets", reverse("name: 10.0.0.0/8, reverse_of: a.example"),
     "E f.yaml:4:36: `reverse_of` takes a list, each the name of a zone, such as cluster.local, not "
     "`a.example`; write [\"a.example\"]"},
    {"unknown_zone", reverse("name: 10.0.0.0/8, reverse_of: [a.exampel]"),
     "E f.yaml:4:37: there is no zone `a.exampel`; did you mean `a.example`?"},
    {"unknown_zone_far_off", reverse("name: 10.0.0.0/8, reverse_of: [a.example, cluster.local]"),
     "E f.yaml:4:48: there is no zone `cluster.local`; known here: a.example"},
    {"listed_twice", reverse("name: 10.0.0.0/8, reverse_of: [a.example, A.Example]"),
     "E f.yaml:4:48: `A.Example` is listed twice; keep one"},
    {"reverse_of_a_reverse_zone", reverse("name: 10.0.0.0/8, reverse_of: [10.in-addr.arpa]"),
     "E f.yaml:4:37: `10.in-addr.arpa` is a reverse zone; list the zones whose names the pointers give"},
    {"zone_without_a_registry",
     reverse("name: b.example, file: b.zone}\n  - {name: 10.0.0.0/8, reverse_of: [b.example]"),
     "W f.yaml:5:37: `b.example` has no registry, so there is nothing that a pointer could give; PTR records "
     "can be written in `records`"},
    {"written_pointers_alone", reverse("name: 10.0.0.0/8, records: \"1.0.0 PTR a.example.\""), ""},
    {"forward_zone", reverse("name: b.example, reverse_of: [a.example]"),
     "E f.yaml:4:23: `reverse_of` is for a reverse zone, whose name is a prefix such as 10.0.0.0/8; "
     "`b.example` is none"},
    {"registry_too", reverse("name: 10.0.0.0/8, registry: local, reverse_of: [a.example]"),
     "E f.yaml:4:41: `registry` and `reverse_of` both say whose names the pointers give; keep one"},
    {"registry_that_no_zone_shows",
     "registries: {local: {type: file, path: s.yaml}}\nzones: [{name: 10.0.0.0/8, registry: local}]\n",
     "W f.yaml:2:16: no zone shows the names of the registry `local`, so there is nothing that a pointer of "
     "it "
     "could give"},
    {"ptr_unknown", reverse("name: 10.0.0.0/8, reverse_of: [a.example], ptr: best"),
     "E f.yaml:4:54: `ptr` takes one or all, not `best`"},
    {"ptr_of_a_forward_zone", reverse("name: b.example, registry: local, ptr: all"),
     "W f.yaml:4:40: `ptr` says nothing here: only a reverse zone has pointers"},
    {"health_of_a_reverse_zone", reverse("name: 10.0.0.0/8, reverse_of: [a.example], health: any"),
     "W f.yaml:4:49: `health` says nothing here: the pointers give what their own zones answer"},
    {"twice",
     reverse("name: 10.0.0.0/8, reverse_of: [a.example]}\n  - {name: 10.in-addr.arpa, registry: local"),
     "E f.yaml:5:12: the zone `10.in-addr.arpa` is written twice, first in line 4; keep one"},
    {"twice_in_several_zones",
     reverse("name: 10.0.0.0/12, reverse_of: [a.example]}\n  - {name: 10.0.0.0/12, registry: local"),
     "E f.yaml:5:12: the zone `10.0.0.0/12` is written twice, first in line 4; keep one"},
    {"nested", reverse("name: 10.1.0.0/16, registry: local}\n  - {name: 10.0.0.0/8, reverse_of: [a.example]"),
     "W f.yaml:4:12: the zone `10.1.0.0/16` hides all names of `10.0.0.0/8` at and below it"},
    {"nested_several",
     reverse("name: 10.16.0.0/12, registry: local}\n  - {name: 10.0.0.0/8, reverse_of: [a.example]"),
     "W f.yaml:4:12: the zone `10.16.0.0/12` hides all names of `10.0.0.0/8` at and below it"},
    {"the_longer_prefix_has_the_name",
     reverse("name: 10.0.0.0/12, registry: local}\n  - {name: 10.0.0.0/13, reverse_of: [a.example]"),
     "W f.yaml:5:12: the zone `10.0.0.0/13` hides all names of `10.0.0.0/12` at and below it"},
};
INSTANTIATE_TEST_SUITE_P(Rules, ReverseZone, testing::ValuesIn(kReverse), rule_of);

std::string zones_of(const std::string& prefix) {
  const auto loaded = load_text(reverse("name: \"" + prefix + "\", reverse_of: [a.example]"), "f.yaml");
  EXPECT_TRUE(loaded) << prefix;
  std::string names;
  for (std::size_t i = 1; loaded && i < loaded->config.zones.size(); ++i) {
    const auto& zone = loaded->config.zones[i];
    EXPECT_EQ(zone.prefix, prefix);
    EXPECT_EQ(zone.reverse_of, std::vector<std::string>{"a.example"});
    names += (i == 1 ? "" : " ") + zone.name;
  }
  return names;
}

TEST(ReverseZones, OfAPrefix) {
  EXPECT_EQ(zones_of("0.0.0.0/0"), "in-addr.arpa");
  EXPECT_EQ(zones_of("10.0.0.0/8"), "10.in-addr.arpa");
  EXPECT_EQ(zones_of("192.0.2.0/24"), "2.0.192.in-addr.arpa");
  EXPECT_EQ(zones_of("192.168.4.0/22"),
            "4.168.192.in-addr.arpa 5.168.192.in-addr.arpa 6.168.192.in-addr.arpa 7.168.192.in-addr.arpa");
  EXPECT_EQ(zones_of("::/0"), "ip6.arpa");
  EXPECT_EQ(zones_of("fd00::/8"), "d.f.ip6.arpa");
  EXPECT_EQ(zones_of("fc00::/7"), "c.f.ip6.arpa d.f.ip6.arpa");
  EXPECT_EQ(zones_of("2001:db8:40::/42"),
            "4.0.0.8.b.d.0.1.0.0.2.ip6.arpa 5.0.0.8.b.d.0.1.0.0.2.ip6.arpa 6.0.0.8.b.d.0.1.0.0.2.ip6.arpa "
            "7.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(ReverseZones, TheLongerPrefixHasTheNameThatTwoNeed) {
  const auto loaded = load_text(
      reverse("name: 10.0.0.0/14, reverse_of: [a.example]}\n  - {name: 10.2.0.0/15, registry: local"),
      "f.yaml");
  ASSERT_TRUE(loaded);
  std::string names;
  for (const auto& zone : loaded->config.zones) names += zone.name + " " + zone.prefix + ", ";
  EXPECT_EQ(names,
            "a.example , 0.10.in-addr.arpa 10.0.0.0/14, 1.10.in-addr.arpa 10.0.0.0/14, 2.10.in-addr.arpa "
            "10.2.0.0/15, 3.10.in-addr.arpa 10.2.0.0/15, ");
}

using Octets = std::array<std::uint8_t, 16>;

std::string arpa(const Octets& octets, bool v4) {
  std::string name;
  for (std::size_t i = v4 ? 4 : 16; i-- > 0;) {
    name += v4 ? fmt::format("{}.", octets[i]) : fmt::format("{:x}.{:x}.", octets[i] & 15, octets[i] >> 4);
  }
  return name + (v4 ? "in-addr.arpa" : "ip6.arpa");
}

IpAddress address(const Octets& octets, bool v4) {
  return v4 ? IpAddress::v4({octets[0], octets[1], octets[2], octets[3]}) : IpAddress::v6(octets);
}

/// An address lies in one of the zones exactly when it begins with the bits of the prefix, and never in two.
TEST(ReverseZones, HoldExactlyTheAddressesOfThePrefix) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    const bool v4 = random() % 2 == 0;
    const auto bits = static_cast<unsigned>(random() % (v4 ? 25 : 129));
    Octets first{};
    for (unsigned bit = 0; bit < bits; ++bit)
      first[bit / 8] = static_cast<std::uint8_t>(first[bit / 8] | (random() % 2) << (7 - bit % 8));
    const auto prefix = read_prefix(fmt::format("{}/{}", address(first, v4).to_string(), bits));
    ASSERT_TRUE(prefix);
    const auto zones = reverse_zones(*prefix);
    ASSERT_LE(zones.size(), v4 ? 128U : 8U);
    for (int tried = 0; tried < 20; ++tried) {
      auto other = first;
      // A change of one bit anywhere, and any bits behind the prefix: both sides of every border.
      const auto changed = static_cast<unsigned>(random() % (v4 ? 32 : 128));
      other[changed / 8] = static_cast<std::uint8_t>(other[changed / 8] ^ 0x80 >> changed % 8);
      for (unsigned bit = bits; bit < (v4 ? 32U : 128U); ++bit)
        other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (random() % 2) << (7 - bit % 8));
      const auto name = arpa(other, v4);
      const auto holding = std::count_if(zones.begin(), zones.end(),
                                         [&](const std::string& zone) { return is_at_or_below(name, zone); });
      ASSERT_EQ(holding, changed < bits ? 0 : 1) << name << " in " << prefix->to_string();
    }
  }
}

}  // namespace
}  // namespace signpost::config
