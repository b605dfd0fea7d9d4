// Pearson's chi-square test: are these counts what those chances give? Small p: no.
#pragma once

#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace signpost::test {

/// Below this p a check fails: a right program does so once in a million runs, and never with a fixed seed.
inline constexpr double kChanceMin = 1e-6;

/// Q(a, x), the upper regularized incomplete gamma function: its series for small x, the continued fraction
/// by Lentz' method for large x (Abramowitz and Stegun 6.5.29 and 6.5.31). a > 0, x >= 0.
inline double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (double n = a + 1; std::abs(term) > std::abs(sum) * 1e-16; ++n) sum += term *= x / n;
    return 1 - front * sum;
  }
  double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
  for (int n = 1; n < 100000; ++n) {
    const double step = -n * (n - a);
    b += 2;
    d = 1 / (b + step * d);
    c = b + step / c;
    fraction *= c * d;
    if (std::abs(c * d - 1) < 1e-15) break;
  }
  return front * fraction;
}

/// The chance that a chi-square variable of that many degrees of freedom is at least `statistic`.
inline double chi_square_tail(double statistic, std::size_t freedom) {
  return upper_gamma(static_cast<double>(freedom) / 2, statistic / 2);
}

/// p for counts of a whole set of events that exclude each other, with chances that add up to 1. Chance 0
/// must have count 0 (else p is 0) and is no cell; every other cell should expect at least 5.
inline double chi_square_p(std::span<const std::uint64_t> counts, std::span<const double> chances) {
  assert(counts.size() == chances.size());
  double total = 0, statistic = 0;
  for (const auto count : counts) total += static_cast<double>(count);
  std::size_t cells = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = chances[i] * total, seen = static_cast<double>(counts[i]);
    if (chances[i] <= 0) {
      if (counts[i] != 0) return 0;
      continue;
    }
    statistic += (seen - expected) * (seen - expected) / expected;
    ++cells;
  }
  return cells < 2 ? 1 : chi_square_tail(statistic, cells - 1);
}

}  // namespace signpost::test
