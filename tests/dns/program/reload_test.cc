#include "dns/reload.h"

#include <string>

#include <gtest/gtest.h>

namespace signpost {
namespace {

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
