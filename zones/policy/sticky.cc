#include "zones/policy/sticky.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace signpost::policy {

namespace {

// Odd, with about half of its bits set: 2^64 divided by the golden ratio, as Fibonacci hashing takes it.
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ull;
constexpr std::uint64_t kOfV4 = 4, kOfV6 = 6;

/// Large scores first, so that the worst is at the top of the heap; equal ones by number.
bool is_better(const StickyScratch::Kept& a, const StickyScratch::Kept& b) noexcept {
  return a.score != b.score ? a.score < b.score : a.member < b.member;
}

std::uint64_t number(std::span<const std::uint8_t> octets) noexcept {
  std::uint64_t value = 0;
  for (const auto octet : octets) value = value << 8 | octet;
  return value;
}

}  // namespace

std::uint8_t sticky_bits(const IpAddress& address, std::uint8_t known) noexcept {
  return std::min(known, address.is_v4() ? kStickyBitsV4 : kStickyBitsV6);
}

std::uint64_t client_key(const IpAddress& address, std::uint8_t bits) noexcept {
  assert(bits <= (address.is_v4() ? kStickyBitsV4 : kStickyBitsV6));
  const auto octets = address.octets();
  // At most 56 bits count, so the first half of an IPv6 address is all of it.
  const auto size = std::min<std::size_t>(octets.size(), 8);
  const auto whole = number(octets.first(size));
  const auto behind = static_cast<unsigned>(size * 8) - bits;
  const auto prefix = behind >= 64 ? 0 : whole >> behind;
  return mix(prefix << 16 ^ std::uint64_t{bits} << 8 ^ (address.is_v4() ? kOfV4 : kOfV6));
}

std::uint64_t member_key(std::span<const std::uint8_t> octets) noexcept {
  if (octets.size() == 4) return (number(octets) << 8 | kOfV4) * kGolden;
  return mix(number(octets.first(8)) + kOfV6) * kGolden ^ mix(number(octets.subspan(8)));
}

double StickyChoice::score(double above, double weight) noexcept {
  return -std::log(1 - above) / weight;  // 1 - above is exact: a multiple of 2^-53 below 1
}

void StickyChoice::keep(double score, std::uint16_t member) noexcept {
  const auto heap = scratch_.kept.begin();
  const StickyScratch::Kept one{score, member};
  if (size_ == count_) {
    if (!is_better(one, scratch_.kept[0])) return;
    std::pop_heap(heap, heap + static_cast<std::ptrdiff_t>(size_), is_better);
    --size_;
  }
  scratch_.kept[size_++] = one;
  std::push_heap(heap, heap + static_cast<std::ptrdiff_t>(size_), is_better);
  if (size_ == count_) worst_ = scratch_.kept[0].score;
}

std::span<const std::uint16_t> StickyChoice::best(std::span<std::uint16_t> places) noexcept {
  const auto heap = scratch_.kept.begin();
  std::sort_heap(heap, heap + static_cast<std::ptrdiff_t>(size_), is_better);
  const auto count = std::min(size_, places.size());
  for (std::size_t i = 0; i < count; ++i) places[i] = scratch_.kept[i].member;
  return places.first(count);
}

}  // namespace signpost::policy
