// `sticky`: stable for a client, fair over many, and little moves when members come and go.
#include "zones/policy/sticky.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/chi_square.h"

namespace signpost::policy {
namespace {

struct Member {
  IpAddress address;
  std::uint32_t share = 1;
};

Member member(unsigned number, std::uint32_t share) {
  return {IpAddress::v4({10, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}),
          share};
}

std::vector<Member> members(const std::vector<std::uint32_t>& shares) {
  std::vector<Member> all;
  for (const auto share : shares) all.push_back(member(static_cast<unsigned>(all.size()) + 1, share));
  return all;
}

/// Addresses of the best, in order.
std::vector<IpAddress> choose(const std::vector<Member>& all, std::uint64_t client, std::size_t count = 1) {
  static const auto scratch = std::make_unique<StickyScratch>();
  const bool equal =
      std::all_of(all.begin(), all.end(), [&](const Member& one) { return one.share == all[0].share; });
  StickyChoice choice(client, count, equal, *scratch);
  for (std::size_t i = 0; i < all.size(); ++i)
    choice.offer(static_cast<std::uint16_t>(i), member_key(all[i].address.octets()), all[i].share);
  std::vector<std::uint16_t> places(std::min(count, all.size()));
  std::vector<IpAddress> best;
  for (const auto place : choice.best(places)) best.push_back(all[place].address);
  return best;
}

/// The i-th of many networks, which lie in a row as they do in a data centre.
std::uint64_t client(unsigned i, bool v6 = false) {
  const auto high = static_cast<std::uint8_t>(i >> 16), middle = static_cast<std::uint8_t>(i >> 8),
             low = static_cast<std::uint8_t>(i);
  const auto address =
      v6 ? IpAddress::v6({0x20, 1, 0xd, 0xb8, high, middle, low}) : IpAddress::v4({high, middle, low, 77});
  return client_key(address, sticky_bits(address, v6 ? 128 : 32));
}

TEST(Sticky, SharesOverManyClientsFollowWeights) {
  constexpr unsigned kClients = 200'000;
  for (const auto& shares : std::vector<std::vector<std::uint32_t>>{{1, 2, 7},
                                                                    {1, 2, 2, 2, 3},
                                                                    {5, 5, 5, 5},
                                                                    {1, 999},
                                                                    {1, 1, 1, 997},
                                                                    {100'000'000, 200'000'000, 700'000'000},
                                                                    std::vector<std::uint32_t>(100, 3)}) {
    for (const bool v6 : {false, true}) {
      const auto all = members(shares);
      std::map<IpAddress, std::uint64_t> found;
      for (unsigned i = 0; i < kClients; ++i) ++found[choose(all, client(i, v6))[0]];
      double sum = 0;
      for (const auto share : shares) sum += share;
      std::vector<std::uint64_t> counts;
      std::vector<double> chances;
      for (const auto& one : all) {
        counts.push_back(found[one.address]);
        chances.push_back(one.share / sum);
      }
      EXPECT_GT(test::chi_square_p(counts, chances), test::kChanceMin)
          << shares.size() << " members, the first " << counts[0] << " of " << kClients;
    }
  }
}

TEST(Sticky, TheOrderIsThatOfAWeightedPermutation) {
  const std::vector<std::uint32_t> shares{1, 2, 7};
  const auto all = members(shares);
  std::map<std::vector<IpAddress>, std::uint64_t> found;
  for (unsigned i = 0; i < 200'000; ++i) ++found[choose(all, client(i), 3)];
  std::vector<std::uint64_t> counts;
  std::vector<double> chances;
  std::vector<std::size_t> order{0, 1, 2};
  do {
    counts.push_back(found[{all[order[0]].address, all[order[1]].address, all[order[2]].address}]);
    chances.push_back(shares[order[0]] / 10.0 * shares[order[1]] / (10.0 - shares[order[0]]));
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_GT(test::chi_square_p(counts, chances), test::kChanceMin);
}

/// Who leaves hands its own clients on and moves no other; who joins takes its share and moves no other.
TEST(Sticky, OneInstanceMovesOnlyItsShareOfClients) {
  std::mt19937_64 random(7871);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::uint32_t> shares(2 + random() % 12);
    for (auto& share : shares) share = round % 2 == 0 ? 4 : static_cast<std::uint32_t>(1 + random() % 1000);
    const auto before = members(shares);
    const auto gone = static_cast<std::size_t>(random() % before.size());
    auto after = before;
    after.erase(after.begin() + static_cast<std::ptrdiff_t>(gone));
    std::uint64_t moved = 0;
    constexpr unsigned kClients = 5'000;
    for (unsigned i = 0; i < kClients; ++i) {
      const auto was = choose(before, client(i)).front(), is = choose(after, client(i)).front();
      if (was == before[gone].address) {
        ++moved;
      } else {
        ASSERT_EQ(was, is) << "round " << round;
      }
    }
    double sum = 0;
    for (const auto share : shares) sum += share;
    const auto part = shares[gone] / sum;
    const std::vector<std::uint64_t> counts{moved, kClients - moved};
    const std::vector<double> chances{part, 1 - part};
    EXPECT_GT(test::chi_square_p(counts, chances), test::kChanceMin) << "round " << round;
  }
}

TEST(Sticky, KBeginsWithTheSameAsFewer) {
  std::mt19937_64 random(2005);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> shares(1 + random() % 60);
    for (auto& share : shares) share = round % 2 == 0 ? 4 : static_cast<std::uint32_t>(1 + random() % 1000);
    auto all = members(shares);
    const auto who = random();
    const auto whole = choose(all, who, all.size());
    ASSERT_EQ(whole.size(), all.size());
    for (std::size_t k = 1; k < all.size(); ++k) {
      const auto few = choose(all, who, k);
      ASSERT_TRUE(few.size() == k && std::equal(few.begin(), few.end(), whole.begin())) << k;
    }
    std::shuffle(all.begin(), all.end(), random);
    ASSERT_EQ(choose(all, who, all.size()), whole) << "in whatever order they are offered";
    ASSERT_EQ(choose(all, who, kStickyMax), whole) << "more than there are";
  }
}

TEST(Sticky, ClientsOfOneNetworkStayTogether) {
  const auto key = [](const char* address, std::uint8_t known) {
    const auto parsed = *IpAddress::parse(address);
    return client_key(parsed, sticky_bits(parsed, known));
  };
  EXPECT_EQ(key("192.0.2.1", 32), key("192.0.2.254", 32));
  EXPECT_EQ(key("192.0.2.1", 32), key("192.0.2.0", 24)) << "as a forwarder tells it";
  EXPECT_NE(key("192.0.2.1", 32), key("192.0.3.1", 32));
  EXPECT_NE(key("192.0.2.0", 24), key("192.0.2.0", 23)) << "less was told";
  EXPECT_EQ(key("2001:db8:1:2300::1", 128), key("2001:db8:1:23ff::", 56));
  EXPECT_NE(key("2001:db8:1:2300::1", 128), key("2001:db8:1:2400::1", 128));
  EXPECT_EQ(key("192.0.2.1", 0), key("198.51.100.1", 0)) << "who tells nothing is like everybody";
  EXPECT_NE(key("::", 0), key("0.0.0.0", 0));
  EXPECT_EQ(sticky_bits(*IpAddress::parse("192.0.2.1"), 32), 24);
  EXPECT_EQ(sticky_bits(*IpAddress::parse("192.0.2.1"), 16), 16);
  EXPECT_EQ(sticky_bits(*IpAddress::parse("::1"), 128), 56);
}

TEST(Sticky, MembersHaveKeysOfTheirOwn) {
  std::vector<std::uint64_t> keys;
  for (unsigned i = 1; i < 70'000; ++i) {
    const auto a = static_cast<std::uint8_t>(i >> 16), b = static_cast<std::uint8_t>(i >> 8),
               c = static_cast<std::uint8_t>(i);
    keys.push_back(member_key(IpAddress::v4({10, a, b, c}).octets()));
    keys.push_back(member_key(IpAddress::v6({0xfd, a, b, c}).octets()));
    keys.push_back(member_key(IpAddress::v6({0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c}).octets()));
  }
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace
}  // namespace signpost::policy
