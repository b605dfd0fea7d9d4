// file, records, aliases and exclude: where they stand, and which names a pattern means.
#include <gtest/gtest.h>

#include "config/load.h"
#include "config/pattern.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

Zone only_zone(const std::string& text) {
  auto loaded = load_text(text, "/etc/signpost/f.yaml");
  EXPECT_TRUE(loaded.has_value()) << said(text);
  return loaded && loaded->config.zones.size() == 1 ? loaded->config.zones[0] : Zone{};
}

TEST(StaticData, AFileNeedsNoRegistry) {
  const auto zone = only_zone("zones: [{name: a.example, file: sub/a.zone}]");
  EXPECT_EQ(zone.file, "/etc/signpost/sub/a.zone");
  EXPECT_TRUE(zone.registries.empty());
  EXPECT_TRUE(zone.has_static_data());
}

TEST(StaticData, RecordsKnowTheirLine) {
  const auto block =
      only_zone("zones:\n  - name: a.example\n    records: |\n      www A 192.0.2.1\n      b A 192.0.2.2\n");
  EXPECT_EQ(block.records.text, "www A 192.0.2.1\nb A 192.0.2.2\n");
  EXPECT_EQ(block.records.line, 4);
  const auto plain = only_zone("zones:\n  - name: a.example\n    records: www A 192.0.2.1\n");
  EXPECT_EQ(plain.records.line, 3);
}

TEST(StaticData, AliasesKeepTheirOrderAndPlace) {
  const auto zone =
      only_zone("zones:\n  - name: a.example\n    aliases:\n      www: cart\n      old.name: new.example.\n");
  ASSERT_EQ(zone.aliases.size(), 2U);
  EXPECT_EQ(zone.aliases[0].name, "www");
  EXPECT_EQ(zone.aliases[0].target, "cart");
  EXPECT_EQ(zone.aliases[1].target, "new.example.");
  EXPECT_EQ(zone.aliases[1].place.to_string(), "/etc/signpost/f.yaml:5:7");
}

TEST(StaticData, PatternsAreLowerCase) {
  const auto zone = only_zone(
      "registries: {r: {type: file, path: s}}\nzones: [{name: a.example, registry: r, exclude: [Kube-*]}]");
  EXPECT_EQ(zone.exclude, std::vector<std::string>{"kube-*"});
  EXPECT_FALSE(zone.has_static_data());
}

const struct Case {
  const char* name;
  std::string text;
  const char* said;
} kMistakes[] = {
    {"exclude_alone", zone("name: a.example, file: z, exclude: [a*]"),
     "W f.yaml:1:14: no zone uses the registry `local`\n"
     "W f.yaml:2:36: `exclude` says nothing here: no registry gives this zone names"},
    {"policy_alone",
     zone("name: a.example, file: z, ttl: 5s, checks: [{services: ['*'], type: tcp}], locality: off"),
     "W f.yaml:1:14: no zone uses the registry `local`\n"
     "W f.yaml:2:45: `checks` says nothing here: this zone has no services of a registry\n"
     "W f.yaml:2:85: `locality` says nothing here: this zone has no services of a registry"},
    {"exclude_pattern", zone("name: a.example, registry: local, exclude: [a/b, x., 'UP*']"),
     "E f.yaml:2:54: `exclude` takes a pattern of names, such as kube-*, not `a/b`; letters, digits, `-`, "
     "`_`, "
     "`.`, `*` and `?`, at most 255\n"
     "E f.yaml:2:59: `exclude` takes a pattern of names, such as kube-*, not `x.`; names are relative to the "
     "zone, so there is no dot at the end"},
    {"records_no_text", zone("name: a.example, registry: local, records: [a]"),
     "E f.yaml:2:53: `records` takes records as a master file has them, one a line, below a `|`, not a list"},
    {"aliases_no_names", zone("name: a.example, registry: local, aliases: [a]"),
     "E f.yaml:2:53: `aliases` takes names, each with its target: {www: cart}, not a list"},
    {"alias_without_target", zone("name: a.example, registry: local, aliases: {a: , b: {c: d}}"),
     "E f.yaml:2:54: `a` takes one name, not nothing\n"
     "E f.yaml:2:62: `b` takes one name, not a mapping"},
    {"file_of_several_zones", zone("name: 172.16.0.0/12, file: z"),
     "E f.yaml:2:31: `file` belongs to one zone, and 172.16.0.0/12 is several; write the zone's name, such "
     "as "
     "16.172.in-addr.arpa\n"
     "W f.yaml:1:14: no zone uses the registry `local`"},
};

TEST(StaticData, MistakesAreReported) {
  for (const auto& c : kMistakes) EXPECT_EQ(said(c.text), c.said) << c.name;
}

TEST(Pattern, Matches) {
  const struct {
    const char* pattern;
    const char* name;
    bool matches;
  } cases[] = {
      {"kube-*", "kube-dns", true},
      {"kube-*", "kube-", true},
      {"kube-*", "xkube-dns", false},
      {"kube-*", "kube-dns.kube-system.svc", true},
      {"*", "", true},
      {"*", "a.b", true},
      {"cart", "cart", true},
      {"cart", "cart.shop", false},
      {"cart.*", "cart.shop", true},
      {"*.internal-*", "a.internal-b", true},
      {"*.internal-*", "internal-b", false},
      {"?at", "cat", true},
      {"?at", "at", false},
      {"a*b*c", "aXbXbc", true},
      {"a*b*c", "aXbXb", false},
      {"", "a", false},
      {"", "", true},
      {"**a", "bca", true},
  };
  for (const auto& c : cases) EXPECT_EQ(matches(c.pattern, c.name), c.matches) << c.pattern << " " << c.name;
}

TEST(Pattern, TakesNoLongerThanTheProductOfBoth) {
  const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab";
  EXPECT_FALSE(matches(pattern, std::string(255, 'a')));
}

}  // namespace
}  // namespace signpost::config
