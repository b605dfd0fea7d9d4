// How long things took, counted into buckets: percentiles without keeping a single one.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "dns/base/clock.h"

namespace signpost {

/// Bucket i holds durations of at most 2^i microseconds (1 us to 8.4 s), the last one all longer.
inline constexpr std::size_t kDurationBuckets = 25;

constexpr std::size_t duration_bucket(std::uint64_t nanoseconds) noexcept {
  const auto bucket = std::bit_width((nanoseconds + 999) / 1000 - (nanoseconds > 0));
  return std::min<std::size_t>(static_cast<std::size_t>(bucket), kDurationBuckets - 1);
}

/// A count, as a value; negative durations count as none.
struct Durations {
  std::array<std::uint64_t, kDurationBuckets> buckets{};
  std::uint64_t nanoseconds = 0;  // the sum

  void count(Duration duration, std::uint64_t times = 1) noexcept {
    const auto took =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, std::chrono::nanoseconds(duration).count()));
    buckets[duration_bucket(took)] += times;
    nanoseconds += took * times;
  }
};

/// A count with one thread that writes and any that read.
class SharedDurations {
 public:
  void count(Duration duration) noexcept {
    const auto took =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, std::chrono::nanoseconds(duration).count()));
    add(buckets_[duration_bucket(took)], 1);
    add(nanoseconds_, took);
  }
  Durations read() const noexcept {
    Durations out;
    for (std::size_t i = 0; i < kDurationBuckets; ++i)
      out.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    out.nanoseconds = nanoseconds_.load(std::memory_order_relaxed);
    return out;
  }

 private:
  static void add(std::atomic<std::uint64_t>& cell, std::uint64_t by) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::array<std::atomic<std::uint64_t>, kDurationBuckets> buckets_{};
  std::atomic<std::uint64_t> nanoseconds_{0};
};

}  // namespace signpost
