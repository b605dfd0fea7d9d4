#include "dns/base/prefix_table.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace signpost {

namespace {

using Wide = std::array<std::uint64_t, 2>;

void read(const IpAddress& address, std::uint32_t& number) noexcept {
  number = 0;
  for (const auto octet : address.octets()) number = number << 8 | octet;
}

void read(const IpAddress& address, Wide& number) noexcept {
  number = {};
  const auto octets = address.octets();
  for (std::size_t i = 0; i < octets.size(); ++i) number[i / 8] = number[i / 8] << 8 | octets[i];
}

/// How many leading bits two different numbers share.
unsigned common_bits(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<unsigned>(std::countl_zero(a ^ b));
}
unsigned common_bits(const Wide& a, const Wide& b) noexcept {
  return static_cast<unsigned>(a[0] != b[0] ? std::countl_zero(a[0] ^ b[0])
                                            : 64 + std::countl_zero(a[1] ^ b[1]));
}

std::uint32_t before(std::uint32_t number) noexcept { return number - 1; }
Wide before(const Wide& number) noexcept { return {number[0] - (number[1] == 0 ? 1 : 0), number[1] - 1}; }

/// The last number with the same leading `bits`.
std::uint32_t last_of(std::uint32_t number, unsigned bits) noexcept {
  return bits >= 32 ? number : number | 0xffffffffu >> bits;
}
Wide last_of(const Wide& number, unsigned bits) noexcept {
  constexpr auto kAll = ~std::uint64_t{0};
  if (bits >= 128) return number;
  if (bits >= 64) return {number[0], bits == 64 ? kAll : number[1] | kAll >> (bits - 64)};
  return {bits == 0 ? kAll : number[0] | kAll >> bits, kAll};
}

bool is_last(std::uint32_t number) noexcept { return number == 0xffffffffu; }
bool is_last(const Wide& number) noexcept { return (number[0] & number[1]) == ~std::uint64_t{0}; }
std::uint32_t after(std::uint32_t number) noexcept { return number + 1; }
Wide after(const Wide& number) noexcept { return {number[0] + (number[1] + 1 == 0 ? 1 : 0), number[1] + 1}; }

template <class Number>
struct Prefix {
  Number first{};
  Number last{};
  unsigned bits = 0;
  std::uint16_t value = 0;
};

template <class Ranges, class Number>
PrefixTable::Found find_in(const Ranges& ranges, const Number& number) noexcept {
  if (ranges.values.empty()) return {};
  const auto next = std::upper_bound(ranges.starts.begin(), ranges.starts.end(), number);
  const auto i = static_cast<std::size_t>(next - ranges.starts.begin()) - 1;
  // The shortest prefix around the number that meets neither neighbour of its range.
  unsigned bits = 0;
  if (i > 0) bits = common_bits(number, before(ranges.starts[i])) + 1;
  if (next != ranges.starts.end()) bits = std::max(bits, common_bits(number, *next) + 1);
  return {ranges.values[i], static_cast<std::uint8_t>(bits)};
}

}  // namespace

/// Prefixes nest or are apart, never cross: sorted by first address and length, those open at a place stand
/// on a stack, the longest on top.
template <class Number>
void PrefixTable::cut(std::span<const Entry> entries, bool v6, Ranges<Number>& ranges) {
  std::vector<Prefix<Number>> all;
  for (const auto& entry : entries) {
    if (entry.address.is_v6() != v6) continue;
    assert(entry.value != kNone);
    Prefix<Number> prefix;
    read(entry.address, prefix.first);
    prefix.last = last_of(prefix.first, entry.bits);
    prefix.bits = entry.bits;
    prefix.value = entry.value;
    all.push_back(prefix);
  }
  if (all.empty()) return;
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.bits < b.bits;
  });
  const auto begin = [&](const Number& at, std::uint16_t value) {
    if (!ranges.starts.empty() && ranges.starts.back() == at) {
      ranges.starts.pop_back();
      ranges.values.pop_back();
    }
    if (!ranges.values.empty() && ranges.values.back() == value) return;
    ranges.starts.push_back(at);
    ranges.values.push_back(value);
  };
  std::vector<Prefix<Number>> open;
  const auto close_before = [&](const Number* next) {
    while (!open.empty() && (next == nullptr || open.back().last < *next)) {
      const auto last = open.back().last;
      open.pop_back();
      if (!is_last(last)) begin(after(last), open.empty() ? kNone : open.back().value);
    }
  };
  begin(Number{}, kNone);
  for (const auto& prefix : all) {
    close_before(&prefix.first);
    if (!open.empty() && open.back().first == prefix.first && open.back().bits == prefix.bits) continue;
    begin(prefix.first, prefix.value);
    open.push_back(prefix);
  }
  close_before(nullptr);
  ranges.starts.shrink_to_fit();
  ranges.values.shrink_to_fit();
}

PrefixTable::PrefixTable(std::span<const Entry> entries) {
  cut(entries, false, v4_);
  cut(entries, true, v6_);
}

PrefixTable::Found PrefixTable::find(const IpAddress& address) const noexcept {
  if (address.is_v4()) {
    std::uint32_t number = 0;
    read(address, number);
    return find_in(v4_, number);
  }
  Wide number{};
  read(address, number);
  return find_in(v6_, number);
}

}  // namespace signpost
