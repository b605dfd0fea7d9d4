#include <gtest/gtest.h>

#include "tests/zones/state/model_files.h"
#include "tests/zones/state/support.h"

namespace signpost::state::tests {
namespace {

const Services kOne{{"cart", "one"}};
const Services kTwo{{"cart", "two"}, {"pay", "two"}};
const Services kThree{{"cart", "three"}};

class GenerationsTest : public testing::Test {
 protected:
  Result<std::uint64_t> write(const Services& services, Source of = source()) {
    auto about = meta(services);
    about.source = std::move(of);
    return Generations(files, "nacos").write(about, records(services));
  }
  Loaded load(Source of = source()) { return Generations(files, "nacos").load(of, reads_three); }
  Services loaded(Source of = source()) {
    const auto found = load(std::move(of));
    return found.image ? services_of(*found.image) : Services{};
  }

  ModelFiles files;
};

TEST_F(GenerationsTest, NothingIsThereAtFirst) {
  const auto found = load();
  EXPECT_FALSE(found.image);
  EXPECT_TRUE(found.refused.empty());
}

TEST_F(GenerationsTest, TheNewestIsLoadedAndTwoAreKept) {
  ASSERT_TRUE(write(kOne));
  EXPECT_EQ(loaded(), kOne);
  ASSERT_TRUE(write(kTwo));
  EXPECT_EQ(loaded(), kTwo);
  ASSERT_TRUE(write(kThree));
  EXPECT_EQ(loaded(), kThree);
  EXPECT_EQ(files.seen().size(), 2u) << "no third file stays";
  auto disk = files.seen();
  disk[load().file] = "torn";
  files = ModelFiles(disk);
  EXPECT_EQ(loaded(), kTwo);
  EXPECT_EQ(load().refused.size(), 1u);
}

TEST_F(GenerationsTest, ADamagedFileIsReplacedFirst) {
  ASSERT_TRUE(write(kOne));
  ASSERT_TRUE(write(kTwo));
  auto disk = files.seen();
  const auto newest = load().file;
  disk[newest] = "torn";
  files = ModelFiles(disk);
  ASSERT_TRUE(write(kThree));
  EXPECT_EQ(load().file, newest);
  EXPECT_EQ(loaded(), kThree);
}

TEST_F(GenerationsTest, AnotherSourceIsNotRead) {
  ASSERT_TRUE(write(kOne));
  auto other = source();
  other.identity = "cluster-2";
  EXPECT_EQ(loaded(other), Services{});
  EXPECT_EQ(load(other).refused,
            std::vector<std::string>{
                "nacos.a: it is of another registry of that name, which calls itself cluster-1"});
  other = source();
  other.options = "beef";
  EXPECT_EQ(
      load(other).refused,
      std::vector<std::string>{"nacos.a: it was read from elsewhere: the registry's options have changed"});
  other.identity.clear();
  EXPECT_EQ(loaded(other), Services{});
  other.options = source().options;
  EXPECT_EQ(loaded(other), kOne) << "before the registry was heard its identity is not known";
}

TEST_F(GenerationsTest, AFileOfALaterVersionStaysUntilTheOtherOneIsOurs) {
  ASSERT_TRUE(write(kOne));
  ASSERT_TRUE(write(kTwo));
  auto disk = files.seen();
  for (auto& [name, octets] : disk) octets[8] = 9;
  files = ModelFiles(disk);
  EXPECT_EQ(loaded(), Services{});
  EXPECT_EQ(load().refused.size(), 2u);
  ASSERT_TRUE(write(kThree));
  EXPECT_EQ(loaded(), kThree);
  EXPECT_EQ(files.seen().at(load().file == "nacos.a" ? "nacos.b" : "nacos.a")[8], 9);
}

TEST_F(GenerationsTest, APackedVersionThatIsNotReadIsRefused) {
  ASSERT_TRUE(write(kOne));
  const auto found = Generations(files, "nacos").load(source(), [](const Image&) -> Result<void> {
    return Error{"its services are packed as another version of this program does"};
  });
  EXPECT_FALSE(found.image);
  EXPECT_EQ(found.refused, std::vector<std::string>{
                               "nacos.a: its services are packed as another version of this program does"});
}

class Failing : public GenerationsTest, public testing::WithParamInterface<const char*> {};
TEST_P(Failing, LeavesWhatWasThere) {
  ASSERT_TRUE(write(kOne));
  ASSERT_TRUE(write(kTwo));
  const auto before = files.seen();
  files.fail = GetParam();
  const auto written = write(kThree);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, std::string(GetParam()) + ": No space left on device");
  EXPECT_EQ(files.seen(), before) << "and no temporary file";
  files.fail.clear();
  EXPECT_EQ(loaded(), kTwo);
  ASSERT_TRUE(write(kThree));
  EXPECT_EQ(loaded(), kThree);
}
INSTANTIATE_TEST_SUITE_P(Steps, Failing, testing::Values("create", "write", "sync", "close", "rename"),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace signpost::state::tests
