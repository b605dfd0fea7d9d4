// What holds for every draw: different members, within range, as many as asked; over random weights.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "zones/policy/draw.h"
#include "zones/policy/shares.h"

namespace signpost::policy {
namespace {

using Shares = std::vector<std::uint32_t>;

void expect_different(const std::vector<std::uint16_t>& places, std::size_t members) {
  std::vector<bool> seen(members);
  for (const auto place : places) {
    ASSERT_LT(place, members);
    ASSERT_FALSE(seen[place]) << "member " << place << " twice";
    seen[place] = true;
  }
}

std::vector<double> odd_weights(Random& random, std::size_t size) {
  std::vector<double> weights(size);
  for (auto& weight : weights) {
    const double choices[] = {1e-300, 1e300, 0.1, 1, 1, std::exp(static_cast<double>(random.below(20)) - 10)};
    weight = choices[random.below(std::size(choices))];
  }
  if (random.below(4) == 0) std::fill(weights.begin(), weights.end(), 0.1);  // ties everywhere
  return weights;
}

TEST(DrawProperties, DifferentMembersForEveryCount) {
  const auto scratch = make_draw_scratch();
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const std::size_t sizes[] = {1, 2, 3, 8, 17, 64, 256, 257, 300, 511, 512, 1000};
    const auto size = sizes[random.below(std::size(sizes))];
    const auto shares = draw_shares(odd_weights(random, size));
    const ShareView members(shares, all_equal(ShareView(shares, false)));
    const auto most = sample_max(members);
    ASSERT_GE(most, 1);
    ASSERT_LE(most, size);
    for (std::size_t k = 0; k <= size; k += 1 + k / 4) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << k << " of " << size);
      std::vector<std::uint16_t> places(k, 0xffff);
      permute(members, random, *scratch, places);
      expect_different(places, size);
      if (k > most) continue;
      std::fill(places.begin(), places.end(), std::uint16_t{0xffff});
      sample(members, random, *scratch, places);
      expect_different(places, size);
    }
  }
}

TEST(DrawProperties, TheLongestListHasAWholePermutation) {
  const auto scratch = make_draw_scratch();
  Random random(1);
  for (const bool equal : {true, false}) {
    Shares shares(kDrawMembersMax, 60000);
    if (!equal) shares.back() = 90000;
    const ShareView members(shares, equal);
    EXPECT_EQ(all_equal(members), equal);
    std::vector<std::uint16_t> places(kDrawMembersMax);
    permute(members, random, *scratch, places);
    expect_different(places, kDrawMembersMax);
    places.resize(sample_max(members));
    EXPECT_EQ(places.size(), equal ? kDrawMembersMax : kDrawMembersMax * 2 / 3);
    sample(members, random, *scratch, places);
    expect_different(places, kDrawMembersMax);
  }
}

TEST(DrawProperties, SharesMayLieInsideOtherThings) {
  struct Record {
    char octets[5];
    std::uint32_t share;
  };
  const std::vector<Record> records{{{}, 3}, {{}, 1}, {{}, 2}};
  const Shares shares{3, 1, 2};
  const auto inside = ShareView::of(std::span<const Record>(records), false);
  const auto scratch = make_draw_scratch();
  Random one(5), other(5);
  for (int i = 0; i < 100; ++i) {
    std::vector<std::uint16_t> a(3), b(3);
    permute(inside, one, *scratch, a);
    permute(ShareView(shares, false), other, *scratch, b);
    ASSERT_EQ(a, b);
  }
  EXPECT_EQ(ShareView::of(std::span<const Record>(), true).size(), 0u);
}

TEST(SampleMax, IsSumOverLargest) {
  const auto most = [](const Shares& shares) { return sample_max(ShareView(shares, false)); };
  EXPECT_EQ(most({}), 0);
  EXPECT_EQ(most({9}), 1);
  EXPECT_EQ(most({1, 1, 1}), 3);
  EXPECT_EQ(most({1, 2, 3}), 2);
  EXPECT_EQ(most({1, 2, 4}), 1);
  EXPECT_EQ(most({1, 4294967294u}), 1);
}

}  // namespace
}  // namespace signpost::policy
