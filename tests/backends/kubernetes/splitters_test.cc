#include "backends/kubernetes/splitters.h"

#include <vector>

#include <gtest/gtest.h>

namespace signpost::kubernetes {
namespace {

using Pieces = std::vector<std::string>;

/// Every piece as one text; fed in chunks of `size`.
Pieces split(std::string_view text, std::size_t size, bool& good, bool& whole,
             std::size_t bytes_max = kPieceBytesMax) {
  Pieces pieces;
  ListSplitter splitter(
      [&](ListSplitter::Piece piece, std::string_view json) {
        const char* names[] = {"item ", "huge ", "odd ", "meta "};
        pieces.push_back(names[static_cast<int>(piece)] + std::string(json));
      },
      bytes_max);
  good = true;
  for (std::size_t at = 0; at < text.size() && good; at += size) good = splitter.feed(text.substr(at, size));
  whole = splitter.whole();
  return pieces;
}

TEST(ListSplitter, CutsTheSamePiecesFromChunksOfAnySize) {
  const std::string text =
      R"( {"kind":"L","metadata":{"a":"}{","b":{}},"x":{"items":[{"no":1}]},"items":[{"a":"\"]}"},{"b":[{"c":1}]},)"
      R"( 5, "s", [1], {}],"y":[[{}]]} )";
  const Pieces expected{"meta {\"a\":\"}{\",\"b\":{}}",
                        R"(item {"a":"\"]}"})",
                        R"(item {"b":[{"c":1}]})",
                        "odd ",
                        "odd ",
                        "item {}"};
  for (std::size_t size = 1; size <= text.size(); ++size) {
    bool good = false;
    bool whole = false;
    EXPECT_EQ(split(text, size, good, whole), expected) << "chunks of " << size;
    EXPECT_TRUE(good);
    EXPECT_TRUE(whole);
  }
}

TEST(ListSplitter, IsWholeOnlyAtItsEnd) {  // K12
  const std::string text = R"({"metadata":{},"items":[{},{}]})";
  for (std::size_t size = 0; size < text.size(); ++size) {
    bool good = false;
    bool whole = true;
    split(std::string_view(text).substr(0, size), 4096, good, whole);
    EXPECT_FALSE(whole) << size;
  }
}

TEST(ListSplitter, RefusesWhatIsNoObject) {
  for (const char* text : {"<html>", "[{}]", "\"a\"", "{}x", "{}{}", "}", "null"}) {
    bool good = true;
    bool whole = false;
    split(text, 4096, good, whole);
    EXPECT_FALSE(good) << text;
  }
}

TEST(ListSplitter, BoundsAnItem) {  // K25
  const std::string text = R"({"items":[{"a":"123456789"},{"b":1}]})";
  for (const std::size_t size : {1U, 7U, 100U}) {
    bool good = false;
    bool whole = false;
    const auto pieces = split(text, size, good, whole, 10);
    EXPECT_EQ(pieces, (Pieces{R"(huge {"a":"1234)", R"(item {"b":1})"})) << size;
    EXPECT_TRUE(whole);
  }
}

TEST(LineSplitter, CutsTheSameLinesFromChunksOfAnySize) {
  const std::string text = "one\n\ntwo two\r\nlonger than ten\n3\nrest";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    Pieces lines;
    LineSplitter splitter(
        [&](std::string_view line, bool huge) {
          lines.push_back((huge ? "huge " : "") + std::string(line));
          return true;
        },
        10);
    for (std::size_t at = 0; at < text.size(); at += size) {
      EXPECT_TRUE(splitter.feed(std::string_view(text).substr(at, size)));
    }
    EXPECT_EQ(lines, (Pieces{"one", "two two\r", "huge longer tha", "3"})) << size;
  }
}

TEST(LineSplitter, StopsWhenTold) {
  int lines = 0;
  LineSplitter splitter([&](std::string_view, bool) { return ++lines < 2; });
  EXPECT_FALSE(splitter.feed("a\nb\nc\n"));
  EXPECT_EQ(lines, 2);
}

}  // namespace
}  // namespace signpost::kubernetes
