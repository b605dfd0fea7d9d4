// What people write into annotations, and what cannot be meant.
#include "backends/kubernetes/annotations.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace signpost::kubernetes {
namespace {

TEST(Annotations, Weight) {
  for (const auto& [text, weight] :
       {std::pair<const char*, double>{"0", 0}, {"1", 1}, {"0.25", 0.25}, {"65535", 65535}}) {
    EXPECT_EQ(read_weight(text), weight) << text;
  }
  for (const char* text :
       {"", "abc", "-1", "+1", "NaN", "nan", "inf", "1e999", "1e3", "65535.1", "65536", "1,5", ".5", "1.",
        "0x10", " 1", "1 ", "01", "99999999999999999999999999999999999999"}) {
    EXPECT_FALSE(read_weight(text)) << text;
  }
}

std::string groups(std::string_view text) {
  const auto read = read_group_weights(text);
  if (!read) return "none";
  std::string out = read->key == "version" ? "" : read->key + ":";
  for (const auto& group : read->weights)
    out += fmt::format("{}{}={}", out.empty() ? "" : " ", group.word, group.weight);
  return out;
}

TEST(Annotations, GroupWeights) {
  EXPECT_EQ(groups("version: v1=90, v2=10"), "v1=90 v2=10");
  EXPECT_EQ(groups("version:v2=10,v1=90"), "v1=90 v2=10");
  EXPECT_EQ(groups(" version: 1.2.3 = 0.5 "), "1.2.3=0.5");
  EXPECT_EQ(groups("version: v1=0"), "v1=0");
  EXPECT_EQ(groups("zone: eu-1b=0.1, eu-1a=99.9"), "zone: eu-1a=99.9 eu-1b=0.1");
  EXPECT_EQ(groups("cluster : east=1"), "cluster: east=1");
  for (const char* text : {"", "version:", "version: ", "v1=90, v2=10", "tag: a=1", "version: v1",
                           "version: v1=90, v2=", "version: v1=90,", "version: =5", "version: v1=1, v1=2",
                           "version: v1=-1", "version: v1=1e999", "version: v 1=1", "version: v1=1;v2=2",
                           "version: v1=65536", "version: v\xc3\xbc=1"}) {
    EXPECT_EQ(groups(text), "none") << text;
  }
  std::string many = "version: v0=1";
  for (int i = 1; i < 64; ++i) many += fmt::format(",v{}=1", i);
  EXPECT_NE(groups(many), "none");
  EXPECT_EQ(groups(many + ",v64=1"), "none");
}

TEST(Annotations, Ttl) {
  EXPECT_EQ(read_ttl("0"), 0U);
  EXPECT_EQ(read_ttl("30"), 30U);
  EXPECT_EQ(read_ttl("30s"), 30U);
  EXPECT_EQ(read_ttl("5m"), 300U);
  EXPECT_EQ(read_ttl("2000ms"), 2U);
  EXPECT_EQ(read_ttl("604800"), 604800U);
  for (const char* text : {"", "5 apples", "-1", "1.5", "500ms", "604801", "1d", "18446744073709551616"}) {
    EXPECT_FALSE(read_ttl(text)) << text;
  }
}

}  // namespace
}  // namespace signpost::kubernetes
