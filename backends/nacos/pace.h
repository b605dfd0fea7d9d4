// How fast subscriptions may go out: a token bucket that a server over its limit slows down (A16).
#pragma once

#include <algorithm>
#include <chrono>

#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// Full speed is 1,000 a second +-10 %, drawn anew for each connection, and a start with 128 to 256 at once:
/// namespaces and replicas that come back together drift apart. 20,000 services take about 20 s, during which
/// the old data stays. Each error 503 halves the speed, at most once a second and never below 20 a second, so
/// that there is always progress; each second without one gives a twentieth of full speed back.
class Pace {
 public:
  /// A new connection.
  void start(Monotonic now, Random& random) {
    full_ = 900 + static_cast<double>(random.below(201));
    rate_ = full_;
    tokens_ = kBurst / 2 + static_cast<double>(random.below(static_cast<std::uint64_t>(kBurst / 2) + 1));
    filled_ = now;
    slowed_ = now - std::chrono::seconds(1);
  }
  /// Takes one token, or none when there is none.
  bool take(Monotonic now) {
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// When take() works again.
  Monotonic next() const {
    if (tokens_ >= 1) return filled_;
    // A little later than exact, so that rounding never asks for a tick that finds too little.
    const auto wait = std::chrono::duration<double>((1 - tokens_) / rate_);
    return filled_ + std::chrono::duration_cast<Duration>(wait) + std::chrono::microseconds(1);
  }
  void over_limit(Monotonic now) {
    if (now - slowed_ < std::chrono::seconds(1)) return;
    fill(now);
    slowed_ = now;
    rate_ = std::max(kLeast, rate_ / 2);
    tokens_ = 0;
  }
  double rate() const noexcept { return rate_; }

 private:
  static constexpr double kBurst = 256, kLeast = 20;
  void fill(Monotonic now) {
    const auto seconds = std::chrono::duration<double>(now - filled_).count();
    if (seconds <= 0) return;
    tokens_ = std::min(kBurst, tokens_ + seconds * rate_);
    rate_ = std::min(full_, rate_ + seconds * full_ / 20);
    filled_ = now;
  }
  double full_ = 1000, rate_ = 1000, tokens_ = kBurst;
  Monotonic filled_{}, slowed_{};
};

}  // namespace signpost::nacos
