#include "dns/reload.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "config/options.h"

namespace signpost {
namespace {

std::vector<std::string> differing(const config::Config& running, const config::Config& next) {
  std::vector<std::string> keys;
  for (const auto& [key, differs] : start_options(running, next)) {
    if (differs) keys.emplace_back(key);
  }
  return keys;
}

TEST(StartOptions, NamesEachSettingThatCannotChange) {
  config::Config running, next;
  EXPECT_TRUE(differing(running, next).empty());
  next.tcp.idle = std::chrono::seconds(1);
  next.tcp.clients = 5;
  EXPECT_EQ(differing(running, next), (std::vector<std::string>{"tcp.idle", "tcp.clients"}));
}

TEST(StartOptions, ZonesRegistriesAndListenersAreNone) {
  config::Config running, next;
  next.listen.dns = {{IpAddress::v4({127, 0, 0, 1}), 53}};
  next.workers = 3;
  next.zones.resize(2);
  next.registries.resize(1);
  next.log.level = log::Level::Debug;
  EXPECT_TRUE(differing(running, next).empty());
}

TEST(StartOptions, AreThoseThatTheReferenceSaysSoOf) {
  std::set<std::string> told;
  for (const auto& line : config::all_options()) {
    if (line.acts == config::Acts::AtStart) told.insert(line.path);
  }
  std::set<std::string> compared;
  for (const auto& [key, differs] : start_options({}, {})) compared.emplace(key);
  EXPECT_EQ(told, compared);
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
