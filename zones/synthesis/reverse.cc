// Addresses as names below in-addr.arpa and ip6.arpa, and back.
#include <array>
#include <optional>
#include <string_view>

#include "zones/synthesis/names.h"

namespace signpost::names {

namespace {

// Octets of the two apexes; the literal's own end is the root label.
constexpr char kInAddrArpa[] = "\7in-addr\4arpa";
constexpr char kIp6Arpa[] = "\3ip6\4arpa";

template <std::size_t N>
NameView as_name(const char (&literal)[N]) {
  return {reinterpret_cast<const std::uint8_t*>(literal), N};
}

std::string_view first_label(NameView name) {
  return {reinterpret_cast<const char*>(name.data()) + 1, name[0]};
}

/// "0" to "255" without leading zeros.
std::optional<std::uint8_t> parse_octet(std::string_view label) {
  if (label.size() > 3 || (label.size() > 1 && label.front() == '0')) return std::nullopt;
  unsigned value = 0;
  for (const char c : label) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > 255) return std::nullopt;
  return static_cast<std::uint8_t>(value);
}

std::optional<std::uint8_t> parse_nibble(std::string_view label) {
  const auto digit = std::string_view("0123456789abcdef").find(label);
  if (label.size() != 1 || digit == std::string_view::npos) return std::nullopt;
  return static_cast<std::uint8_t>(digit);
}

/// Labels are read from the left: the least significant part that the name fixes comes first.
std::optional<ReverseRange> parse_v4(NameView name, std::size_t labels) {
  std::array<std::uint8_t, 4> first{};
  if (labels > first.size()) return std::nullopt;
  auto last = first;
  last.fill(0xff);
  for (auto i = labels; i-- > 0; name = parent(name)) {
    const auto octet = parse_octet(first_label(name));
    if (!octet) return std::nullopt;
    first[i] = last[i] = *octet;
  }
  return ReverseRange{IpAddress::v4(first), IpAddress::v4(last), static_cast<std::uint8_t>(labels)};
}

std::optional<ReverseRange> parse_v6(NameView name, std::size_t labels) {
  std::array<std::uint8_t, 16> first{};
  if (labels > 2 * first.size()) return std::nullopt;
  auto last = first;
  last.fill(0xff);
  for (auto i = labels; i-- > 0; name = parent(name)) {
    const auto nibble = parse_nibble(first_label(name));
    if (!nibble) return std::nullopt;
    const auto shift = i % 2 == 0 ? 4 : 0;
    const auto mask = 15 << shift, value = *nibble << shift;
    first[i / 2] = static_cast<std::uint8_t>((first[i / 2] & ~mask) | value);
    last[i / 2] = static_cast<std::uint8_t>((last[i / 2] & ~mask) | value);
  }
  return ReverseRange{IpAddress::v6(first), IpAddress::v6(last), static_cast<std::uint8_t>(labels)};
}

}  // namespace

Name reverse_name(const IpAddress& address) {
  auto name = Name::from_wire(address.is_v4() ? as_name(kInAddrArpa) : as_name(kIp6Arpa));
  for (const auto octet : address.octets()) {
    if (address.is_v4()) {
      name.prepend(std::to_string(octet));
    } else {
      for (const auto nibble : {octet >> 4, octet & 15}) name.prepend({&"0123456789abcdef"[nibble], 1});
    }
  }
  return name;
}

std::optional<ReverseRange> parse_reverse(NameView folded) noexcept {
  const auto labels = label_count(folded);
  if (is_at_or_below(folded, as_name(kInAddrArpa))) return parse_v4(folded, labels - 2);
  if (is_at_or_below(folded, as_name(kIp6Arpa))) return parse_v6(folded, labels - 2);
  return std::nullopt;
}

}  // namespace signpost::names
