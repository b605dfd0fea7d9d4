#include "dns/transport/worker_count.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// A root directory with files of our choice.
class FakeRoot : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "signpost-root-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }
  void put(const std::string& path, const std::string& text) {
    fs::create_directories((root_ + path).substr(0, (root_ + path).rfind('/')));
    std::ofstream(root_ + path) << text << "\n";
  }
  std::string root_;
};

TEST(CpuLimit, QuotaOverPeriodRoundedUp) {
  EXPECT_EQ(cpu_limit_of("max 100000"), 0u);
  EXPECT_EQ(cpu_limit_of("100000 100000"), 1u);
  EXPECT_EQ(cpu_limit_of("150000 100000"), 2u);
  EXPECT_EQ(cpu_limit_of("5000 100000"), 1u);
  EXPECT_EQ(cpu_limit_of("-1 100000"), 0u) << "cgroup v1 without a quota";
  EXPECT_EQ(cpu_limit_of(""), 0u);
  EXPECT_EQ(cpu_limit_of("1 0"), 0u);
}

TEST_F(FakeRoot, NoCgroupMeansTheAffinityMask) { EXPECT_GE(automatic_worker_count(root_), 1u); }

TEST_F(FakeRoot, TightestLevelCounts) {
  put("/proc/self/cgroup", "0::/pods/a");
  put("/sys/fs/cgroup/pods/a/cpu.max", "max 100000");
  put("/sys/fs/cgroup/pods/cpu.max", "50000 100000");
  EXPECT_EQ(automatic_worker_count(root_), 1u);
}

TEST_F(FakeRoot, NamespacedRootIsRead) {
  put("/proc/self/cgroup", "0::/");
  put("/sys/fs/cgroup/cpu.max", "20000 100000");
  EXPECT_EQ(automatic_worker_count(root_), 1u);
}

TEST_F(FakeRoot, VersionOne) {
  put("/proc/self/cgroup", "4:cpu,cpuacct:/docker/x");
  put("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "30000");
  put("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  EXPECT_EQ(automatic_worker_count(root_), 1u);
}

}  // namespace
}  // namespace signpost
