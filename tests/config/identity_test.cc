// Who the server says it is, and the secrets of its cookies.
#include <gtest/gtest.h>

#include "config/load.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

TEST(Identity, Defaults) {
  const auto loaded = load_text(with_zone(""), "f.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.server.id, "");
  EXPECT_EQ(loaded->config.server.version, "hidden");
  EXPECT_EQ(loaded->config.cookies.secret_file, "");
}

TEST(Identity, Written) {
  const auto loaded = load_text(
      with_zone("server: {id: blue 7, version: shown}\ncookies:\n  secret_file: /etc/secrets"), "f.yaml");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->config.server.id, "blue 7");
  EXPECT_EQ(loaded->config.server.version, "shown");
  EXPECT_EQ(loaded->config.cookies.secret_file, "/etc/secrets");
  EXPECT_EQ(loaded->config.cookies.place.to_string(), "f.yaml:3:16");
}

TEST(Identity, Mistakes) {
  EXPECT_EQ(said(with_zone("server: {id: \"\"}")),
            "E f.yaml:1:14: `id` takes 1 to 128 ASCII characters, not ``");
  EXPECT_EQ(said(with_zone("server: {id: " + std::string(129, 'a') + "}")).substr(0, 52),
            "E f.yaml:1:14: `id` takes 1 to 128 ASCII characters,");
  EXPECT_EQ(said(with_zone("server: {id: \"\\u00fc\"}")).substr(0, 52),
            "E f.yaml:1:14: `id` takes 1 to 128 ASCII characters,");
  EXPECT_EQ(said(with_zone("cookies: {secret_file: ~/x}")),
            "E f.yaml:1:24: `secret_file` takes a path, not `~/x`; write the home directory out");
}

}  // namespace
}  // namespace signpost::config
