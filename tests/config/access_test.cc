// `access`: what an entry may say, and what is said of those that cannot be.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class Access : public testing::TestWithParam<Case> {};

/// Line 1 begins the list, the entries stand from line 2 on, in column 3.
std::string with_access(const std::string& entries) {
  return "access:\n" + entries +
         "registries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, registry: local}, "
         "{name: shop.internal, registry: local}, {name: 10.0.0.0/8, reverse_of: [a.example]}, "
         "{name: 172.16.0.0/12, reverse_of: [a.example]}]\n";
}

TEST_P(Access, IsReported) {
  const std::string expected = GetParam().said;
  EXPECT_EQ(said(with_access(GetParam().text)), expected);
}

#define TAKES " takes a prefix, such as 10.0.0.0/8 or fd00::/8, or a list of them, not "

const Case kCases[] = {
    {"good",
     "  - allow: 10.0.0.0/8\n  - {refuse: [0.0.0.0/0, \"::/0\"], zones: [shop.internal]}\n  - drop: "
     "\"fd00::/8\"\n",
     ""},
    {"reverse_zones", "  - {refuse: 0.0.0.0/0, zones: [10.0.0.0/8, 172.16.0.0/12, 10.in-addr.arpa]}\n", ""},
    {"prefix_bad", "  - allow: ten\n", "E f.yaml:2:12: `allow`" TAKES "`ten`"},
    {"prefix_without_length", "  - allow: 10.0.0.1\n",
     "E f.yaml:2:12: `allow`" TAKES "`10.0.0.1`; its length is missing: /0 to /32"},
    {"host_bits", "  - drop: 10.0.0.1/8\n",
     "E f.yaml:2:11: `drop`" TAKES "`10.0.0.1/8`; bits behind the length are set: write 10.0.0.0/8"},
    {"host_bits_in_a_list", "  - drop: [192.0.2.0/24, \"fd00::1/8\"]\n",
     "E f.yaml:2:26: `drop`" TAKES "`fd00::1/8`; bits behind the length are set: write fd00::/8"},
    {"v4_inside_v6", "  - drop: \"::ffff:10.0.0.0/104\"\n",
     "E f.yaml:2:11: `drop`" TAKES "`::ffff:10.0.0.0/104`; these are IPv4 addresses: write 10.0.0.0/8"},
    {"prefix_empty_list", "  - drop: []\n", "E f.yaml:2:11: `drop`" TAKES "an empty list"},
    {"prefix_twice", "  - drop: [10.0.0.0/8, 10.0.0.0/8]\n",
     "E f.yaml:2:24: `10.0.0.0/8` is listed twice; keep one"},
    {"two_verbs", "  - {allow: 10.0.0.0/8, drop: 11.0.0.0/8}\n",
     "E f.yaml:2:25: an entry has one verb, and this one has `allow` too; make two entries"},
    {"no_verb", "  - {zones: [a.example]}\n",
     "E f.yaml:2:5: an entry needs `allow`, `refuse` or `drop`, and a prefix for it"},
    {"unknown_verb", "  - {allow: 10.0.0.0/8, zone: [a.example]}\n",
     "E f.yaml:2:25: unknown key `zone`; did you mean `zones`?"},
    {"unknown_zone", "  - {allow: 10.0.0.0/8, zones: [a.example, shop.intrenal]}\n",
     "E f.yaml:2:44: there is no zone `shop.intrenal`, and an entry is for whole zones; did you mean "
     "`shop.internal`?"},
    {"part_of_a_zone", "  - {allow: 10.0.0.0/8, zones: [cart.shop.internal]}\n",
     "E f.yaml:2:33: there is no zone `cart.shop.internal`, and an entry is for whole zones; did you mean "
     "`shop.internal`?"},
    {"covered", "  - allow: 10.0.0.0/8\n  - refuse: 10.1.0.0/16\n",
     "W f.yaml:3:13: `10.1.0.0/16` never matches here: the entry in line 2 comes first and covers it"},
    {"covered_though_for_a_zone", "  - allow: 0.0.0.0/0\n  - {refuse: 10.1.0.0/16, zones: [a.example]}\n",
     "W f.yaml:3:14: `10.1.0.0/16` never matches here: the entry in line 2 comes first and covers it"},
    {"covered_by_the_same_zone",
     "  - {allow: 10.0.0.0/8, zones: [a.example, shop.internal]}\n  - {drop: 10.0.0.0/8, zones: "
     "[a.example]}\n",
     "W f.yaml:3:12: `10.0.0.0/8` never matches here: the entry in line 2 comes first and covers it"},
    {"not_covered",
     "  - {allow: 10.0.0.0/8, zones: [a.example]}\n  - {drop: 10.0.0.0/8, zones: [a.example, "
     "shop.internal]}\n  - refuse: 10.0.0.0/8\n  - refuse: 8.0.0.0/5\n  - allow: \"::/0\"\n",
     ""},
    {"not_a_list", "  allow: 10.0.0.0/8\n",
     "E f.yaml:2:3: `access` takes a list of sections, not a mapping; each entry of a list begins with `- `"},
};

INSTANTIATE_TEST_SUITE_P(Entries, Access, testing::ValuesIn(kCases), rule_of);

TEST(AccessValues, APrefixForAZoneBecomesItsNames) {
  const auto loaded = load_text(with_access("  - {refuse: 0.0.0.0/0, zones: [172.16.0.0/12]}\n"), "f.yaml");
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->config.access.size(), 1u);
  EXPECT_EQ(loaded->config.access[0].verb, AccessVerb::Refuse);
  EXPECT_EQ(loaded->config.access[0].zones.size(), 16u);
  EXPECT_EQ(loaded->config.access[0].zones.front(), "16.172.in-addr.arpa");
}

}  // namespace
}  // namespace signpost::config
