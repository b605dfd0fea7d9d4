#include "zones/snapshot/address_label.h"

#include <algorithm>
#include <cstring>

namespace signpost {
namespace {

/// Every octet in decimal with a hyphen behind it, so that four copies of four octets make a label.
struct Decimals {
  std::array<std::array<char, 4>, 256> text{};
  std::array<std::uint8_t, 256> size{};  // with the hyphen
};
constexpr Decimals kDecimals = [] {
  Decimals all;
  for (unsigned i = 0; i < 256; ++i) {
    std::uint8_t size = 0;
    if (i >= 100) all.text[i][size++] = static_cast<char>('0' + i / 100);
    if (i >= 10) all.text[i][size++] = static_cast<char>('0' + i / 10 % 10);
    all.text[i][size++] = static_cast<char>('0' + i % 10);
    all.text[i][size++] = '-';
    all.size[i] = size;
  }
  return all;
}();

using Groups = std::array<unsigned, 8>;
struct Run {
  std::size_t first = 0, count = 0;
};

/// The zeros that "::" stands for: the longest run of at least two, the first of equals (RFC 5952,
/// section 4.2).
Run longest_zeros(const Groups& groups) noexcept {
  Run best, run;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] != 0) continue;
    run = run.count > 0 && run.first + run.count == i ? Run{run.first, run.count + 1} : Run{i, 1};
    if (run.count > best.count) best = run;
  }
  return best.count >= 2 ? best : Run{};
}

std::uint8_t* put_hex(std::uint8_t* at, unsigned group) noexcept {
  bool begun = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const auto digit = group >> shift & 15u;
    begun = begun || digit != 0 || shift == 0;
    if (begun) *at++ = static_cast<std::uint8_t>("0123456789abcdef"[digit]);
  }
  return at;
}

std::span<const std::uint8_t> close(LabelRoom& room, const std::uint8_t* end) noexcept {
  const auto size = static_cast<std::size_t>(end - room.data());
  room[0] = static_cast<std::uint8_t>(size - 1);
  return {room.data(), size};
}

}  // namespace

std::span<const std::uint8_t> write_label(std::array<std::uint8_t, 4> v4, LabelRoom& room) noexcept {
  auto* at = room.data() + 1;
  for (const auto octet : v4) {
    std::memcpy(at, kDecimals.text[octet].data(), 4);
    at += kDecimals.size[octet];
  }
  return close(room, at - 1);  // without the last hyphen
}

std::span<const std::uint8_t> write_label(const std::array<std::uint8_t, 16>& v6, LabelRoom& room) noexcept {
  Groups groups;
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = v6[2 * i] * 256u + v6[2 * i + 1];
  const auto zeros = longest_zeros(groups);
  auto* at = room.data() + 1;
  for (std::size_t i = 0; i < groups.size();) {
    if (zeros.count == 0 || i != zeros.first) {
      if (i > 0) *at++ = '-';
      at = put_hex(at, groups[i++]);
      continue;
    }
    if (i == 0) *at++ = '0';  // "::1" is "0--1": no label begins or ends with '-'
    i += zeros.count;
    *at++ = '-';
    if (i < groups.size()) continue;
    *at++ = '-';
    *at++ = '0';
  }
  return close(room, at);
}

std::span<const std::uint8_t> write_label(const IpAddress& address, LabelRoom& room) noexcept {
  if (address.is_v4()) {
    std::array<std::uint8_t, 4> octets;
    std::copy_n(address.octets().begin(), octets.size(), octets.begin());
    return write_label(octets, room);
  }
  std::array<std::uint8_t, 16> octets;
  std::copy_n(address.octets().begin(), octets.size(), octets.begin());
  return write_label(octets, room);
}

std::optional<IpAddress> parse_dashed(std::string_view label) noexcept {
  std::array<char, 40> text;  // 39 for 8 groups of 4 digits
  if (label.size() >= text.size()) return std::nullopt;
  for (const char separator : {'.', ':'}) {
    if (separator == '.' && std::count(label.begin(), label.end(), '-') != 3) continue;
    std::replace_copy(label.begin(), label.end(), text.begin(), '-', separator);
    const auto address = IpAddress::parse({text.data(), label.size()});
    if (address && address->is_v4() == (separator == '.')) return address;
  }
  return std::nullopt;
}

std::optional<IpAddress> parse_label(std::string_view label) noexcept {
  const auto address = parse_dashed(label);
  if (!address) return std::nullopt;
  LabelRoom room;
  const auto written = write_label(*address, room).subspan(1);
  const bool same = std::equal(written.begin(), written.end(), label.begin(), label.end(),
                               [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
  return same ? address : std::nullopt;
}

}  // namespace signpost
