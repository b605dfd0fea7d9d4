// Names of a list, piece by piece, against the library that reads them at once.
#include "backends/nacos/list_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/nacos/messages.h"

namespace signpost::nacos::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// All names in pieces of two, "error" at the end where that came, and what is left of the body.
std::vector<std::string> read(std::string body, std::string* rest = nullptr) {
  Payload payload{"ServiceListResponse", std::move(body), {}};
  auto reader = ListReader::cut_out_of(payload);
  if (rest != nullptr) *rest = payload.body;
  std::vector<std::string> all;
  while (true) {
    const auto names = reader.next(2);
    if (!names) {
      all.emplace_back("error");
      return all;
    }
    if (names->empty()) return all;
    all.insert(all.end(), names->begin(), names->end());
  }
}

TEST(NacosListReader, LeavesAnAnswerWithoutItsNames) {
  std::string rest;
  EXPECT_THAT(read(R"({"count":3, "serviceNames" : [ "a" , "b","G@@c"], "success":true})", &rest),
              ElementsAre("a", "b", "c"));
  EXPECT_EQ(rest, R"({"count":3, "serviceNames" : [], "success":true})");
}

TEST(NacosListReader, OnlyTheOutermostMemberCounts) {
  EXPECT_THAT(
      read(R"({"a":{"serviceNames":["x"]},"b":"\"serviceNames\":[","c":[[1,"]"]],"serviceNames":["y"]})"),
      ElementsAre("y"));
}

TEST(NacosListReader, EscapesAndUtf8AreJudgedByTheLibrary) {
  EXPECT_THAT(read(R"({"serviceNames":["a\"b","\u0063art","gr\u00fcn","]"]})"),
              ElementsAre("a\"b", "cart", "grün", "]"));
  EXPECT_THAT(read("{\"serviceNames\":[\"\xff\"]}"), ElementsAre("error"));
  EXPECT_THAT(read("{\"serviceNames\":[\"a\nb\"]}"), ElementsAre("error"));
}

TEST(NacosListReader, WhatIsNoListOfStringsIsAnError) {
  for (const auto* inner : {"1", "null", "\"a\",", "\"a\" \"b\"", ",", "[\"a\"]", "{}"}) {
    EXPECT_THAT(read(std::string(R"({"serviceNames":[)") + inner + "]}"), testing::Contains("error"))
        << inner;
  }
}

TEST(NacosListReader, WhereItFindsNothingTheBodyStaysAsItIs) {
  for (const std::string body : {"", "[]", "{", R"({"serviceNames":null})", R"({"serviceNames":"[x]"})",
                                 R"({"serviceNames":["a)", R"({"a" 1})"}) {
    std::string rest;
    EXPECT_THAT(read(body, &rest), IsEmpty()) << body;
    EXPECT_EQ(rest, body);
  }
}

// Cut anywhere, or with any octet replaced, it never reads what the library would not.
TEST(NacosListReader, BrokenBodiesGiveNothingThatTheLibraryWouldNotRead) {
  const std::string whole = R"({"x":[{"y":"\\"}],"serviceNames":["a\\b","c,\"d"],"count":2})";
  const auto check = [](const std::string& body) {
    const auto names = read(body);
    const auto library = read_list({"ServiceListResponse", body, {}});
    if (library) {
      EXPECT_EQ(names, *library) << body;
    }
  };
  for (std::size_t at = 0; at < whole.size(); ++at) {
    check(whole.substr(0, at));
    for (const char octet : std::string("\"\\[]{},: 1")) {
      auto body = whole;
      body[at] = octet;
      check(body);
    }
  }
}

}  // namespace
}  // namespace signpost::nacos::test
