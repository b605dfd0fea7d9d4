// How far words are from each other: a table, and the plain way of the books as the oracle.
#include "dns/base/edit_distance.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost {
namespace {

struct Case {
  const char* rule;
  std::string a, b;
  std::size_t steps;
};

const Case kCases[] = {
    {"nothing", "", "", 0},
    {"the_same", "cart", "cart", 0},
    {"one_put_in", "cart", "carts", 1},
    {"one_left_out", "cart", "car", 1},
    {"one_changed", "cart", "card", 1},
    {"two_swapped", "cart", "crat", 1},
    {"all_of_it", "", "cart", 4},
    {"a_label_left_out", "cart.shop", "cart.shop.svc", 4},
    {"the_longest", std::string(kEditTextMax, 'a'), std::string(kEditTextMax - 1, 'a') + "b", 1},
};

TEST(EditDistance, IsThatOfTheTable) {
  for (const auto& one : kCases) {
    EXPECT_EQ(edit_distance(one.a, one.b, 10), one.steps) << one.rule;
    EXPECT_EQ(edit_distance(one.b, one.a, 10), one.steps) << one.rule;
    EXPECT_EQ(edit_distance(one.a, one.b, one.steps), one.steps) << one.rule;
    if (one.steps == 0) continue;
    EXPECT_EQ(edit_distance(one.a, one.b, one.steps - 1), one.steps) << one.rule;
  }
}

TEST(EditDistance, OfWhatIsTooLongIsFar) {
  const std::string one(kEditTextMax + 1, 'a');
  EXPECT_EQ(edit_distance(one, one, 3), 4u);
}

std::size_t by_the_book(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows.back().back();
}

TEST(EditDistance, IsThatOfTheBookUpToItsBound) {
  constexpr std::uint64_t kSeed = 7;
  Random random(kSeed);
  const auto word = [&] {
    std::string text(random.below(14), ' ');
    for (auto& letter : text) letter = static_cast<char>('a' + random.below(3));
    return text;
  };
  for (int round = 0; round < 20000; ++round) {
    const auto a = word();
    const auto b = word();
    const std::size_t most = random.below(8);
    EXPECT_EQ(edit_distance(a, b, most), std::min(by_the_book(a, b), most + 1))
        << a << ' ' << b << ", at most " << most << ", seed " << kSeed;
  }
}

TEST(EditDistance, WhatIsASlipGrowsWithTheWord) {
  EXPECT_EQ(slips_max(0), 1u);
  EXPECT_EQ(slips_max(5), 1u);
  EXPECT_EQ(slips_max(6), 2u);
  EXPECT_EQ(slips_max(13), 4u);
}

}  // namespace
}  // namespace signpost
