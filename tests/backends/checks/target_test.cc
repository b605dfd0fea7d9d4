#include "backends/checks/target.h"

#include <gtest/gtest.h>

namespace signpost::checks {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

class Refused : public testing::TestWithParam<const char*> {};
TEST_P(Refused, UnlessAllowed) {
  EXPECT_TRUE(refusal(address(GetParam()), {}));
  const std::vector all{*config::read_prefix("0.0.0.0/0"), *config::read_prefix("::/0")};
  EXPECT_FALSE(refusal(address(GetParam()), all));
}
INSTANTIATE_TEST_SUITE_P(Target, Refused,
                         testing::Values("127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1",
                                         "169.254.169.254", "::ffff:169.254.169.254", "169.254.1.1",
                                         "fe80::1", "100.100.100.200", "168.63.129.16", "192.0.0.192",
                                         "fd00:ec2::254", "fd20:ce::254", "0.0.0.0", "::", "224.0.0.1",
                                         "ff02::1", "255.255.255.255"));

class Asked : public testing::TestWithParam<const char*> {};
TEST_P(Asked, ByItself) { EXPECT_FALSE(refusal(address(GetParam()), {})); }
INSTANTIATE_TEST_SUITE_P(Target, Asked,
                         testing::Values("10.1.0.1", "192.168.1.1", "100.64.0.1", "203.0.113.5", "fd00::1",
                                         "2001:db8::1", "100.100.100.201"));

TEST(Target, AllowedPrefixAllowsNoOther) {
  const std::vector loopback{*config::read_prefix("127.0.0.0/8")};
  EXPECT_FALSE(refusal(address("127.0.0.1"), loopback));
  EXPECT_FALSE(refusal(address("::ffff:127.0.0.1"), loopback));
  EXPECT_TRUE(refusal(address("::1"), loopback));
  EXPECT_TRUE(refusal(address("169.254.169.254"), loopback));
}

TEST(Target, IsSpelledAsItIsAsked) {
  Target target{address("10.1.0.1"), 8080, {}};
  EXPECT_EQ(target.to_string(), "tcp 10.1.0.1:8080");
  target = {address("fd00::1"), 80, {config::CheckType::Http, "/health"}};
  EXPECT_EQ(target.to_string(), "http://[fd00::1]:80/health");
}

}  // namespace
}  // namespace signpost::checks
