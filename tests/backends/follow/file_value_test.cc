#include "backends/follow/file_value.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace signpost::follow {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class FileValueTest : public testing::Test {
 protected:
  FileValueTest() {
    std::string pattern = (fs::temp_directory_path() / "file_value.XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~FileValueTest() override { fs::remove_all(folder); }
  void write(const std::string& name, std::string_view content) { std::ofstream(folder / name) << content; }

  fs::path folder;
  Monotonic now{seconds(1000)};
};

TEST_F(FileValueTest, GivesTheContentWithoutItsLastNewline) {
  write("token", "secret\n");
  FileValue value(folder / "token");
  ASSERT_TRUE(value.get(now));
  EXPECT_EQ(*value.get(now), "secret");
}

TEST_F(FileValueTest, FollowsASymlinkSwapWithinTheRefreshTime) {  // K16: the inode changes, the path does not
  fs::create_directory(folder / "one");
  fs::create_directory(folder / "two");
  write("one/token", "first");
  write("two/token", "second");
  fs::create_symlink("one", folder / "data");
  FileValue value(folder / "data" / "token", seconds(60));
  EXPECT_EQ(*value.get(now), "first");
  fs::create_symlink("two", folder / "data.new");
  fs::rename(folder / "data.new", folder / "data");
  EXPECT_EQ(*value.get(now + seconds(59)), "first");
  EXPECT_EQ(*value.get(now + seconds(60)), "second");
}

TEST_F(FileValueTest, ReadsAgainOnDemand) {  // K15
  write("token", "first");
  FileValue value(folder / "token");
  EXPECT_EQ(*value.get(now), "first");
  write("token", "second");
  EXPECT_EQ(*value.read_again(now), "second");
}

TEST_F(FileValueTest, KeepsTheLastGoodContent) {  // K18: gone, empty or half-written
  const std::string whole = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
  write("ca", whole);
  FileValue value(folder / "ca", seconds(60), &holds_pem_certificate);
  EXPECT_EQ(*value.get(now), whole);
  for (const std::string_view bad : {"", "garbage", "-----BEGIN CERTIFICATE-----\nx\n"}) {
    write("ca", bad);
    EXPECT_EQ(*value.read_again(now), whole) << bad;
  }
  fs::remove(folder / "ca");
  EXPECT_EQ(*value.read_again(now), whole);
  EXPECT_EQ(value.refused(), 4U);
}

TEST_F(FileValueTest, NamesThePathWhileNothingGoodWasRead) {
  FileValue value(folder / "absent");
  const auto read = value.get(now);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, (folder / "absent").string() + ": No such file or directory");
  write("absent", "here now");
  EXPECT_EQ(*value.get(now), "here now");  // no waiting for the refresh time
}

TEST_F(FileValueTest, RefusesHugeFiles) {
  write("huge", std::string((1 << 20) + 1, 'x'));
  FileValue value(folder / "huge");
  EXPECT_FALSE(value.get(now));
}

TEST(HoldsPemCertificate, WantsAWholeOneAtTheEnd) {
  EXPECT_TRUE(holds_pem_certificate("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(
      holds_pem_certificate("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
                            "-----BEGIN CERTIFICATE-----\ny"));
  EXPECT_FALSE(holds_pem_certificate(""));
}

}  // namespace
}  // namespace signpost::follow
