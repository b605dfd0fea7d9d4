#include "zones/policy/draw.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <numeric>
#include <utility>

namespace signpost::policy {

namespace {

using Places = std::span<std::uint16_t>;

// Measured by tests/bench/draw: up to here walking along the shares beats building a tree and descending it.
constexpr std::size_t kWalkMembers = 256;
constexpr std::size_t kWalkPlaces = 3;
constexpr std::size_t kRetryPlaces = 8;
constexpr std::uint32_t kBehindAll = 0xffffffff;  // above every point: at < sum <= 2^32 - 1

std::uint64_t sum_of(const ShareView& members) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < members.size(); ++i) sum += members[i];
  return sum;
}

void shuffle(Places places, Random& random) noexcept {
  for (auto left = places.size(); left > 1; --left) std::swap(places[random.below(left)], places[left - 1]);
}

/// Few of many: draw anew when a member has been drawn before, which leaves each of the rest equally likely.
void pick_few(std::size_t members, Random& random, Places places) noexcept {
  for (auto place = places.begin(); place != places.end(); ++place) {
    do {
      *place = static_cast<std::uint16_t>(random.below(members));
    } while (std::find(places.begin(), place, *place) != place);
  }
}

void permute_equal(std::size_t members, Random& random, DrawScratch& scratch, Places places) noexcept {
  if (places.size() == members) {
    std::iota(places.begin(), places.end(), std::uint16_t{0});
    shuffle(places, random);
  } else if (places.size() <= kRetryPlaces && places.size() <= members / 2) {
    pick_few(members, random, places);
  } else {
    const auto order = std::span(scratch.order).first(members);
    std::iota(order.begin(), order.end(), std::uint16_t{0});
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::swap(order[i], order[i + random.below(members - i)]);
      places[i] = order[i];
    }
  }
}

/// The member that holds the point `at` when all lie end to end. The last one needs no look: at < sum.
std::size_t walk_to(const ShareView& members, std::uint64_t at) noexcept {
  std::size_t i = 0;
  for (; i + 1 < members.size() && at >= members[i]; ++i) at -= members[i];
  return i;
}

void permute_walking(const ShareView& members, Random& random, DrawScratch& scratch, Places places) noexcept {
  const auto shares = std::span(scratch.sums).first(members.size());
  const auto order = std::span(scratch.order).first(members.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    shares[i] = members[i];
    order[i] = static_cast<std::uint16_t>(i);
    sum += shares[i];
  }
  auto left = members.size();
  for (auto& place : places) {
    std::size_t i = 0;
    if (left > 1) {
      for (auto at = random.below(sum); i + 1 < left && at >= shares[i]; ++i) at -= shares[i];
    }
    place = order[i];
    sum -= shares[i];
    --left;  // the last one moves into the gap: any order of the rest is good to walk along
    shares[i] = shares[left];
    order[i] = order[left];
  }
}

/// Partial sums after Fenwick: node i (from 1) holds the shares of the (i & -i) members up to the i-th. Their
/// total fits 32 bits, so no node overflows. Nodes behind the last member hold more than any point, so that
/// the descent needs no check for the end.
void build_tree(const ShareView& members, std::span<std::uint32_t> nodes) noexcept {
  const auto used = nodes.first(members.size() + 1);
  for (std::size_t i = 1; i < used.size(); ++i) used[i] = members[i - 1];
  for (std::size_t i = 1; i < used.size(); ++i) {
    if (const auto above = i + (i & -i); above < used.size()) used[above] += used[i];
  }
  std::fill(nodes.begin() + static_cast<std::ptrdiff_t>(used.size()), nodes.end(), kBehindAll);
}

/// The member that holds the point `at` among those not yet taken; takes it. Without branches on the data,
/// which nobody could predict.
std::size_t take_from_tree(const ShareView& members, std::span<std::uint32_t> nodes,
                           std::uint32_t at) noexcept {
  std::size_t before = 0;
  for (auto step = nodes.size() / 2; step != 0; step /= 2) {
    const auto node = nodes[before + step];
    const auto skip = 0 - static_cast<std::uint32_t>(at >= node);  // all bits or none
    before += step & (std::size_t{0} - (skip & 1));
    at -= node & skip;
  }
  assert(before < members.size());
  const auto share = members[before];
  for (auto i = before + 1; i <= members.size(); i += i & -i) nodes[i] -= share;
  return before;
}

void permute_by_tree(const ShareView& members, Random& random, DrawScratch& scratch, Places places) noexcept {
  const auto nodes = std::span(scratch.sums).first(2 * std::bit_floor(members.size()));
  build_tree(members, nodes);
  auto sum = sum_of(members);
  for (auto& place : places) {
    const auto at = static_cast<std::uint32_t>(random.below(sum));
    const auto taken = take_from_tree(members, nodes, at);
    sum -= members[taken];
    place = static_cast<std::uint16_t>(taken);
  }
}

/// Madow's marks over an order that is drawn while it is walked: what lies behind the last mark is never
/// drawn.
void sample_systematically(const ShareView& members, Random& random, DrawScratch& scratch,
                           Places places) noexcept {
  const auto order = std::span(scratch.order).first(members.size());
  std::iota(order.begin(), order.end(), std::uint16_t{0});
  const auto sum = sum_of(members);
  auto mark = random.below(sum);
  std::uint64_t end = 0;  // of the member looked at, on a line of places.size() * sum <= 2^48
  std::size_t marked = 0;
  for (std::size_t i = 0; i < order.size() && marked < places.size(); ++i) {
    std::swap(order[i], order[i + random.below(order.size() - i)]);
    end += places.size() * std::uint64_t{members[order[i]]};
    if (mark >= end) continue;
    places[marked++] = order[i];
    mark += sum;
  }
  assert(marked == places.size());
  shuffle(places, random);
}

}  // namespace

void permute(ShareView members, Random& random, DrawScratch& scratch, Places places) noexcept {
  assert(places.size() <= members.size() && members.size() <= kDrawMembersMax);
  if (places.empty()) return;
  if (members.all_equal()) {
    permute_equal(members.size(), random, scratch, places);
  } else if (places.size() == 1) {
    places[0] = static_cast<std::uint16_t>(walk_to(members, random.below(sum_of(members))));
  } else if (members.size() <= kWalkMembers || places.size() <= kWalkPlaces) {
    permute_walking(members, random, scratch, places);
  } else {
    permute_by_tree(members, random, scratch, places);
  }
}

void sample(ShareView members, Random& random, DrawScratch& scratch, Places places) noexcept {
  // One draw, and equal shares, need no marks: the first place of a permutation has its share as chance, and
  // by symmetry each set of k equal members is equally likely.
  if (places.size() <= 1 || members.all_equal()) {
    permute(members, random, scratch, places);
  } else {
    assert(places.size() <= members.size() && members.size() <= kDrawMembersMax);
    sample_systematically(members, random, scratch, places);
  }
}

bool all_equal(ShareView members) noexcept {
  for (std::size_t i = 1; i < members.size(); ++i) {
    if (members[i] != members[0]) return false;
  }
  return true;
}

std::uint16_t sample_max(ShareView members) noexcept {
  if (members.size() == 0) return 0;
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    assert(members[i] > 0);
    largest = std::max(largest, members[i]);
  }
  const auto sum = sum_of(members);
  assert(sum <= std::numeric_limits<std::uint32_t>::max());
  return static_cast<std::uint16_t>(std::min<std::uint64_t>(sum / largest, kDrawMembersMax));
}

}  // namespace signpost::policy
