// The system's own files.
#include "zones/state/files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/zones/state/support.h"

namespace signpost::state::tests {
namespace {

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string text = testing::TempDir() + "signpost-state-XXXXXX";
    path = ::mkdtemp(text.data());
  }
  ~FilesTest() override { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST_F(FilesTest, WritesForTheOwnerAloneAndReadsBack) {
  auto files = open_directory(path);
  ASSERT_TRUE(files);
  const Services services{{"cart", "one"}};
  ASSERT_TRUE(Generations(**files, "nacos").write(meta(services), records(services)));
  struct stat status {};
  ASSERT_EQ(::stat((path / "nacos.a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto loaded = Generations(**files, "nacos").load(source(), reads_three);
  ASSERT_TRUE(loaded.image);
  EXPECT_EQ(services_of(*loaded.image), services);
  EXPECT_FALSE(std::filesystem::exists(path / "nacos.new"));
}

TEST_F(FilesTest, ADirectoryThatIsNotThereIsSaid) {
  const auto files = open_directory(path / "no");
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().message.find("No such file or directory; create it"), std::string::npos);
}

/// As an ordinary user, who meets a volume that root owns.
TEST_F(FilesTest, ADirectoryOfAnotherUserSaysWhoseItMustBe) {
  std::filesystem::permissions(path, std::filesystem::perms(0755));
  const auto child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65532) != 0 || ::setuid(65532) != 0)) ::_exit(2);
    if (::geteuid() != 65532) ::chmod(path.c_str(), 0500);  // nobody's choice but ours: then it is our own
    auto files = open_directory(path);
    const auto taken = files ? (*files)->take_over() : Result<void>(files.error());
    const auto wanted =
        "lock: Permission denied; it must belong to this process, uid " + std::to_string(::geteuid());
    ::_exit(!taken && taken.error().message.starts_with(wanted) &&
                    taken.error().message.find("securityContext.fsGroup " + std::to_string(::getegid())) !=
                        std::string::npos
                ? 0
                : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(FilesTest, WhatIsNoFileIsNotRead) {
  auto files = open_directory(path);
  ASSERT_TRUE(files);
  ASSERT_EQ(::mkfifo((path / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(path / "directory");
  std::filesystem::create_symlink("/etc/hostname", path / "link");
  for (const auto* name : {"pipe", "directory", "link"}) {
    bool missing = true;
    EXPECT_FALSE((*files)->read(name, missing)) << name;
    EXPECT_FALSE(missing) << name;
  }
}

TEST_F(FilesTest, ALinkInThePlaceOfTheTemporaryFileIsNotFollowed) {
  std::ofstream(path / "victim") << "precious";
  std::filesystem::create_symlink(path / "victim", path / "nacos.new");
  auto files = open_directory(path);
  ASSERT_TRUE(files);
  const Services services{{"cart", "one"}};
  ASSERT_TRUE(Generations(**files, "nacos").write(meta(services), records(services)));
  std::string kept;
  std::ifstream(path / "victim") >> kept;
  EXPECT_EQ(kept, "precious");
}

}  // namespace
}  // namespace signpost::state::tests
