#include "dns/make_rules.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "dns/version.h"

namespace signpost {
namespace {

TEST(MakeRules, E12_H19_identity) {
  config::Config config;
  const auto rules = [&] { return make_rules(config, {}); };
  unsetenv("POD_NAME");
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(rules().server_id, std::string(host).substr(0, kServerIdOctetsMax));
  setenv("POD_NAME", "signpost-7", 1);
  EXPECT_EQ(rules().server_id, "signpost-7");
  setenv("POD_NAME", std::string(300, 'p').c_str(), 1);
  EXPECT_EQ(rules().server_id, std::string(kServerIdOctetsMax, 'p'));
  config.server.id = "blue";
  EXPECT_EQ(rules().server_id, "blue");
  config.server.id = "hidden";
  EXPECT_EQ(rules().server_id, "");
  unsetenv("POD_NAME");
}

TEST(MakeRules, H19_version_is_hidden_by_default) {
  config::Config config;
  const auto version = [&] { return make_rules(config, {}).server_version; };
  EXPECT_EQ(version(), "");
  config.server.version = "shown";
  EXPECT_EQ(version(), std::string("signpost ") + kVersion);
  config.server.version = "none of your business";
  EXPECT_EQ(version(), "none of your business");
}

TEST(MakeRules, TakesSizeAndSecrets) {
  config::Config config;
  config.edns_udp_size = 1400;
  const auto secrets = random_cookie_secrets();
  const auto rules = make_rules(config, secrets);
  EXPECT_EQ(rules.udp_size, 1400);
  EXPECT_EQ(rules.cookies, secrets);
}

TEST(MakeRules, BucketsOutliveAReloadUnlessTheLimitsChange) {
  config::Config config;
  config.rate_limit.per_network = 100;
  config.rate_limit.exempt.push_back({*IpAddress::parse("10.0.0.0"), 8});
  const auto first = make_rules(config, {});
  ASSERT_NE(first.limiter, nullptr);
  EXPECT_EQ(make_rules(config, random_cookie_secrets(), &first).limiter, first.limiter);
  config.rate_limit.exempt.front().bits = 16;
  const auto narrower = make_rules(config, {}, &first);
  EXPECT_NE(narrower.limiter, first.limiter);
  config.rate_limit.per_network = 101;
  EXPECT_NE(make_rules(config, {}, &narrower).limiter, narrower.limiter);
  config.rate_limit.per_network = 0;
  EXPECT_EQ(make_rules(config, {}, &narrower).limiter, nullptr);
}

}  // namespace
}  // namespace signpost
