// The writer's thread: what it does, and what it does when it cannot.
#include "zones/state/keeper.h"

#include <filesystem>
#include <future>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/zones/state/model_files.h"
#include "tests/zones/state/support.h"

namespace signpost::state::tests {
namespace {

class KeeperTest : public testing::Test {
 protected:
  KeeperTest() {
    std::string text = testing::TempDir() + "signpost-keeper-XXXXXX";
    path = ::mkdtemp(text.data());
  }
  ~KeeperTest() override { std::filesystem::remove_all(path); }

  static Content content(const Services& services) {
    Content content;
    content.source = source();
    content.packed_version = 3;
    content.complete = true;
    content.records = records(services);
    return content;
  }
  static bool save(Keeper& keeper, const Services& services) {
    std::promise<bool> done;
    keeper.save(content(services), [&](const std::string&, bool well) { done.set_value(well); });
    return done.get_future().get();
  }
  static Services load(Keeper& keeper) {
    const auto image = keeper.load(source(), reads_three);
    return image ? services_of(*image) : Services{};
  }

  std::filesystem::path path;
};

TEST_F(KeeperTest, WritesAndReads) {
  Keeper keeper(system_clock());
  keeper.use(path);
  EXPECT_EQ(load(keeper), Services{});
  ASSERT_TRUE(save(keeper, {{"cart", "one"}}));
  ASSERT_TRUE(save(keeper, {{"cart", "two"}}));
  EXPECT_EQ(load(keeper), (Services{{"cart", "two"}}));
  const auto report = keeper.reports().at(0);
  EXPECT_EQ(report.registry, "nacos");
  EXPECT_EQ(report.writes, 2u);
  EXPECT_GT(report.octets, 100u);
  EXPECT_GT(report.written, 1'700'000'000);
}

TEST_F(KeeperTest, WhatWaitsIsWrittenBeforeItStops) {
  {
    Keeper keeper(system_clock());
    keeper.use(path);
    for (int i = 0; i < 20; ++i) keeper.save(content({{"cart", std::to_string(i)}}), {});
    keeper.stop();
    keeper.save(content({{"cart", "late"}}), {});
  }
  Keeper again(system_clock());
  again.use(path);
  EXPECT_EQ(load(again), (Services{{"cart", "19"}}));
}

TEST_F(KeeperTest, WithoutADirectoryNothingIsWrittenUntilThereIsOne) {
  Keeper keeper(system_clock());
  keeper.use(path / "later");
  EXPECT_EQ(load(keeper), Services{});
  EXPECT_FALSE(save(keeper, {{"cart", "one"}}));
  EXPECT_EQ(keeper.reports().at(0).write_errors, 1u);
  EXPECT_NE(keeper.reports().at(0).last_error.find("create it"), std::string::npos);
  std::filesystem::create_directory(path / "later");
  EXPECT_TRUE(save(keeper, {{"cart", "one"}}));
  EXPECT_EQ(keeper.reports().at(0).last_error, "");
  EXPECT_EQ(load(keeper), (Services{{"cart", "one"}}));
}

TEST_F(KeeperTest, TwoProgramsDoNotWriteIntoOneDirectory) {
  auto one = std::make_unique<Keeper>(system_clock());
  one->use(path);
  ASSERT_TRUE(save(*one, {{"cart", "one"}}));
  Keeper other(system_clock());
  other.use(path);
  EXPECT_EQ(load(other), (Services{{"cart", "one"}})) << "reading is no harm";
  EXPECT_FALSE(save(other, {{"cart", "other"}}));
  EXPECT_EQ(other.reports().at(0).last_error,
            "another process writes here; give each a directory of its own");
  one.reset();
  EXPECT_TRUE(save(other, {{"cart", "other"}})) << "as an upgrade does";
  EXPECT_EQ(load(other), (Services{{"cart", "other"}}));
}

TEST_F(KeeperTest, AFileThatCannotBeReadIsToldAndPassedOver) {
  Keeper keeper(system_clock());
  keeper.use(path);
  ASSERT_TRUE(save(keeper, {{"cart", "one"}}));
  std::filesystem::create_symlink(path / "nacos.a", path / "nacos.b");
  EXPECT_EQ(load(keeper), (Services{{"cart", "one"}}));
  EXPECT_EQ(keeper.reports().at(0).load_errors, 1u);
  EXPECT_NE(keeper.reports().at(0).last_error.find("nacos.b: open: "), std::string::npos);
}

/// What a disk says, by the step that says it.
class Trouble : public KeeperTest, public testing::WithParamInterface<const char*> {};
TEST_P(Trouble, IsCountedAndOverWithTheNextWrite) {
  ModelFiles* disk = nullptr;
  Keeper keeper(system_clock(), [&](const std::string&) -> Result<std::unique_ptr<Files>> {
    auto files = std::make_unique<ModelFiles>();
    disk = files.get();
    return std::unique_ptr<Files>(std::move(files));
  });
  keeper.use("anywhere");
  ASSERT_TRUE(save(keeper, {{"cart", "one"}}));
  disk->fail = GetParam();
  EXPECT_FALSE(save(keeper, {{"cart", "two"}}));
  EXPECT_FALSE(save(keeper, {{"cart", "two"}}));
  EXPECT_EQ(keeper.reports().at(0).write_errors, 2u);
  EXPECT_EQ(keeper.reports().at(0).last_error, std::string(GetParam()) + ": No space left on device");
  EXPECT_EQ(load(keeper), (Services{{"cart", "one"}}));
  disk->fail.clear();
  EXPECT_TRUE(save(keeper, {{"cart", "three"}}));
  EXPECT_EQ(load(keeper), (Services{{"cart", "three"}}));
}
INSTANTIATE_TEST_SUITE_P(Steps, Trouble,
                         testing::Values("take_over", "create", "write", "sync", "close", "rename"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace signpost::state::tests
