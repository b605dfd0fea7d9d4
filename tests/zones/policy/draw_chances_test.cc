// The chances of every road through draw.cc, by chi-square; and the same checks catch shares that are 5 %
// off.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/chi_square.h"
#include "zones/policy/draw.h"

namespace signpost::policy {
namespace {

using Shares = std::vector<std::uint32_t>;
using Places = std::vector<std::uint16_t>;
constexpr int kRounds = 300000;
constexpr std::uint64_t kSeed = 20261121;

/// Calls `look` with each drawn sequence.
void draw_often(decltype(permute) draw, const Shares& shares, std::size_t k,
                const std::function<void(const Places&)>& look) {
  const ShareView members(shares, all_equal(ShareView(shares, false)));
  const auto scratch = make_draw_scratch();
  Random random(kSeed);
  Places places(k);
  for (int round = 0; round < kRounds; ++round) {
    draw(members, random, *scratch, places);
    look(places);
  }
}

double sum_of(const Shares& shares) { return std::accumulate(shares.begin(), shares.end(), 0.0); }

/// Is the first of k drawn with the chances that `claimed` shares give?
double first_p(decltype(permute) draw, const Shares& drawn, const Shares& claimed, std::size_t k) {
  std::vector<std::uint64_t> counts(drawn.size());
  std::vector<double> chances;
  for (const auto share : claimed) chances.push_back(share / sum_of(claimed));
  draw_often(draw, drawn, k, [&](const Places& places) { ++counts[places[0]]; });
  return test::chi_square_p(counts, chances);
}

/// Are the first two? Members with equal shares are one class, so that a
/// long list has few cells.
double pair_p(const Shares& drawn, const Shares& claimed, std::size_t k) {
  auto classes = claimed;
  std::sort(classes.begin(), classes.end());
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  std::vector<std::size_t> class_of;
  for (const auto share : claimed) {
    class_of.push_back(
        static_cast<std::size_t>(std::lower_bound(classes.begin(), classes.end(), share) - classes.begin()));
  }
  std::vector<std::uint64_t> counts(classes.size() * classes.size());
  std::vector<double> chances(counts.size());
  const auto sum = sum_of(claimed);
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    for (std::size_t j = 0; j < claimed.size(); ++j) {
      if (i == j) continue;
      chances[class_of[i] * classes.size() + class_of[j]] +=
          claimed[i] / sum * claimed[j] / (sum - claimed[i]);
    }
  }
  draw_often(permute, drawn, k, [&](const Places& places) {
    ++counts[class_of[places[0]] * classes.size() + class_of[places[1]]];
  });
  return test::chi_square_p(counts, chances);
}

/// The smallest p over all members: is each among the k with chance k x its share?
double inclusion_p(const Shares& drawn, const Shares& claimed, std::size_t k) {
  std::vector<std::uint64_t> counts(drawn.size());
  draw_often(sample, drawn, k, [&](const Places& places) {
    for (const auto place : places) ++counts[place];
  });
  double smallest = 1;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const auto chance = static_cast<double>(k) * claimed[i] / sum_of(claimed);
    const std::uint64_t in_and_out[] = {counts[i], kRounds - counts[i]};
    const double chances[] = {chance, 1 - chance};
    smallest = std::min(smallest, test::chi_square_p(in_and_out, chances));
  }
  return smallest;
}

/// Every permutation of a short list against the product of its successive chances.
double sequence_p(const Shares& shares, std::size_t k) {
  std::vector<std::uint64_t> counts;
  std::vector<double> chances;
  std::vector<Places> sequences;
  const std::function<void(Places, double, double)> grow = [&](Places so_far, double chance, double left) {
    if (so_far.size() == k) {
      sequences.push_back(std::move(so_far));
      chances.push_back(chance);
      return;
    }
    for (std::uint16_t i = 0; i < shares.size(); ++i) {
      if (std::find(so_far.begin(), so_far.end(), i) != so_far.end()) continue;
      auto longer = so_far;
      longer.push_back(i);
      grow(std::move(longer), chance * shares[i] / left, left - shares[i]);
    }
  };
  grow({}, 1, sum_of(shares));
  counts.resize(sequences.size());
  draw_often(permute, shares, k, [&](const Places& places) {
    ++counts[static_cast<std::size_t>(std::lower_bound(sequences.begin(), sequences.end(), places) -
                                      sequences.begin())];
  });
  return test::chi_square_p(counts, chances);
}

/// Every fifth member a different share; `mutant`: those with the largest are 5 % heavier.
Shares long_list(std::size_t size, bool mutant) {
  Shares shares;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t share[] = {100, 200, 300, 500, 1000};
    shares.push_back(i % 5 == 4 && mutant ? 1050 : share[i % 5]);
  }
  return shares;
}
Shares five(bool mutant) { return long_list(5, mutant); }

TEST(DrawChances, SequencesOfShortLists) {
  EXPECT_GT(sequence_p({1, 2, 3, 4}, 4), test::kChanceMin);          // walking
  EXPECT_GT(sequence_p({1, 2, 3, 4, 9}, 3), test::kChanceMin);       // walking, stopped early
  EXPECT_GT(sequence_p({5, 5, 5, 5}, 4), test::kChanceMin);          // shuffle
  EXPECT_GT(sequence_p({1, 1, 1, 1, 1}, 2), test::kChanceMin);       // few of many
  EXPECT_GT(sequence_p({1, 1, 1, 1, 1}, 3), test::kChanceMin);       // shuffle, stopped early
  EXPECT_GT(sequence_p({1, 4294967294u - 1}, 2), test::kChanceMin);  // nearly certain
}

TEST(DrawChances, FirstPlaces) {
  for (const std::size_t size : {5u, 256u, 257u, 300u}) {
    for (const std::size_t k : {std::size_t{1}, std::size_t{3}, std::size_t{5}}) {
      SCOPED_TRACE(testing::Message() << k << " of " << size);
      EXPECT_GT(first_p(permute, long_list(size, false), long_list(size, false), k), test::kChanceMin);
    }
  }
}

TEST(DrawChances, Pairs) {
  for (const std::size_t size : {5u, 256u, 257u, 300u}) {
    for (const std::size_t k : {std::size_t{2}, std::size_t{5}}) {
      SCOPED_TRACE(testing::Message() << k << " of " << size);
      EXPECT_GT(pair_p(long_list(size, false), long_list(size, false), k), test::kChanceMin);
    }
  }
}

TEST(DrawChances, InclusionAndFirstPlaceOfSamples) {
  for (const std::size_t size : {5u, 20u, 60u}) {
    const auto shares = long_list(size, false);
    const auto most = sample_max(ShareView(shares, false));
    for (std::size_t k = 1; k <= most; k += 1 + most / 3) {
      SCOPED_TRACE(testing::Message() << k << " of " << size);
      EXPECT_GT(inclusion_p(shares, shares, k), test::kChanceMin);
      EXPECT_GT(first_p(sample, shares, shares, k), test::kChanceMin);
    }
  }
}

TEST(DrawChances, AMemberAsLongAsTheGapIsAlwaysIn) {
  const Shares shares{1, 2, 3, 6};
  EXPECT_GT(inclusion_p(shares, shares, 2), test::kChanceMin);  // chance 1 - 1 = 0 tolerates no count
  EXPECT_GT(first_p(sample, shares, shares, 2), test::kChanceMin);
}

TEST(DrawChances, EqualSamples) {
  const Shares equal(10, 3);
  for (const std::size_t k : {1u, 4u, 9u, 10u}) EXPECT_GT(inclusion_p(equal, equal, k), test::kChanceMin);
}

/// A step of 0.1 % is seen and kept: 50.1 to 49.9 is that, and neither 50 to 50 nor 50.2 to 49.8.
TEST(DrawChances, TenthsOfAPercent) {
  constexpr int kMany = 12'000'000;  // 0.1 % of two halves is 7 standard deviations of so many
  const auto counted = [](decltype(permute) draw, const Shares& shares) {
    const ShareView members(shares, all_equal(ShareView(shares, false)));
    const auto scratch = make_draw_scratch();
    Random random(kSeed);
    std::vector<std::uint64_t> counts(shares.size());
    std::array<std::uint16_t, 1> place{};
    for (int round = 0; round < kMany; ++round) {
      draw(members, random, *scratch, place);
      ++counts[place[0]];
    }
    return counts;
  };
  for (const auto draw : {permute, sample}) {
    const auto halves = counted(draw, {501, 499});
    EXPECT_GT(test::chi_square_p(halves, std::array{0.501, 0.499}), test::kChanceMin);
    EXPECT_LT(test::chi_square_p(halves, std::array{0.500, 0.500}), test::kChanceMin);
    EXPECT_LT(test::chi_square_p(halves, std::array{0.502, 0.498}), test::kChanceMin);
    const auto one = counted(draw, {1, 999});
    EXPECT_GT(test::chi_square_p(one, std::array{0.001, 0.999}), test::kChanceMin);
    EXPECT_LT(test::chi_square_p(one, std::array{0.0011, 0.9989}), test::kChanceMin);
    const auto five = counted(draw, {1, 2, 3, 4, 990});
    EXPECT_GT(test::chi_square_p(five, std::array{0.001, 0.002, 0.003, 0.004, 0.99}), test::kChanceMin);
  }
  // Two of four: three small ones of 0.1, 0.2 and 49.7 % beside the half that is always in.
  const Shares pair{1, 2, 497, 500};
  EXPECT_GT(inclusion_p(pair, pair, 2), test::kChanceMin);
}

TEST(DrawMutant, FivePercentOffFailsEveryCheck) {
  EXPECT_LT(first_p(permute, five(true), five(false), 1), test::kChanceMin);
  EXPECT_LT(first_p(permute, five(true), five(false), 5), test::kChanceMin);
  EXPECT_LT(pair_p(five(true), five(false), 5), test::kChanceMin);
  EXPECT_LT(pair_p(long_list(300, true), long_list(300, false), 5), test::kChanceMin);
  EXPECT_LT(first_p(sample, five(true), five(false), 2), test::kChanceMin);
  EXPECT_LT(inclusion_p(five(true), five(false), 1), test::kChanceMin);
  EXPECT_LT(inclusion_p(long_list(20, true), long_list(20, false), 8), test::kChanceMin);
}

TEST(ChiSquare, KnowsTheTables) {
  EXPECT_NEAR(test::chi_square_tail(3.841459, 1), 0.05, 1e-7);
  EXPECT_NEAR(test::chi_square_tail(11.070498, 5), 0.05, 1e-7);
  EXPECT_NEAR(test::chi_square_tail(135.806723, 100), 0.01, 1e-7);
  EXPECT_NEAR(test::chi_square_tail(10, 2), std::exp(-5.0), 1e-15);
  EXPECT_NEAR(test::chi_square_tail(0.02, 2), std::exp(-0.01), 1e-15);
  EXPECT_EQ(test::chi_square_tail(0, 7), 1);
}

}  // namespace
}  // namespace signpost::policy
