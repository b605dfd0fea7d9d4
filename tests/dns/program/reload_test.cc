#include "dns/reload.h"

#include <gtest/gtest.h>

namespace signpost {
namespace {

TEST(NeedsRestart, NamesEachSettingThatCannotChange) {
  config::Config running, next;
  EXPECT_TRUE(needs_restart(running, next).empty());
  next.listen.dns = {{IpAddress::v4({127, 0, 0, 1}), 53}};
  next.listen.admin_socket = "/run/other.sock";
  next.workers = 3;
  next.tcp.clients = 5;
  EXPECT_EQ(needs_restart(running, next),
            (std::vector<std::string>{"listen.dns differs; it takes effect at the next start",
                                      "listen.admin differs; it takes effect at the next start",
                                      "workers differs; it takes effect at the next start",
                                      "tcp.clients differs; it takes effect at the next start"}));
}

TEST(NeedsRestart, ZonesAndRegistriesDoNot) {
  config::Config running, next;
  next.zones.resize(2);
  next.registries.resize(1);
  next.log.level = log::Level::Debug;
  EXPECT_TRUE(needs_restart(running, next).empty());
}

TEST(OneLine, CountsWhatItLeavesOut) {
  EXPECT_EQ(one_line({true, {}, {}}), "accepted");
  EXPECT_EQ(one_line({true, {}, {"a", "b"}}), "accepted, warning: a (and 1 more)");
  EXPECT_EQ(one_line({false, {"x", "y", "z"}, {}}), "refused: x (and 2 more)");
}

TEST(FileRegistries, AreTheOnesToReadAgain) {
  config::Config config;
  config.registries.resize(2);
  config.registries[0] = {"n", false, config::NacosRegistry{}, {}};
  config.registries[1] = {"f", false, config::FileRegistry{"/x"}, {}};
  EXPECT_EQ(file_registries(config), std::vector<std::string>{"f"});
}

}  // namespace
}  // namespace signpost
