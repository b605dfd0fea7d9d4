// What is JSON is read as JSON, and what is not quite JSON as little else as possible (RFC 8259; A17).
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "backends/nacos/json_values.h"
#include "dns/base/random.h"

namespace signpost::nacos {
namespace {

/// Builds the tree that the tokens mean.
class Tree : public JsonSink {
 public:
  void key(std::string_view text) override { keys_.back() = text; }
  void value(const JsonScalar& scalar) override { add(to_json(scalar)); }
  void open(bool object) override {
    open_.push_back(object ? Json::object() : Json::array());
    keys_.emplace_back();
  }
  void close() override {
    auto done = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    add(std::move(done));
  }
  Json whole;

 private:
  void add(Json value) {
    if (open_.empty()) {
      whole = std::move(value);
    } else if (open_.back().is_object()) {
      open_.back()[keys_.back()] = std::move(value);
    } else {
      open_.back().push_back(std::move(value));
    }
  }
  std::vector<Json> open_;
  std::vector<std::string> keys_;
};

struct Said {
  bool failed = false, repaired = false;
  Json whole;
};

Said scan(const std::string& text, std::size_t piece = std::string::npos) {
  Tree tree;
  JsonScanner scanner(text, tree);
  while (!scanner.step(piece)) {
  }
  return {scanner.failed(), scanner.repaired(), std::move(tree.whole)};
}

const std::string kGood[] = {
    R"({"a":[1,-2.5e3,true,false,null,"x\"\\\/\b\f\n\r\té€😀\u0000\u00e9\ud83d\ude00"],"b":{"c":"NaN"}} )",
    "  [ ]",
    "{}",
    "0",
    "-0",
    "-1",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "1.5e-7",
    "1E+2",
    "\"\"",
    "[[[[]]],{}]",
    "{\"a\":{},\"a\":[1]}",
    "\"\x7f\"",
    "\n\t\r 7"};

TEST(JsonScanner, ReadsJsonAsOthersDo) {
  for (const auto& text : kGood) {
    const auto said = scan(text);
    EXPECT_FALSE(said.failed) << text;
    EXPECT_FALSE(said.repaired) << text;
    EXPECT_EQ(said.whole, Json::parse(text)) << text;
  }
}

TEST(JsonScanner, PiecesOfAnySizeMakeTheSame) {
  for (const auto& text : kGood) {
    for (std::size_t piece = 1; piece < 9; ++piece)
      EXPECT_EQ(scan(text, piece).whole, Json::parse(text)) << text;
  }
}

TEST(JsonScanner, RefusesWhatHasNoShape) {
  for (const std::string text :
       {"",      " ",     "{",         "[",           "}",     "]",       "{]",   "[}",  "[1,]", "{\"a\":1,}",
        "[,1]",  "[1 2]", "{\"a\" 1}", "{\"a\":}",    "{1,2}", "{\"a\"}", "\"",   "\"a", "\"\\", "1 2",
        "[] []", ":",     ",",         "{\"a\":1:2}", "'a'",   "{[1]:2}", "[1:2]"}) {
    EXPECT_TRUE(scan(text).failed) << text;
  }
}

TEST(JsonScanner, MendsWordsAndOctets) {
  const std::pair<std::string, Json> cases[] = {
      {"[NaN,-Infinity,1e999,01,+1,.5,1.,much]",
       Json::array({"NaN", "-Infinity", "1e999", "01", "+1", ".5", "1.", "much"})},
      {"{a:1}", {{"a", 1}}},
      {"\"a\xff"
       "b\"",
       "a\xEF\xBF\xBD"
       "b"},
      {"\"\xed\xa0\x80\"", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\"a\x01\nb\"", "a  b"},
      {R"("\ud83d")", "\xEF\xBF\xBD"},
      {R"("\ud83dx")", "\xEF\xBF\xBDx"},
      {R"("\ude00")", "\xEF\xBF\xBD"},
      {R"("\x")", "\xEF\xBF\xBDx"},
      {R"("\u12g4")", "\xEF\xBF\xBDu12g4"}};
  for (const auto& [text, meant] : cases) {
    const auto said = scan(text);
    EXPECT_FALSE(said.failed) << text;
    EXPECT_TRUE(said.repaired) << text;
    EXPECT_EQ(said.whole, meant) << text;
  }
}

/// Octets changed, dropped and doubled at random: what nlohmann takes is taken alike, without repair; the
/// rest is refused or repaired.
TEST(JsonScanner, AgreesWithAnotherParserOnDamagedTexts) {
  const auto seed = Random::from_kernel().next();
  Random random(seed);
  for (int i = 0; i < 100000; ++i) {
    auto text = kGood[random.below(std::size(kGood))];
    for (auto times = random.below(4); times > 0 && !text.empty(); --times) {
      const auto at = random.below(text.size());
      constexpr std::string_view kOctets = "{}[],:\"\\0123.eE+-u truefalsn\xc3\xff\x01";
      if (random.below(3) == 0) {
        text.erase(at, 1);
      } else if (random.below(2) == 0) {
        text.insert(at, 1, kOctets[random.below(kOctets.size())]);
      } else {
        text[at] = kOctets[random.below(kOctets.size())];
      }
    }
    const auto said = scan(text);
    const auto strict = Json::parse(text, nullptr, false);
    if (!strict.is_discarded()) {
      ASSERT_FALSE(said.failed) << text << " seed " << seed;
      ASSERT_FALSE(said.repaired) << text << " seed " << seed;
      ASSERT_EQ(said.whole, strict) << text << " seed " << seed;
    } else {
      ASSERT_TRUE(said.failed || said.repaired) << text << " seed " << seed;
    }
  }
}

}  // namespace
}  // namespace signpost::nacos
