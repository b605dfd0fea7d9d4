// What two configurations differ in, as lines.
#include <string>

#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

Settings settings(const std::string& text) {
  const auto loaded = load_text(text, "f.yaml");
  EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().errors.front());
  return loaded ? loaded->config.settings : Settings{};
}

std::string compared(const std::string& before, const std::string& after) {
  std::string out;
  for (const auto& line : differences(settings(before), settings(after))) out += line + "\n";
  return out;
}

const std::string kBase =
    "registries: {local: {type: file, path: s.yaml}}\nzones:\n  - {name: a.example, registry: local}\n";

TEST(Differences, NothingChanged) { EXPECT_EQ(compared(kBase, "# another comment\n" + kBase), ""); }

TEST(Differences, KeysComeGoAndChange) {
  EXPECT_EQ(compared("workers: 1\nlog: {level: debug}\n" + kBase, "workers: 2\ntcp: {idle: 5s}\n" + kBase),
            "log.level: no longer written (was debug)\n"
            "tcp.idle: 5s (was not written)\n"
            "workers: 1 -> 2\n");
}

TEST(Differences, AZoneGoesByItsName) {
  EXPECT_EQ(compared(kBase,
                     "registries: {local: {type: file, path: s.yaml}}\nzones:\n"
                     "  - {name: first.example, registry: local}\n"
                     "  - {name: a.example, registry: local, ttl: 7, exclude: [x, y]}\n"),
            "zones[a.example].exclude: [x, y] (was not written)\n"
            "zones[a.example].ttl: 7 (was not written)\n"
            "zones[first.example]: added\n");
}

TEST(Differences, RegistriesAndZonesAreWholes) {
  const std::string two =
      "registries:\n  local: {type: file, path: s.yaml}\n  other: {type: file, path: t.yaml}\n"
      "zones: [{name: a.example, registry: local}, {name: 10.0.0.0/8, registry: other}]\n";
  EXPECT_EQ(compared(kBase, two), "registries.other: added\nzones[10.0.0.0/8]: added\n");
  EXPECT_EQ(compared(two, kBase), "registries.other: removed\nzones[10.0.0.0/8]: removed\n");
}

TEST(Differences, MembersGoByTheirNumber) {
  const auto with = [](const char* weights) {
    return "registries: {local: {type: file, path: s.yaml}}\nzones:\n  - name: a.example\n    services:\n"
           "      - name: cart\n        combine: share\n        answer: sample 1\n        members:\n"
           "          - {registry: local, service: one, weight: 1}\n"
           "          - {registry: local, service: two, weight: " +
           std::string(weights) + "}\n";
  };
  EXPECT_EQ(compared(with("1"), with("3")), "zones[a.example].services[cart].members[2].weight: 1 -> 3\n");
}

TEST(Differences, LongTextIsCut) {
  const auto records = "    records: |\n      " + std::string(300, 'a') + " A 10.0.0.1\n";
  const auto told = compared(kBase, kBase + "  - name: b.example\n" + records);
  EXPECT_EQ(told, "zones[b.example]: added\n");
}

}  // namespace
}  // namespace signpost::config
