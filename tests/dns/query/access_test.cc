// The compiled rules against rules read one by one.
#include "dns/query/access.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

Name folded(std::string_view text) { return Name::parse(text)->folded(); }

AccessRule rule(Admission verdict, std::string_view prefix, std::vector<std::string_view> zones = {}) {
  const auto slash = prefix.find('/');
  AccessRule made{verdict,
                  *IpAddress::parse(prefix.substr(0, slash)),
                  static_cast<unsigned>(std::stoul(std::string(prefix.substr(slash + 1)))),
                  {}};
  for (const auto zone : zones) made.zones.push_back(folded(zone));
  return made;
}

Admission decide(const AccessRules& rules, const IpAddress& source, std::string_view name = {}) {
  QueryContext context;
  context.peer.ip = source;
  Asked asked;
  asked.parsed.has_question = !name.empty();
  if (!name.empty()) asked.query.question.folded = folded(name);
  return rules.decide(context, asked);
}

Admission decide(const AccessRules& rules, std::string_view source, std::string_view name = {}) {
  return decide(rules, *IpAddress::parse(source), name);
}

TEST(Access, C8_the_first_match_wins_and_not_the_longest) {
  const AccessRule list[] = {rule(Admission::Allow, "10.0.0.0/8"), rule(Admission::Drop, "10.1.0.0/16"),
                             rule(Admission::Refuse, "0.0.0.0/0")};
  const AccessRules rules(list);
  EXPECT_EQ(decide(rules, "10.1.2.3", "a.test"), Admission::Allow);
  EXPECT_EQ(decide(rules, "11.0.0.0", "a.test"), Admission::Refuse);
  EXPECT_EQ(decide(rules, "9.255.255.255"), Admission::Refuse);
}

TEST(Access, NoMatchIsAllowedAndFamiliesAreApart) {
  const AccessRule list[] = {rule(Admission::Drop, "0.0.0.0/0")};
  const AccessRules rules(list);
  EXPECT_EQ(decide(rules, "255.255.255.255"), Admission::Drop);
  EXPECT_EQ(decide(rules, "::ffff:192.0.2.1"), Admission::Drop);
  EXPECT_EQ(decide(rules, "::1"), Admission::Allow);
  EXPECT_EQ(decide(rules, "::"), Admission::Allow);
  const AccessRule other[] = {rule(Admission::Drop, "::/0")};
  EXPECT_EQ(decide(AccessRules(other), "::ffff:192.0.2.1"), Admission::Allow);
  EXPECT_EQ(decide(AccessRules(other), "ffff::"), Admission::Drop);
  EXPECT_EQ(decide(AccessRules({}), "192.0.2.1", "a.test"), Admission::Allow);
}

TEST(Access, C8_zones_are_matched_label_by_label) {
  const AccessRule list[] = {rule(Admission::Allow, "192.0.2.0/24", {"open.shop.test"}),
                             rule(Admission::Refuse, "0.0.0.0/0", {"shop.test"})};
  const AccessRules rules(list);
  for (const auto* name : {"shop.test", "cart.shop.test", "CART.SHOP.TEST", "a.b.c.d.shop.test"})
    EXPECT_EQ(decide(rules, "192.0.2.1", name), Admission::Refuse) << name;
  // Longer, shorter or equal as text, and not in the zone.
  for (const auto* name : {"test", "shops.test", "xshop.test", "shop.test.org", ".", R"(a\.shop.test)"})
    EXPECT_EQ(decide(rules, "192.0.2.1", name), Admission::Allow) << name;
  EXPECT_EQ(decide(rules, "192.0.2.1", "a.open.shop.test"), Admission::Allow);
  EXPECT_EQ(decide(rules, "192.0.3.1", "a.open.shop.test"), Admission::Refuse);
  EXPECT_EQ(decide(rules, "192.0.2.1"), Admission::Allow) << "no name: rules for zones say nothing";
}

TEST(Access, RootIsAZoneToo) {
  const AccessRule list[] = {rule(Admission::Drop, "192.0.2.0/24", {"."})};
  const AccessRules rules(list);
  EXPECT_EQ(decide(rules, "192.0.2.1", "a.test"), Admission::Drop);
  EXPECT_EQ(decide(rules, "192.0.2.1", "."), Admission::Drop);
  EXPECT_EQ(decide(rules, "192.0.2.1"), Admission::Allow);
}

/// The rules as a person reads them.
class Reference {
 public:
  explicit Reference(std::span<const AccessRule> rules) : rules_(rules) {}
  Admission decide(const IpAddress& source, const Name& name) const {
    for (const auto& rule : rules_)
      if (holds(rule, source.unmapped()) && concerns(rule, name)) return rule.verdict;
    return Admission::Allow;
  }

 private:
  static bool holds(const AccessRule& rule, const IpAddress& source) {
    if (rule.address.is_v4() != source.is_v4()) return false;
    for (unsigned bit = 0; bit < rule.bits; ++bit) {
      const auto at = [&](const IpAddress& address) {
        return address.octets()[bit / 8] >> (7 - bit % 8) & 1;
      };
      if (at(rule.address) != at(source)) return false;
    }
    return true;
  }
  static bool concerns(const AccessRule& rule, const Name& name) {
    return rule.zones.empty() || std::any_of(rule.zones.begin(), rule.zones.end(), [&](const auto& zone) {
             return is_at_or_below(name.wire(), zone.wire());
           });
  }
  std::span<const AccessRule> rules_;
};

/// Addresses and names from few bits and few labels, so that rules nest, touch and repeat.
struct Draws {
  std::mt19937 random;
  unsigned below(unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(random); }
  IpAddress address() {
    const auto octet = [&] {
      constexpr std::uint8_t kOctets[] = {0, 1, 127, 128, 254, 255};
      return kOctets[below(6)];
    };
    if (below(2) == 0) return IpAddress::v4({octet(), octet(), octet(), octet()});
    std::array<std::uint8_t, 16> octets{};
    if (below(3) == 0) {
      octets[10] = octets[11] = 0xff;
      for (unsigned i = 12; i < 16; ++i) octets[i] = octet();
      return IpAddress::v6(octets);
    }
    for (const unsigned i : {0u, 6u, 7u, 8u, 15u}) octets[i] = octet();
    return IpAddress::v6(octets);
  }
  Name name(unsigned labels_max) {
    Name made;
    constexpr std::string_view kLabels[] = {"a", "b", "ab", "aa", "test"};
    for (auto count = below(labels_max + 1); count > 0; --count) EXPECT_TRUE(made.prepend(kLabels[below(5)]));
    return made;
  }
  AccessRule rule() {
    AccessRule made{static_cast<Admission>(below(3)), address(), 0, {}};
    made.bits = below(static_cast<unsigned>(made.address.octets().size() * 8 + 1));
    for (auto zones = below(3); zones > 0; --zones) made.zones.push_back(name(3));
    return made;
  }
};

TEST(Access, C8_is_what_reading_the_rules_one_by_one_gives) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Draws draws{std::mt19937(seed)};
  for (int world = 0; world < 2000; ++world) {
    std::vector<AccessRule> list;
    for (auto count = draws.below(world % 50 == 0 ? 200 : 12); count > 0; --count)
      list.push_back(draws.rule());
    const AccessRules rules(list);
    const Reference reference(list);
    for (int i = 0; i < 500; ++i) {
      const auto source = draws.address();
      const auto name = draws.name(5);
      ASSERT_EQ(decide(rules, source, name.to_string()), reference.decide(source, name))
          << source.to_string() << " " << name.to_string() << " in world " << world;
    }
  }
}

TEST(Access, ThousandsOfPrefixes) {
  std::vector<AccessRule> list;
  for (unsigned i = 0; i < 10000; ++i) {
    const auto octet = [&](unsigned shift) { return static_cast<std::uint8_t>(i >> shift); };
    list.push_back({i % 2 == 0 ? Admission::Refuse : Admission::Drop,
                    IpAddress::v4({10, octet(8), octet(0), 0}),
                    24,
                    {}});
  }
  const AccessRules rules(list);
  EXPECT_EQ(decide(rules, "10.0.0.255", "a.test"), Admission::Refuse);
  EXPECT_EQ(decide(rules, "10.39.15.1", "a.test"), Admission::Drop);
  EXPECT_EQ(decide(rules, "10.39.16.0", "a.test"), Admission::Allow);
}

// A message that cannot be answered anyway is refused or dropped like any other; one that is answered never.
TEST(Access, C7_screens_what_is_malformed_and_leaves_silence_silent) {
  InMemory server;
  const AccessRule list[] = {rule(Admission::Drop, "192.0.2.99/32")};
  server.rules.admission = std::make_shared<const AccessRules>(list);
  EXPECT_EQ(server.tell(query("a.test.", RRType::A) + raw("\0")), kSilence);
  EXPECT_EQ(server.tell(header({.qd = 2}) + question("a.test.", RRType::A)), kSilence);
  EXPECT_EQ(server.counters.dropped[std::size_t(Drop::Policy)].load(), 2u);
  EXPECT_EQ(server.tell(header({.flags = 0x8000})), kSilence);
  EXPECT_EQ(server.counters.dropped[std::size_t(Drop::IsResponse)].load(), 1u);
}

}  // namespace
}  // namespace signpost::test
