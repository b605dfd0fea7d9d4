// The sketch of the busiest names: who is in it, how right its counts are, and that two threads may use it.
#include "dns/query/busy_names.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost {
namespace {

Name name(std::size_t i) { return *Name::parse("n" + std::to_string(i) + ".test"); }

std::map<std::string, std::uint64_t> counts(const std::vector<BusyName>& names) {
  std::map<std::string, std::uint64_t> out;
  for (const auto& one : names) out[one.name.to_string()] += one.queries;
  return out;
}

/// Name i is asked for about 1 / (i + 1) as often as name 0.
std::size_t draw_harmonic(Random& random, std::size_t names) {
  for (;;) {
    const auto i = random.below(static_cast<std::uint32_t>(names));
    if (random.below(static_cast<std::uint32_t>(i + 1)) == 0) return i;
  }
}

TEST(BusyTable, HoldsWhoeverHasMoreThanOnePartOfItsPlaces) {
  Random random(7);
  BusyTable table;
  std::map<std::string, std::uint64_t> asked;
  constexpr std::uint64_t kAsked = 200000;
  for (std::uint64_t i = 0; i < kAsked; ++i) {
    const auto one = name(draw_harmonic(random, 5000));
    table.count(one.wire(), RRType::A, 1);
    ++asked[one.to_string()];
  }
  const auto told = counts(table.names());
  std::size_t heavy = 0;
  for (const auto& [who, times] : asked) {
    if (times < 2 * kAsked / BusyTable::kPlaces) continue;
    ++heavy;
    ASSERT_TRUE(told.contains(who)) << who << " " << times;
    EXPECT_GE(told.at(who), times) << "never too few";
    EXPECT_LE(told.at(who), times + kAsked / BusyTable::kPlaces);
  }
  EXPECT_GT(heavy, 5u);
}

TEST(BusyTable, TellsTypesApart) {
  BusyTable table;
  for (int i = 0; i < 3; ++i) table.count(name(1).wire(), RRType::A, 16);
  table.count(name(1).wire(), RRType::AAAA, 16);
  const auto names = table.names();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].queries, 48u);
  EXPECT_EQ(names[1].type, RRType::AAAA);
  table.clear();
  EXPECT_TRUE(table.names().empty());
}

TEST(BusyTable, TenThousandNewcomersHoldNothing) {
  BusyTable table;
  for (std::size_t i = 0; i < 10000; ++i) table.count(name(i).wire(), RRType::A, 1);
  EXPECT_TRUE(table.names().empty()) << "all that they have they took over";
}

TEST(BusyNames, CountOnlyWhileSomebodyLooks) {
  BusyNames names;
  const auto ask = [&](int times) {
    for (int i = 0; i < times; ++i) names.note(name(1).wire(), RRType::A);
  };
  ask(10000);
  EXPECT_TRUE(names.take().empty());
  names.watch(true);
  ask(10000);
  EXPECT_TRUE(names.take().empty()) << "the worker hands over with its next query";
  ask(20000);
  const auto told = names.take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NEAR(static_cast<double>(told[0].queries), 10000, 2500) << "one in 16, drawn; what was asked before";
  ask(16000);
  EXPECT_NEAR(static_cast<double>(counts(names.take())["n1.test."]), 20000, 4000);
  names.watch(false);
  ask(100000);
  EXPECT_LE(counts(names.take())["n1.test."], 20000u);
}

/// One thread asks, the other looks: whatever is told was asked, and most of it is told.
TEST(BusyNames, AreHandedOverBetweenThreads) {
  BusyNames names;
  names.watch(true);
  std::atomic<bool> stop{false};
  std::uint64_t asked = 0;
  std::thread worker([&] {
    Random random(3);
    while (!stop.load()) {
      names.note(name(random.below(4)).wire(), RRType::A);
      ++asked;
    }
  });
  std::map<std::string, std::uint64_t> told;
  int full = 0;
  while (full < 200) {
    const auto some = names.take();
    full += some.empty() ? 0 : 1;
    for (const auto& [who, times] : counts(some)) told[who] += times;
  }
  stop = true;
  worker.join();
  EXPECT_EQ(told.size(), 4u);
  std::uint64_t sum = 0;
  for (const auto& [who, times] : told) sum += times;
  EXPECT_LT(static_cast<double>(sum), static_cast<double>(asked) * 1.1);
}

TEST(BusyNames, OfSeveralWorkersAreAddedUp) {
  const auto all = busiest({{name(1), RRType::A, 5},
                            {name(2), RRType::A, 7},
                            {name(1), RRType::A, 4},
                            {name(1), RRType::SRV, 1},
                            {name(3), RRType::A, 0}},
                           3);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].name, name(1));
  EXPECT_EQ(all[0].queries, 9u);
  EXPECT_EQ(all[1].name, name(2));
  EXPECT_EQ(all[2].type, RRType::SRV);
}

}  // namespace
}  // namespace signpost
