#include "dns/tap/line_file.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/dns/tap/scratch.h"

namespace signpost::tap {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TEST(LineFile, FollowsARotation) {
  Folder folder;
  const auto path = folder.path / "queries";
  LineFile file(path);
  Monotonic now = Monotonic{} + 1h;
  EXPECT_EQ(file.write("a\nb\n", 2, now), 2u);
  fs::rename(path, folder.path / "queries.1");
  EXPECT_EQ(file.write("c\n", 1, now + 500ms), 1u);
  EXPECT_EQ(file.write("d\n", 1, now + 1s), 1u);
  EXPECT_EQ(content(folder.path / "queries.1"), "a\nb\nc\n");
  EXPECT_EQ(content(path), "d\n");
}

TEST(LineFile, LosesWhatCannotBeWrittenAndComesBack) {
  Folder folder;
  const auto path = folder.path / "later" / "queries";
  LineFile file(path);
  Monotonic now = Monotonic{} + 1h;
  EXPECT_EQ(file.write("a\n", 1, now), 0u);
  fs::create_directory(folder.path / "later");
  EXPECT_EQ(file.write("b\n", 1, now + 100ms), 0u);
  EXPECT_EQ(file.write("c\n", 1, now + 1s), 1u);
  EXPECT_EQ(content(path), "c\n");
}

TEST(LineFile, FullDisk) {
  LineFile file("/dev/full");
  EXPECT_EQ(file.write("a\nb\n", 2, Monotonic{} + 1h), 0u);
}

}  // namespace
}  // namespace signpost::tap
