#include "zones/policy/shares.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>

namespace signpost::policy {

namespace {

constexpr double kShareSumMax = 4294967295.0;  // 2^32 - 1
constexpr double kScaledSum = 2147483648.0;  // 2^31; lifting 65,535 members to 1 stays far below kShareSumMax
constexpr double kSrvMax = 65535;

bool is_whole(double value) { return std::trunc(value) == value; }

/// Whole but for the error of one multiplication of a rounded decimal: 4 units in the last place.
bool is_nearly_whole(double value) {
  const auto rounded = std::round(value);
  return rounded >= 1 && std::abs(value - rounded) <= rounded * 4 * std::numeric_limits<double>::epsilon();
}

/// The weights times a power of ten, if that makes them whole numbers that are small enough. People and
/// consoles write weights in decimal, so 0.1 and 0.3 mean 1 and 3.
std::optional<std::vector<std::uint32_t>> as_decimals(std::span<const double> weights) {
  for (const double factor : {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6}) {
    double sum = 0;
    const auto fits = [&](double weight) {
      sum += weight * factor;
      return weight == 0 || is_nearly_whole(weight * factor);
    };
    if (!std::all_of(weights.begin(), weights.end(), fits)) continue;
    if (sum > kShareSumMax) return std::nullopt;
    std::vector<std::uint32_t> shares;
    shares.reserve(weights.size());
    for (const auto weight : weights)
      shares.push_back(static_cast<std::uint32_t>(std::round(weight * factor)));
    return shares;
  }
  return std::nullopt;
}

double largest_of(std::span<const double> weights) {
  double largest = 0;
  for (const auto weight : weights) {
    assert(std::isfinite(weight) && weight >= 0);
    largest = std::max(largest, weight);
  }
  return largest;
}

}  // namespace

std::vector<std::uint32_t> draw_shares(std::span<const double> weights) {
  assert(weights.size() <= 65535);
  const auto largest = largest_of(weights);
  if (auto shares = as_decimals(weights)) return *std::move(shares);
  double sum = 0;  // of weights divided by the largest, lest it overflow
  for (const auto weight : weights) sum += weight / largest;
  std::vector<std::uint32_t> shares;
  shares.reserve(weights.size());
  for (const auto weight : weights) {
    const auto scaled = std::round(weight / largest * (kScaledSum / sum));
    shares.push_back(weight == 0 ? 0 : static_cast<std::uint32_t>(std::max(1.0, scaled)));
  }
  return shares;
}

SrvWeights srv_weights(std::span<const double> weights) {
  const auto largest = largest_of(weights);
  const bool unchanged = largest <= kSrvMax && std::all_of(weights.begin(), weights.end(), is_whole);
  SrvWeights result;
  result.weights.reserve(weights.size());
  for (const auto weight : weights) {
    const auto exact = unchanged || weight == 0 ? weight : weight / largest * kSrvMax;
    const auto published = weight == 0 ? 0.0 : std::max(1.0, std::round(exact));
    if (std::abs(published - exact) > exact * 0.01) result.coarse = true;
    result.weights.push_back(static_cast<std::uint16_t>(published));
  }
  return result;
}

}  // namespace signpost::policy
