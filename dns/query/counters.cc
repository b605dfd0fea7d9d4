#include "dns/query/counters.h"

namespace signpost {

namespace {

struct TypeIndex {
  RRType type;
  std::uint8_t index;
};

/// By type number up to 255: one load a query. NSEC3 has no name of its own in types.h.
constexpr auto kIndexByType = [] {
  constexpr auto kOther = static_cast<std::uint8_t>(kCountedTypes.size() - 1);
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = kOther;
  constexpr TypeIndex kIndexes[] = {
      {RRType::A, 0},      {RRType::AAAA, 1},  {RRType::CNAME, 2}, {RRType::DNSKEY, 3}, {RRType::DS, 4},
      {RRType::MX, 5},     {RRType::NSEC, 6},  {RRType{50}, 7},    {RRType::NS, 8},     {RRType::PTR, 9},
      {RRType::RRSIG, 10}, {RRType::SOA, 11},  {RRType::SRV, 12},  {RRType::TXT, 13},   {RRType::HTTPS, 14},
      {RRType::SVCB, 15},  {RRType::IXFR, 16}, {RRType::AXFR, 17}, {RRType::ANY, 18}};
  for (const auto& [type, index] : kIndexes) table[static_cast<std::size_t>(type)] = index;
  return table;
}();

void add(std::uint64_t& total, const Count& count) noexcept { total += count.load(); }
template <std::size_t N, class To, class From>
void add(std::array<To, N>& totals, const std::array<From, N>& counts) noexcept {
  for (std::size_t i = 0; i < N; ++i) add(totals[i], counts[i]);
}
void add(CounterTotals::Sizes& totals, const WorkerCounters::Sizes& counts) noexcept {
  add(totals.buckets, counts.buckets);
  add(totals.sum, counts.sum);
}
void add(ZoneCounterFields<std::uint64_t>& totals, const ZoneCounterFields<Count>& counts) noexcept {
  add(totals.types, counts.types);
  add(totals.rcodes, counts.rcodes);
}
template <std::size_t N>
void add(std::array<CounterTotals::Sizes, N>& totals,
         const std::array<WorkerCounters::Sizes, N>& counts) noexcept {
  for (std::size_t i = 0; i < N; ++i) add(totals[i], counts[i]);
}

}  // namespace

std::size_t counted_type(RRType type) noexcept {
  const auto number = static_cast<std::size_t>(type);
  return number < kIndexByType.size() ? kIndexByType[number] : kCountedTypes.size() - 1;
}

void add_to(CounterTotals& totals, const WorkerCounters& counters) noexcept {
  add(totals.queries, counters.queries);
  for (std::size_t zone = 0; zone < kCountedZones; ++zone) {
    add(totals.zones[zone], counters.zones[zone]);
    add(totals.all_zones, counters.zones[zone]);
  }
  add(totals.request_octets, counters.request_octets);
  add(totals.response_octets, counters.response_octets);
  add(totals.limited, counters.limited);
  add(totals.dnssec_ok, counters.dnssec_ok);
  add(totals.truncated, counters.truncated);
  add(totals.dropped, counters.dropped);
  add(totals.rejected, counters.rejected);
  add(totals.extended_errors, counters.extended_errors);
  add(totals.cookies, counters.cookies);
  add(totals.durations, counters.durations);
  add(totals.duration_nanoseconds, counters.duration_nanoseconds);
  add(totals.waits, counters.waits);
  add(totals.wait_nanoseconds, counters.wait_nanoseconds);
  add(totals.udp_batches, counters.udp_batches);
  add(totals.deferred, counters.deferred);
  add(totals.resumed, counters.resumed);
  add(totals.deferrals_expired, counters.deferrals_expired);
  add(totals.deferrals_refused, counters.deferrals_refused);
  add(totals.tcp_accepted, counters.tcp_accepted);
  add(totals.tcp_closed, counters.tcp_closed);
}

}  // namespace signpost
