// `rate_limit:`: how much one network is answered over UDP, whose senders can be forged (E23, C14).
//
// A network is an IPv4 /24 or an IPv6 /56. Two limits, each optional: `per_network`, asked before anything is
// looked up, so that who is far over it costs next to nothing; and `per_answer`, for the same answer again:
// the same name that exists, "no such name or type" of the same zone, or any error. A valid cookie, TCP and
// the networks listed are exempt (E16).
//
// A bucket holds what a second gives, and is one number: the time at which it will be full again (the
// "generic cell rate algorithm", ITU-T I.371). A time in the past says nothing, so old buckets need no
// sweeping: the table is of fixed size, lines of eight, and a new bucket takes the place of the one in its
// line that is full or soonest so. To forget a bucket is to be lenient with somebody, never strict.
//
// One table for all workers, since the limit is the server's: which worker serves a client its port decides,
// and a share of the limit for each would hold one socket to a fraction of it. Two workers meet on a line
// only when the same network asks both; the numbers are relaxed atomics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dns/query/access.h"
#include "dns/query/cookies.h"
#include "dns/query/query.h"

namespace signpost {

struct RateLimitOptions {
  static constexpr std::uint32_t kRateMax = 1'000'000;
  std::uint32_t per_network = 0;  // a second; 0: no limit
  std::uint32_t per_answer = 0;
  std::uint32_t slip = 2;               // every such limited query is told to come by TCP; 0: none
  bool log_only = false;                // count, and answer all the same
  std::vector<AccessRule> exempt = {};  // verdict and zones mean nothing
  friend bool operator==(const RateLimitOptions&, const RateLimitOptions&) = default;
};

/// What a response says, as far as limits go.
enum class AnswerClass : std::uint8_t { Name, Missing, Error };

class RateLimiter {
 public:
  /// Main thread. 512 KiB, whatever comes.
  RateLimiter(const RateLimitOptions& options, Monotonic now);

  const RateLimitOptions& options() const noexcept { return options_; }

  /// The limits hold for this query at all. Any worker, as all below.
  bool concerns(const QueryContext& context, const Query& query) const noexcept;
  /// False: over the limit of its network.
  bool take_query(const QueryContext& context) noexcept;
  /// False: over the limit of this answer. `name`, folded: the question's, or the zone's; empty for errors.
  bool take_answer(const QueryContext& context, AnswerClass answer, NameView name) noexcept;

  static constexpr std::size_t kLines = 8192, kCellsPerLine = 8;

 private:
  using Cell = std::atomic<std::uint64_t>;  // 20 bits of the key's hash, and 44 of the time, in 64 ns
  struct alignas(64) Line {
    std::array<Cell, kCellsPerLine> cells{};
  };

  bool take(std::uint64_t hash, std::uint32_t rate, Monotonic now) noexcept;

  RateLimitOptions options_;
  std::optional<AccessRules> exempt_;
  CookieSecret key_;  // strangers choose names, and must not choose whom they share a line with
  Monotonic start_;
  std::unique_ptr<Line[]> lines_;
};

}  // namespace signpost
