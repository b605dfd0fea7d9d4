#include "tests/bench/latencies.h"

#include <bit>

namespace signpost::bench {

void Latencies::add(std::uint64_t nanoseconds) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
  const auto step = width > 5 ? nanoseconds >> (width - 5) & (kSteps - 1) : 0;
  ++buckets_[width * kSteps + step];
  ++count_;
}

std::uint64_t Latencies::percentile(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen <= wanted) continue;
    const auto width = i / kSteps, step = i % kSteps;
    return width > 5 ? (kSteps + step) << (width - 5) : std::uint64_t{1} << width;
  }
  return 0;
}

}  // namespace signpost::bench
