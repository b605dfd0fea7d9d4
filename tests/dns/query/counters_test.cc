#include "dns/query/counters.h"

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

TEST(Counters, OneOfEachKind) {
  InMemory server;
  server.ask(query("a.test.", RRType::A));
  server.ask(edns_query("stale.test.", RRType::A, opt(1232, 0x8000)));
  server.ask(query("many99.test.", RRType::A));
  server.ask(query("drop.test.", RRType::AAAA));
  server.ask(query("no.test.", RRType(777)));
  server.ask(query("a.test.", RRType::A, 0x8000));
  server.ask(header({.qd = 2}) + question("a.test.", RRType::A));
  server.context.transport = Transport::Tcp;
  server.context.peer = *SocketAddress::parse("[2001:db8::1]:5");
  server.ask(query("a.test.", RRType::SRV));

  CounterTotals totals;
  add_to(totals, server.counters);
  EXPECT_EQ(totals.queries[0][0], 7u);
  EXPECT_EQ(totals.queries[1][1], 1u);
  EXPECT_EQ(totals.all_zones.types[0][0][counted_type(RRType::A)], 3u);
  EXPECT_EQ(totals.all_zones.types[0][0][counted_type(RRType::AAAA)], 1u);
  EXPECT_EQ(totals.all_zones.types[1][1][counted_type(RRType::SRV)], 1u);
  EXPECT_EQ(totals.all_zones.types[0][0].back(), 1u);
  EXPECT_EQ(totals.all_zones.rcodes[0], 4u);
  EXPECT_EQ(totals.all_zones.rcodes[1], 1u);
  EXPECT_EQ(totals.all_zones.rcodes[3], 1u);
  EXPECT_EQ(totals.truncated, 1u);
  EXPECT_EQ(totals.dnssec_ok, 1u);
  EXPECT_EQ(totals.dropped[std::size_t(Drop::Responder)], 1u);
  EXPECT_EQ(totals.dropped[std::size_t(Drop::IsResponse)], 1u);
  EXPECT_EQ(totals.rejected[std::size_t(Guard::ManyQuestions)], 1u);
  EXPECT_EQ(totals.extended_errors[3], 1u);
  EXPECT_EQ(totals.request_octets[1].buckets[1], 1u) << "24 octets are at most 100";
  EXPECT_EQ(totals.request_octets[1].sum, query("a.test.", RRType::SRV).size());
  EXPECT_EQ(totals.response_octets[0].buckets[1], 6u - 1u);
}

TEST(Counters, DurationsFallIntoPowersOfTwo) {
  WorkerCounters counters;
  counters.count_duration(nanoseconds(0), 1);
  counters.count_duration(nanoseconds(1000), 1);
  counters.count_duration(nanoseconds(1001), 1);
  counters.count_duration(microseconds(2), 1);
  counters.count_duration(nanoseconds(2001), 1);
  counters.count_duration(microseconds(1024), 64);
  counters.count_duration(std::chrono::hours(1), 1);
  EXPECT_EQ(counters.durations[0].load(), 2u);
  EXPECT_EQ(counters.durations[1].load(), 2u);
  EXPECT_EQ(counters.durations[2].load(), 1u);
  EXPECT_EQ(counters.durations[10].load(), 64u);
  EXPECT_EQ(counters.durations[kDurationBuckets - 1].load(), 1u);
}

TEST(Counters, WaitsAreCountedOnceABatch) {
  WorkerCounters counters;
  counters.count_wait(microseconds(3));
  counters.count_wait(nanoseconds(-5));  // the wall clock was set
  CounterTotals totals;
  add_to(totals, counters);
  EXPECT_EQ(totals.waits[2], 1u);
  EXPECT_EQ(totals.waits[0], 1u);
  EXPECT_EQ(totals.wait_nanoseconds, 3000u);
}

TEST(Counters, EveryNamedTypeHasItsPlace) {
  EXPECT_EQ(kCountedTypes[counted_type(RRType::TXT)], "TXT");
  EXPECT_EQ(kCountedTypes[counted_type(RRType(50))], "NSEC3");
  EXPECT_EQ(kCountedTypes[counted_type(RRType::ANY)], "ANY");
  EXPECT_EQ(kCountedTypes[counted_type(RRType(65535))], "other");
  EXPECT_EQ(kCountedTypes[counted_type(RRType::OPT)], "other");
}

TEST(Counters, WorkersShareNoLineOfCache) { EXPECT_EQ(alignof(WorkerCounters) % 64, 0u); }

}  // namespace
}  // namespace signpost::test
