// The table beside a slow look at every prefix, at all edges and at random places.
#include "dns/base/prefix_table.h"

#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace signpost {
namespace {

using Entry = PrefixTable::Entry;

bool covers(const Entry& entry, const IpAddress& address) {
  if (entry.address.is_v6() != address.is_v6()) return false;
  for (unsigned bit = 0; bit < entry.bits; ++bit) {
    const auto mask = 0x80 >> bit % 8;
    if ((entry.address.octets()[bit / 8] & mask) != (address.octets()[bit / 8] & mask)) return false;
  }
  return true;
}

/// The longest prefix, the first of equals.
std::uint16_t slowly(const std::vector<Entry>& entries, const IpAddress& address) {
  const Entry* best = nullptr;
  for (const auto& entry : entries) {
    if (covers(entry, address) && (best == nullptr || entry.bits > best->bits)) best = &entry;
  }
  return best == nullptr ? PrefixTable::kNone : best->value;
}

IpAddress with_bit_flipped(const IpAddress& address, unsigned bit) {
  if (address.is_v4()) {
    std::array<std::uint8_t, 4> octets{};
    std::copy(address.octets().begin(), address.octets().end(), octets.begin());
    octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 0x80 >> bit % 8);
    return IpAddress::v4(octets);
  }
  std::array<std::uint8_t, 16> octets{};
  std::copy(address.octets().begin(), address.octets().end(), octets.begin());
  octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ 0x80 >> bit % 8);
  return IpAddress::v6(octets);
}

/// Random octets; few different ones, so that prefixes meet.
IpAddress some_address(std::mt19937_64& random, bool v6) {
  const auto octet = [&] {
    return static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 2 * 255);
  };
  std::array<std::uint8_t, 16> octets{};
  for (auto& one : octets) one = octet();
  return v6 ? IpAddress::v6(octets) : IpAddress::v4({octets[0], octets[1], octets[2], octets[3]});
}

Entry some_entry(std::mt19937_64& random) {
  const bool v6 = random() % 2 == 0;
  auto address = some_address(random, v6);
  const auto bits = static_cast<unsigned>(random() % (v6 ? 129 : 33));
  for (auto bit = bits; bit < address.octets().size() * 8; ++bit) {
    if ((address.octets()[bit / 8] & 0x80 >> bit % 8) != 0) address = with_bit_flipped(address, bit);
  }
  return {address, bits, static_cast<std::uint16_t>(random() % 5)};
}

TEST(PrefixTable, FindsWhatTheLongestPrefixSays) {
  std::mt19937_64 random(20251121);
  for (int round = 0; round < 300; ++round) {
    std::vector<Entry> entries;
    for (auto left = random() % 12; left > 0; --left) entries.push_back(some_entry(random));
    const PrefixTable table(entries);
    for (int i = 0; i < 100; ++i) {
      const auto address = some_address(random, i % 2 == 0);
      const auto found = table.find(address);
      ASSERT_EQ(found.value, slowly(entries, address)) << address.to_string() << " in round " << round;
      // The bits suffice: whatever stands behind them, the value is the same.
      for (unsigned bit = found.bits; bit < address.octets().size() * 8; ++bit) {
        ASSERT_EQ(table.find(with_bit_flipped(address, bit)).value, found.value) << bit;
      }
    }
  }
}

TEST(PrefixTable, TellsNoMoreBitsThanDecide) {
  const auto at = [](const PrefixTable& table, const char* address) {
    const auto found = table.find(*IpAddress::parse(address));
    return std::pair<int, int>(found.value, found.bits);
  };
  const std::vector<Entry> entries{{*IpAddress::parse("10.0.0.0"), 8, 1},
                                   {*IpAddress::parse("10.1.0.0"), 16, 2},
                                   {*IpAddress::parse("fd00::"), 8, 3},
                                   {*IpAddress::parse("10.1.0.0"), 16, 7}};
  const PrefixTable table(entries);
  using Pair = std::pair<int, int>;
  EXPECT_EQ(at(table, "10.1.2.3"), Pair(2, 16)) << "the first of two for one prefix";
  EXPECT_EQ(at(table, "10.0.9.9"), Pair(1, 16)) << "10.0/15 would hold 10.1/16 too";
  EXPECT_EQ(at(table, "10.200.0.1"), Pair(1, 9));
  EXPECT_EQ(at(table, "11.0.0.0"), Pair(PrefixTable::kNone, 8));
  EXPECT_EQ(at(table, "192.0.2.1"), Pair(PrefixTable::kNone, 1));
  EXPECT_EQ(at(table, "fdff::1"), Pair(3, 8));
  EXPECT_EQ(at(table, "::"), Pair(PrefixTable::kNone, 1));
  EXPECT_EQ(at(PrefixTable(), "192.0.2.1"), Pair(PrefixTable::kNone, 0));
  const std::vector<Entry> all{{*IpAddress::parse("0.0.0.0"), 0, 4}};
  EXPECT_EQ(at(PrefixTable(all), "192.0.2.1"), Pair(4, 0)) << "nobody differs";
}

TEST(PrefixTable, NeighboursOfOneValueAreOneRange) {
  std::vector<Entry> entries;
  for (unsigned i = 0; i < 256; ++i)
    entries.push_back({IpAddress::v4({10, 0, static_cast<std::uint8_t>(i), 0}), 24, 1});
  const PrefixTable table(entries);
  EXPECT_EQ(table.size(), 3u) << "before, the /16 of them, behind";
  EXPECT_EQ(table.find(*IpAddress::parse("10.0.7.1")).bits, 16);
}

}  // namespace
}  // namespace signpost
