#include "zones/policy/shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost::policy {
namespace {

using Weights = std::vector<double>;
using Shares = std::vector<std::uint32_t>;
using Srv = std::vector<std::uint16_t>;

TEST(DrawShares, WholeNumbersStay) {
  EXPECT_EQ(draw_shares(Weights{1, 2, 3}), (Shares{1, 2, 3}));
  EXPECT_EQ(draw_shares(Weights{1, 4294967294.0}), (Shares{1, 4294967294u}));
  EXPECT_EQ(draw_shares(Weights{100}), (Shares{100}));
}

TEST(DrawShares, DecimalFractionsAreExact) {
  EXPECT_EQ(draw_shares(Weights{0.1, 0.3}), (Shares{1, 3}));
  EXPECT_EQ(draw_shares(Weights{0.29, 0.58, 1}), (Shares{29, 58, 100}));
  EXPECT_EQ(draw_shares(Weights{0.000001, 1}), (Shares{1, 1000000}));
}

TEST(DrawShares, ZeroStaysZero) {
  EXPECT_EQ(draw_shares(Weights{0, 1, 0, 0.5}), (Shares{0, 10, 0, 5}));
  EXPECT_EQ(draw_shares(Weights{0, 0}), (Shares{0, 0}));
  EXPECT_TRUE(draw_shares(Weights{}).empty());
}

TEST(DrawShares, WhatIsTooLargeOrTooFineIsScaledToTheSameSum) {
  EXPECT_EQ(draw_shares(Weights{1e300, 3e300}), (Shares{1u << 29, 3u << 29}));
  EXPECT_EQ(draw_shares(Weights{1e-300, 3e-300}), (Shares{1u << 29, 3u << 29}));
  EXPECT_EQ(draw_shares(Weights{1e-300, 1e300}), (Shares{1, 1u << 31}));
  EXPECT_EQ(draw_shares(Weights{4294967295.0, 1}), (Shares{1u << 31, 1}));  // the sum would need 33 bits
}

TEST(DrawShares, TheLongestListStillFits) {
  Weights weights(65535, 1e-300);
  weights[0] = 1e300;
  const auto shares = draw_shares(weights);
  EXPECT_LE(std::accumulate(shares.begin(), shares.end(), std::uint64_t{0}), 0xffffffffu);
  EXPECT_EQ(shares[1], 1u);
}

TEST(SrvWeights, WholeNumbersUpTo65535Stay) {
  EXPECT_EQ(srv_weights(Weights{1, 2, 65535}).weights, (Srv{1, 2, 65535}));
  EXPECT_FALSE(srv_weights(Weights{1, 65535}).coarse);
  EXPECT_EQ(srv_weights(Weights{0, 7}).weights, (Srv{0, 7}));
  EXPECT_TRUE(srv_weights(Weights{}).weights.empty());
}

TEST(SrvWeights, OthersAreScaledSoThatTheLargestIs65535) {
  EXPECT_EQ(srv_weights(Weights{0.5, 1}).weights, (Srv{32768, 65535}));
  EXPECT_EQ(srv_weights(Weights{1, 65536}).weights, (Srv{1, 65535}));
  EXPECT_EQ(srv_weights(Weights{0.1}).weights, (Srv{65535}));
  EXPECT_EQ(srv_weights(Weights{1e300, 1e300}).weights, (Srv{65535, 65535}));
}

TEST(SrvWeights, NeverBelowOneAndSaysSo) {
  const auto extreme = srv_weights(Weights{1e-300, 1e300});
  EXPECT_EQ(extreme.weights, (Srv{1, 65535}));
  EXPECT_TRUE(extreme.coarse);
  EXPECT_TRUE(srv_weights(Weights{1, 43000, 65536}).coarse == false);
  EXPECT_TRUE(srv_weights(Weights{1.5, 65536}).coarse);  // 1.49998 becomes 1
}

/// Weights as registries and mischief make them.
double odd_weight(Random& random) {
  switch (random.below(8)) {
    case 0:
      return 1e-300;
    case 1:
      return 1e300;
    case 2:
      return 0.1;
    case 3:
      return 1;
    case 4:
      return static_cast<double>(random.below(100) + 1);
    case 5:
      return 5e-324;
    case 6:
      return 0;
    default:
      return std::exp(static_cast<double>(random.below(2000)) / 100 - 10);
  }
}

TEST(ShareProperties, HoldForOddWeights) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const std::size_t sizes[] = {1, 2, 3, 10, 1000};
    Weights weights(sizes[random.below(5)]);
    for (auto& weight : weights) weight = odd_weight(random);
    const auto shares = draw_shares(weights);
    const auto srv = srv_weights(weights);
    ASSERT_EQ(shares.size(), weights.size());
    ASSERT_EQ(srv.weights.size(), weights.size());
    EXPECT_LE(std::accumulate(shares.begin(), shares.end(), std::uint64_t{0}), 0xffffffffu);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      EXPECT_EQ(shares[i] > 0, weights[i] > 0);
      EXPECT_EQ(srv.weights[i] > 0, weights[i] > 0);
      const auto next = (i + 1) % weights.size();
      if (weights[i] < weights[next]) {
        EXPECT_LE(shares[i], shares[next]);
        EXPECT_LE(srv.weights[i], srv.weights[next]);
      }
      if (weights[i] == weights[next]) {
        EXPECT_EQ(shares[i], shares[next]);
      }
    }
  }
}

TEST(ShareProperties, RatiosAreKeptAsDesigned) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    Weights weights(2 + random.below(200));
    for (auto& weight : weights) weight = 1 + static_cast<double>(random.below(1299000)) / 1000.123;
    const auto shares = draw_shares(weights);
    const auto srv = srv_weights(weights);
    const auto largest = *std::max_element(weights.begin(), weights.end());
    const auto most = *std::max_element(shares.begin(), shares.end());
    EXPECT_EQ(*std::max_element(srv.weights.begin(), srv.weights.end()), 65535);
    EXPECT_FALSE(srv.coarse);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto exact = weights[i] / largest;
      EXPECT_NEAR(srv.weights[i] / 65535.0, exact, exact * 0.01);
      EXPECT_NEAR(static_cast<double>(shares[i]) / most, exact, 1e-6 * exact + 1.0 / most);
    }
  }
}

}  // namespace
}  // namespace signpost::policy
