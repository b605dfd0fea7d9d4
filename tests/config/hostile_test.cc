// Whatever the text: loading returns, throws nothing, and says what is wrong in whole lines.
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "config/load.h"
#include "config/read_file.h"
#include "config/utf8.h"
#include "dns/base/random.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

std::string example() {
  auto text = read_file(std::string(SIGNPOST_SOURCE_DIR) + "/deploy/signpost.yaml");
  EXPECT_TRUE(text.has_value());
  return text ? *text : std::string();
}

/// Loads, and looks at the messages: a refused text has at least one, and each is one line of UTF-8.
void load_hostile(const std::string& text) {
  const auto loaded = load_text(text, "f");
  const auto& errors = loaded ? std::vector<std::string>{} : loaded.error().errors;
  ASSERT_TRUE(loaded.has_value() || !errors.empty());
  for (const auto& line : errors) {
    ASSERT_TRUE(line.starts_with("f:")) << line;
    ASSERT_EQ(line.find('\n'), std::string::npos) << line;
    ASSERT_FALSE(first_unprintable(line).has_value()) << line;
  }
}

/// SIGNPOST_SEED repeats a run, SIGNPOST_ROUNDS lengthens it.
std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const auto* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

TEST(Hostile, ATextCutAnywhere) {
  const auto text = example();
  for (std::size_t size = 0; size < text.size(); ++size) {
    SCOPED_TRACE(size);
    load_hostile(text.substr(0, size));
    if (HasFatalFailure()) return;
  }
}

std::string mutate(std::string text, Random& random) {
  static const std::vector<std::string> kPieces{"[",
                                                "]",
                                                "{",
                                                "}",
                                                ":",
                                                ": ",
                                                "- ",
                                                "\n",
                                                "\n  ",
                                                "\t",
                                                "&a ",
                                                "*a",
                                                "!!str ",
                                                "\"",
                                                "'",
                                                "#",
                                                "? ",
                                                "|\n",
                                                ">-\n",
                                                "---\n",
                                                "...\n",
                                                "%TAG\n",
                                                "\xff",
                                                "\xe2\x82",
                                                "\xc3\xbc",
                                                std::string(1, '\0'),
                                                "\x04",
                                                "~",
                                                "<<: ",
                                                "99999999999999999999",
                                                "-1",
                                                "0",
                                                "1e9",
                                                "sample 0",
                                                "zones",
                                                "registries",
                                                "\xef\xbb\xbf",
                                                "\r\n",
                                                ",",
                                                "@",
                                                "`"};
  const auto rounds = 1 + random.below(4);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const auto at = random.below(text.size() + 1);
    const auto length = random.below(12);
    const auto& piece = kPieces[random.below(kPieces.size())];
    switch (random.below(4)) {
      case 0:
        text.insert(at, piece);
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.replace(at, length, piece);
        break;
      default:
        text.insert(at, text.substr(random.below(text.size() + 1), length * 8));
        break;
    }
  }
  return text;
}

TEST(Hostile, AMutatedExample) {
  const auto seed = from_environment("SIGNPOST_SEED", Random::from_kernel().next());
  const auto rounds = from_environment("SIGNPOST_ROUNDS", 1500);
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(seed));
  Random random(seed);
  const auto text = example();
  for (std::uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(round);
    load_hostile(mutate(text, random));
    if (HasFatalFailure()) return;
  }
}

TEST(Hostile, RandomOctets) {
  const auto seed = from_environment("SIGNPOST_SEED", Random::from_kernel().next());
  SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 2000; ++round) {
    SCOPED_TRACE(round);
    std::string text(random.below(200), ' ');
    // Two of three octets are what YAML is made of, or most texts would end at the first of them.
    for (auto& c : text)
      c = random.below(3) == 0 ? static_cast<char>(random.next()) : "[]{}:-\n &*!a#'\"|,?%"[random.below(19)];
    load_hostile(text);
    if (HasFatalFailure()) return;
  }
}

TEST(Hostile, DeepNesting) {
  EXPECT_EQ(said("zones: " + std::string(40, '[') + std::string(40, ']')),
            "E f.yaml:1:39: nested more than 32 deep");
  load_hostile(std::string(20000, '['));
  load_hostile(std::string(20000, '{'));
  std::string blocks;
  for (std::size_t i = 0; i < 300; ++i) blocks += std::string(i, ' ') + "a:\n";
  load_hostile(blocks);
}

TEST(Hostile, AliasesThatMultiply) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto alias = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += alias + (j == 9 ? " ]\n" : " , ");
  }
  const auto loaded = load_text(text, "f");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_NE(loaded.error().errors.back().find("this alias makes the text too big or too deep"),
            std::string::npos);
}

TEST(Hostile, ErrorsBeyondTheCapAreCounted) {
  std::string text = with_zone("");
  for (int i = 0; i < 1500; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const auto loaded = load_text(text, "f");
  ASSERT_FALSE(loaded.has_value());
  ASSERT_EQ(loaded.error().errors.size(), 1001U);
  EXPECT_EQ(loaded.error().errors.back(), "f: and 500 more");
}

}  // namespace
}  // namespace signpost::config
