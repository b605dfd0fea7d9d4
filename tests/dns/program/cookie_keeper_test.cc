#include "dns/cookie_keeper.h"

#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "dns/check.h"

namespace signpost {
namespace {

constexpr auto kOld = "00000000000000000000000000000001", kNew = "00000000000000000000000000000002";

class CookieFile : public testing::Test {
 protected:
  std::string path_ = testing::TempDir() + "cookies." +
                      testing::UnitTest::GetInstance()->current_test_info()->name() + "." +
                      std::to_string(getpid());

  void write(const std::string& text, const std::string& suffix = "") {
    std::ofstream(path_ + suffix) << text;
  }
  void TearDown() override {
    std::remove(path_.c_str());
    std::remove((path_ + ".yaml").c_str());
  }
};

TEST_F(CookieFile, E15_a_secret_is_rolled_in_three_steps) {
  write(std::string(kOld) + "\n");
  CookieKeeper keeper;
  keeper.follow(path_);
  EXPECT_EQ(keeper.secrets().count, 1);
  EXPECT_FALSE(keeper.look_again()) << "nothing changed";
  for (const auto* next : {"00000000000000000000000000000001\n00000000000000000000000000000002\n",
                           "00000000000000000000000000000002\n00000000000000000000000000000001\n",
                           "00000000000000000000000000000002\n"}) {
    write(next);
    EXPECT_TRUE(keeper.look_again()) << next;
    EXPECT_EQ(keeper.secrets(), *parse_cookie_secrets(next));
  }
}

TEST_F(CookieFile, ABadOneChangesNothing) {
  write(kOld);
  CookieKeeper keeper;
  keeper.follow(path_);
  const auto good = keeper.secrets();
  for (const auto* bad : {"", "xyz\n", "00000000000000000000000000000002\nshort\n"}) {
    write(bad);
    EXPECT_FALSE(keeper.look_again());
    EXPECT_EQ(keeper.secrets(), good);
  }
  std::remove(path_.c_str());
  EXPECT_FALSE(keeper.look_again());
  EXPECT_EQ(keeper.refused(), 4u);
  keeper.follow(path_);
  EXPECT_EQ(keeper.secrets(), good) << "nor at a reload";
  write(kNew);
  EXPECT_TRUE(keeper.look_again()) << "it is mended";
}

TEST_F(CookieFile, WithoutOneTheSecretIsOurOwn) {
  CookieKeeper keeper;
  const auto own = keeper.secrets();
  EXPECT_EQ(own.count, 1);
  EXPECT_FALSE(keeper.look_again());
  write(kOld);
  keeper.follow(path_);
  EXPECT_NE(keeper.secrets(), own);
  keeper.follow("");
  EXPECT_EQ(keeper.secrets(), own) << "as before";
}

TEST_F(CookieFile, TheCheckOfAConfigurationReadsIt) {
  write(
      "cookies: {secret_file: " + path_ +
          "}\nregistries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, registry: local}]\n",
      ".yaml");
  const auto errors = [&] {
    const auto checked = check_config(path_ + ".yaml", CheckScope::Start);
    return checked ? std::vector<std::string>{} : checked.error().errors;
  };
  const auto place = path_ + ".yaml:1:24: cookies.secret_file " + path_ + ": ";
  EXPECT_EQ(errors(), std::vector{place + "cannot be read: No such file or directory"});
  write("0\n");
  EXPECT_EQ(
      errors(),
      std::vector{place + "line 1: a secret is 32 hexadecimal digits, as `openssl rand -hex 16` prints"});
  write(kOld);
  EXPECT_EQ(errors(), std::vector<std::string>{});
}

}  // namespace
}  // namespace signpost
