// When the files of a configuration are read again.
#include "dns/config_watch.h"

#include <filesystem>
#include <fstream>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "config/load.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class ConfigWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "signpost-watch-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("1s");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "signpost.yaml").string(); }
  void write(const std::string& lameduck) {
    std::ofstream(path()) << "lameduck: " << lameduck
                          << "\nzones: [{name: a.example, records: \"@ TXT a\"}]\n";
  }
  config::Sources sources() const {
    const auto loaded = config::load_file(path());
    return loaded ? loaded->config.sources : loaded.error().sources;
  }
  /// Runs until `done`, at most ten seconds.
  template <class Done>
  bool run_until(const Done& done) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!done() && std::chrono::steady_clock::now() < end) context_.run_one_for(100ms);
    return done();
  }

  fs::path folder_;
  boost::asio::io_context context_{1};
};

TEST_F(ConfigWatchTest, ADifferenceIsToldOnceAndSignalTurnsItOff) {
  int told = 0, told_off = 0;
  ConfigWatch on(context_.get_executor(), system_clock(), [&] { ++told; });
  ConfigWatch off(context_.get_executor(), system_clock(), [&] { ++told_off; });
  off.follow(sources(), config::ReloadOn::Change);
  off.follow(sources(), config::ReloadOn::Signal);
  on.follow(sources(), config::ReloadOn::Change);
  context_.poll();
  write("2s");
  EXPECT_TRUE(run_until([&] { return told > 0; }));
  on.follow(sources(), config::ReloadOn::Change);
  context_.run_for(50ms);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(told_off, 0) << "the same change, and its second is over";
}

TEST_F(ConfigWatchTest, WhatWasReadMeanwhileIsNoDifference) {
  int told = 0;
  ConfigWatch watch(context_.get_executor(), system_clock(), [&] { ++told; });
  watch.follow(sources(), config::ReloadOn::Change);
  int later = 0;
  ConfigWatch after(context_.get_executor(), system_clock(), [&] { ++later; });
  after.follow(sources(), config::ReloadOn::Change);
  context_.poll();
  write("2s");
  watch.follow(sources(), config::ReloadOn::Change);  // SIGHUP came first
  EXPECT_TRUE(run_until([&] { return later > 0; }));
  EXPECT_EQ(told, 0);
}

TEST_F(ConfigWatchTest, ARefusedFileIsLookedAtAgainWhenItChanges) {
  write("soon");
  int told = 0;
  ConfigWatch watch(context_.get_executor(), system_clock(), [&] { ++told; });
  watch.follow(sources(), config::ReloadOn::Change);
  context_.poll();
  write("1s");
  EXPECT_TRUE(run_until([&] { return told > 0; }));
}

}  // namespace
}  // namespace signpost
