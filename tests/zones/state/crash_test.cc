// Every disk that a crash can leave while a state is written: what is loaded then is the state before or the
// new one, whole.
#include <gtest/gtest.h>

#include "tests/zones/state/model_files.h"
#include "tests/zones/state/support.h"

namespace signpost::state::tests {
namespace {

Services state(int number) {
  Services services;
  for (int i = 0; i < 40; ++i)
    services.emplace_back("service-" + std::to_string(i), std::string(4000, static_cast<char>('a' + number)));
  return services;
}

TEST(Crash, LeavesThisStateOrTheOneBefore) {
  std::size_t disks_seen = 0, old_ones = 0, new_ones = 0;
  ModelFiles files;
  Generations generations(files, "nacos");
  for (int number = 0; number < 12; ++number) {
    const auto before = number == 0 ? Services{} : state(number - 1);
    const auto after = state(number);
    bool returned = false;
    files.on_step = [&](const std::string& step, const std::vector<Disk>& disks) {
      for (const auto& disk : disks) {
        ++disks_seen;
        ModelFiles crashed(disk);
        const auto loaded = Generations(crashed, "nacos").load(source(), reads_three);
        const auto found = loaded.image ? services_of(*loaded.image) : Services{};
        ASSERT_TRUE(found == before || found == after) << "write " << number << ", at " << step;
        ASSERT_FALSE(returned && found != after);
        ++(found == after ? new_ones : old_ones);
      }
    };
    ASSERT_TRUE(generations.write(meta(after), records(after)));
    returned = true;
    files.on_step("returned", {files.seen()});
  }
  EXPECT_GE(disks_seen, 1000u);
  EXPECT_GT(old_ones, 100u);
  EXPECT_GT(new_ones, 12u);
  RecordProperty("disks", static_cast<int>(disks_seen));
}

}  // namespace
}  // namespace signpost::state::tests
