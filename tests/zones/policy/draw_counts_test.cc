// Fixed seeds, exact counts (N19): whoever changes a draw sees it here, and says so.
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "zones/policy/draw.h"

namespace signpost::policy {
namespace {

using Shares = std::vector<std::uint32_t>;

/// How often each sequence of k members came, as "012".
template <class Draw>
std::map<std::string, int> count(Draw draw, const Shares& shares, std::size_t k, int rounds) {
  const ShareView members(shares, all_equal(ShareView(shares, false)));
  const auto scratch = make_draw_scratch();
  Random random(20261121);
  std::map<std::string, int> counts;
  std::vector<std::uint16_t> places(k);
  for (int round = 0; round < rounds; ++round) {
    draw(members, random, *scratch, places);
    std::string sequence;
    for (const auto place : places) sequence += static_cast<char>('0' + place);
    ++counts[sequence];
  }
  return counts;
}

using Counts = std::map<std::string, int>;

TEST(DrawCounts, OneByShare) {
  EXPECT_EQ(count(permute, {1, 2, 3}, 1, 6000), (Counts{{"0", 989}, {"1", 2000}, {"2", 3011}}));
  EXPECT_EQ(count(sample, {1, 2, 3}, 1, 6000), count(permute, {1, 2, 3}, 1, 6000));
}

TEST(DrawCounts, OneInAThousand) {
  EXPECT_EQ(count(permute, {1, 999}, 1, 1'000'000), (Counts{{"0", 1035}, {"1", 998965}}));
  EXPECT_EQ(count(sample, {1, 999}, 1, 1'000'000), count(permute, {1, 999}, 1, 1'000'000));
}

TEST(DrawCounts, WeightedPermutation) {
  // Exact chances in 60ths (1/6 * 2/5 and so on): 012 4, 021 6, 102 5, 120 15, 201 10, 210 20.
  EXPECT_EQ(count(permute, {1, 2, 3}, 3, 6000),
            (Counts{{"012", 402}, {"021", 592}, {"102", 480}, {"120", 1485}, {"201", 985}, {"210", 2056}}));
}

TEST(DrawCounts, EqualPermutation) {
  EXPECT_EQ(count(permute, {7, 7, 7}, 3, 6000),
            (Counts{{"012", 1044}, {"021", 948}, {"102", 1007}, {"120", 965}, {"201", 1029}, {"210", 1007}}));
}

TEST(DrawCounts, FewOfManyEqual) {
  EXPECT_EQ(count(permute, {1, 1, 1, 1}, 2, 6000), (Counts{{"01", 495},
                                                           {"02", 497},
                                                           {"03", 465},
                                                           {"10", 499},
                                                           {"12", 508},
                                                           {"13", 520},
                                                           {"20", 477},
                                                           {"21", 503},
                                                           {"23", 515},
                                                           {"30", 510},
                                                           {"31", 530},
                                                           {"32", 481}}));
}

TEST(DrawCounts, SampleOfTwo) {
  // The member 3 has half of the sum, so it is in every pair; the others beside it with chance 1/6, 1/3 and
  // 1/2.
  EXPECT_EQ(count(sample, {1, 2, 3, 6}, 2, 6000),
            (Counts{{"03", 484}, {"13", 1017}, {"23", 1569}, {"30", 526}, {"31", 928}, {"32", 1476}}));
}

TEST(DrawCounts, NoneAndOneNeedNoChance) {
  EXPECT_EQ(count(permute, {}, 0, 1), (Counts{{"", 1}}));
  EXPECT_EQ(count(permute, {5}, 1, 3), (Counts{{"0", 3}}));
  EXPECT_EQ(count(sample, {5}, 1, 3), (Counts{{"0", 3}}));
  EXPECT_EQ(count(permute, {5, 6}, 0, 3), (Counts{{"", 3}}));
}

}  // namespace
}  // namespace signpost::policy
