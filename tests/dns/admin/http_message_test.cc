#include "dns/admin/http_message.h"

#include <gtest/gtest.h>

namespace signpost::admin {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

TEST(Target, PathAndParametersAreDecoded) {
  const auto target = parse_target("/explain?name=a%2Eb.&type=A&note=x+y%2B&flag&=v&&name=second");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/explain");
  EXPECT_EQ(
      target->parameters,
      (Parameters{
          {"name", "a.b."}, {"type", "A"}, {"note", "x y+"}, {"flag", ""}, {"", "v"}, {"name", "second"}}));
}

TEST(Target, PlusIsASpaceInQueriesOnly) {
  const auto target = parse_target("/a+b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a+b");
}

TEST(Target, WrongOnesAreRefused) {
  for (const auto* text :
       {"", "status", "http://signpost/status", "*", "/a%", "/a%2", "/a%zz", "/a%00", "/x?n=%", "/x?%0=1"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

TEST(Target, WhatIsEncodedComesBack) {
  std::string every;
  for (int octet = 1; octet < 256; ++octet) every += static_cast<char>(octet);
  const auto target = parse_target("/x?v=" + percent_encode(every));
  ASSERT_TRUE(target);
  EXPECT_EQ(target->parameters, (Parameters{{"v", every}}));
}

TEST(Request, FormatParameterWinsOverAccept) {
  HttpRequest request;
  EXPECT_FALSE(request.wants_json(false));
  EXPECT_TRUE(request.wants_json(true));
  request.accept = "application/json";
  EXPECT_TRUE(request.wants_json(false));
  request.parameters = {{"format", "text"}};
  EXPECT_FALSE(request.wants_json(true));
  request.accept = "text/plain";
  request.parameters.clear();
  EXPECT_FALSE(request.wants_json(true));
}

}  // namespace
}  // namespace signpost::admin
