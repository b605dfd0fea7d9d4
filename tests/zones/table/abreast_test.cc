// Work on several threads that one thread takes in order.
#include "zones/table/abreast.h"

#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/zones/table/restarts.h"

namespace signpost::test {
namespace {

struct Case {
  const char* name;
  std::size_t count;
};
const Case kCases[] = {{"nothing", 0},
                       {"one", 1},
                       {"less_than_a_run", 7},
                       {"a_run_and_one", 17},
                       {"all_that_may_wait", kDraftsMost},
                       {"one_more", kDraftsMost + 1},
                       {"many", 20011}};

class Abreast : public testing::TestWithParam<Case> {};

TEST_P(Abreast, AllIsDraftedOnceAndTakenInOrder) {
  const auto count = GetParam().count;
  std::vector<std::string> places(kDraftsMost);  // strings, so that a race is more than a wrong number
  std::vector<std::size_t> taken;
  std::atomic<std::size_t> drafted = 0;
  draft_abreast(
      count, "test",
      [&](std::size_t i) {
        ++drafted;
        places[i % kDraftsMost] += "draft of the thing with the number " + std::to_string(i);
      },
      [&](std::size_t i) {
        auto& place = places[i % kDraftsMost];
        ASSERT_EQ(place, "draft of the thing with the number " + std::to_string(i));
        place.clear();
        taken.push_back(i);
      });
  EXPECT_EQ(drafted, count);
  ASSERT_EQ(taken.size(), count);
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(taken[i], i);
}

INSTANTIATE_TEST_SUITE_P(Counts, Abreast, testing::ValuesIn(kCases),
                         [](const auto& given) { return std::string(given.param.name); });

TEST(AbreastStart, EveryServiceOfTheFileAnswers) {
  constexpr int kMany = 3000;
  state::tests::ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(kMany, 3)).world.save_all(); }
  Life next(disk, std::chrono::minutes(1));
  EXPECT_EQ(next.status().services, std::uint64_t{kMany});
  for (int i = 0; i < kMany; ++i) ASSERT_EQ(next.service(i), "3 x 5") << i;
  EXPECT_EQ(next.service(kMany), "NXDOMAIN aa soa");
}

}  // namespace
}  // namespace signpost::test
