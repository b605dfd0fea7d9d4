// What one worker counted. Only that worker writes; a scrape reads all workers and adds up. Nobody shares a
// line of cache while queries run: a counter that two threads add to costs 33 ns, one of these about one.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "dns/base/durations.h"
#include "dns/query/busy_names.h"
#include "dns/query/counted_zones.h"
#include "dns/query/parse.h"
#include "dns/query/query.h"

namespace signpost {

/// A number with one writer and any readers: a load, an addition and a store, never a locked instruction.
class Count {
 public:
  void add(std::uint64_t by = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::uint64_t load() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Types that have a counter of their own (CoreDNS' list), and everything else as the last.
inline constexpr std::array<std::string_view, 20> kCountedTypes = {
    "A",     "AAAA", "CNAME", "DNSKEY", "DS",    "MX",   "NSEC", "NSEC3", "NS",  "PTR",
    "RRSIG", "SOA",  "SRV",   "TXT",    "HTTPS", "SVCB", "IXFR", "AXFR",  "ANY", "other"};
/// Index into kCountedTypes.
std::size_t counted_type(RRType type) noexcept;

/// Upper bounds of the message size buckets in octets (CoreDNS'); one more bucket is for what is larger.
inline constexpr std::array<std::uint32_t, 14> kSizeBounds = {0,    100,  200,  300,   400,   511,   1023,
                                                              2047, 4095, 8291, 16000, 32000, 48000, 64000};
/// Rcodes by number up to 23 (BADCOOKIE).
inline constexpr std::size_t kRcodeCount = 24;
/// Extended errors by number up to 30.
inline constexpr std::size_t kExtendedErrorCount = 31;

enum class Drop : std::uint8_t {
  Short,           // H1
  IsResponse,      // H1
  SourcePortZero,  // H2
  Policy,          // admit()
  Responder,       // the responder chose silence
  SendFailed,      // the kernel refused the reply
  ClientGone,      // the TCP connection closed before a deferred answer came
  TooOld,          // it waited longer in the socket than anybody waits for an answer
};
inline constexpr std::size_t kDropCount = 8;

/// What became of queries over a rate limit.
enum class Limited : std::uint8_t {
  Dropped,
  Truncated,  // told to come by TCP
  BadCookie,  // told to come with the cookie that it was given
  Logged,     // log_only: answered
};
inline constexpr std::size_t kLimitedCount = 4;

enum class TcpEnd : std::uint8_t {
  Peer,         // closed or reset by the other side
  Idle,         // T5
  SlowMessage,  // T5: two seconds for one message
  SlowReader,   // T9
  BadLength,    // T4
  Evicted,      // T6: made room for a newer connection
  Refused,      // T6: no room, and nobody idle
  Shutdown,
};
inline constexpr std::size_t kTcpEndCount = 8;

/// Of one zone.
template <class Cell>
struct ZoneCounterFields {
  /// Of well-formed queries: [Transport][0: IPv4, 1: IPv6][counted_type()]; the rest of `queries` had no
  /// type.
  std::array<std::array<std::array<Cell, kCountedTypes.size()>, 2>, 2> types{};
  std::array<Cell, kRcodeCount> rcodes{};  // of replies
};

/// Cell is Count while a worker counts, and a plain number in a sum.
template <class Cell>
struct CounterFields {
  struct Sizes {
    std::array<Cell, kSizeBounds.size() + 1> buckets{};
    Cell sum{};
  };
  std::array<std::array<Cell, 2>, 2> queries{};                // [Transport][0: IPv4, 1: IPv6], once a query
  std::array<ZoneCounterFields<Cell>, kCountedZones> zones{};  // by counted_zone()
  std::array<Sizes, 2> request_octets{};                       // [Transport]
  std::array<Sizes, 2> response_octets{};                      // [Transport]
  std::array<Cell, kLimitedCount> limited{};
  Cell dnssec_ok{};
  Cell truncated{};
  std::array<Cell, kDropCount> dropped{};
  std::array<Cell, kGuardCount> rejected{};  // FORMERR, by the guard that said so
  std::array<Cell, kExtendedErrorCount> extended_errors{};
  std::array<Cell, kCookieStateCount> cookies{};   // of queries with a COOKIE option, by CookieState
  std::array<Cell, kDurationBuckets> durations{};  // reception to hand-over to the kernel; a batch at once
  Cell duration_nanoseconds{};
  /// How long the head of each batch had waited in its socket, where that is known (queue_age.h: at most).
  std::array<Cell, kDurationBuckets> waits{};
  Cell wait_nanoseconds{};
  Cell udp_batches{};
  Cell deferred{}, resumed{}, deferrals_expired{}, deferrals_refused{};
  Cell tcp_accepted{};
  std::array<Cell, kTcpEndCount> tcp_closed{};
};

struct CounterTotals : CounterFields<std::uint64_t> {
  ZoneCounterFields<std::uint64_t> all_zones;  // the sum of `zones`
};

/// One worker's counts, on cache lines (and their prefetched neighbours) that nobody else writes. Methods:
/// that worker's thread only; load() of any cell: any thread.
class alignas(128) WorkerCounters : public CounterFields<Count> {
 public:
  BusyNames names;

  /// A well-formed or malformed query, but not a resumption of one.
  void count_query(const QueryContext& context, std::size_t octets) noexcept {
    const auto transport = static_cast<std::size_t>(context.transport);
    queries[transport][context.peer.ip.is_v6() ? 1 : 0].add();
    observe(request_octets[transport], octets);
  }
  /// A well-formed one, besides. `zone`: counted_zone().
  void count_type(const QueryContext& context, RRType type, std::uint8_t zone) noexcept {
    const auto transport = static_cast<std::size_t>(context.transport);
    zones[zone].types[transport][context.peer.ip.is_v6() ? 1 : 0][counted_type(type)].add();
  }
  void count_response(Transport transport, std::size_t octets, Rcode rcode, bool is_truncated,
                      std::uint8_t zone) noexcept {
    observe(response_octets[static_cast<std::size_t>(transport)], octets);
    zones[zone].rcodes[static_cast<std::size_t>(rcode) % kRcodeCount].add();
    if (is_truncated) truncated.add();
  }
  void count_drop(Drop reason) noexcept { dropped[static_cast<std::size_t>(reason)].add(); }
  /// `count` queries that took `duration` each, as far as anybody can see.
  void count_duration(Duration duration, std::uint64_t count) noexcept {
    const auto nanoseconds = static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
    durations[duration_bucket(nanoseconds)].add(count);
    duration_nanoseconds.add(nanoseconds * count);
  }
  void count_wait(Duration duration) noexcept {
    const auto nanoseconds =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, std::chrono::nanoseconds(duration).count()));
    waits[duration_bucket(nanoseconds)].add();
    wait_nanoseconds.add(nanoseconds);
  }

 private:
  static void observe(Sizes& sizes, std::size_t octets) noexcept {
    std::size_t bucket = 1;  // no message is empty
    while (bucket < kSizeBounds.size() && octets > kSizeBounds[bucket]) ++bucket;
    sizes.buckets[bucket].add();
    sizes.sum.add(octets);
  }
};

/// Adds what `counters` says now to `totals`. Any thread.
void add_to(CounterTotals& totals, const WorkerCounters& counters) noexcept;

}  // namespace signpost
