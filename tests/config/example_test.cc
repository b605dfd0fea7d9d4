// The commented example shows every key there is, and nothing that is not.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "config/load.h"
#include "config/node.h"
#include "config/options.h"
#include "config/read_file.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

const std::string kExample = std::string(SIGNPOST_SOURCE_DIR) + "/deploy/signpost.yaml";

/// The paths of all keys, in the spelling of OptionLine::path.
void collect(const Node& node, const std::string& path, std::set<std::string>& paths) {
  for (const auto& item : node.items) collect(item, path + "[]", paths);
  for (const auto& entry : node.entries) {
    const auto key = path == "registries" ? "<name>" : entry.key;
    const auto below = path.empty() ? key : path + "." + key;
    if (key != "<name>") paths.insert(below);
    const bool names = key == "aliases" || key == "select" || key == "weights" || below == "clients.zones";
    if (names) continue;  // its keys are names
    collect(entry.value, below, paths);
  }
}

TEST(Example, LoadsWithoutAWarning) {
  const auto text = read_file(kExample);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(said(*text), "");
}

TEST(Example, HasEveryKeyOfTheTables) {
  const auto text = read_file(kExample);
  ASSERT_TRUE(text.has_value());
  Report report("example");
  const auto document = parse_document(*text, report);
  ASSERT_TRUE(document.has_value());
  std::set<std::string> shown;
  collect(*document, "", shown);
  std::set<std::string> known;
  for (const auto& line : all_options()) {
    known.insert(line.path);
    EXPECT_FALSE(line.help.empty()) << line.path;
    EXPECT_FALSE(line.takes.empty()) << line.path;
  }
  EXPECT_EQ(shown, known);
}

TEST(Example, PrintedDefaultsAreWhatReadingGives) {
  const auto fallback = [](std::string_view path) {
    for (const auto& line : all_options()) {
      if (line.path == path) return line.fallback;
    }
    return std::string("no such option");
  };
  EXPECT_EQ(fallback("listen.dns"), R"(["0.0.0.0:53", "[::]:53"])");
  EXPECT_EQ(fallback("listen.health"), "");
  EXPECT_EQ(fallback("workers"), "auto");
  EXPECT_EQ(fallback("tcp.idle"), "10s");
  EXPECT_EQ(fallback("zones[].answer"), "order");
  EXPECT_EQ(fallback("zones[].txt"), "on");
  EXPECT_EQ(fallback("zones[].ptr"), "one");
  EXPECT_EQ(fallback("registries.<name>.silence"), "135s");
  EXPECT_EQ(fallback("registries.<name>.groups"), "[DEFAULT_GROUP]");
}

}  // namespace
}  // namespace signpost::config
