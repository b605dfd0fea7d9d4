#include "zones/synthesis/names.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdio>

#include <openssl/evp.h>

namespace signpost::names {

namespace {

constexpr std::size_t kHashOctets = 5;  // 40 bits: 10 hexadecimal digits
constexpr std::string_view kInstanceMark = "-p";

std::string hash_digits(std::string_view original) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const auto done = EVP_Digest(original.data(), original.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1 && size >= kHashOctets);
  if (done != 1) return {};
  std::string digits;
  for (std::size_t i = 0; i < kHashOctets; ++i) {
    for (const auto nibble : {digest[i] >> 4, digest[i] & 15}) digits += "0123456789abcdef"[nibble];
  }
  return digits;
}

bool is_kept(std::uint8_t octet) { return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9'); }

/// Only letters and digits are copied; a '-' is set between two of them when anything else lay there.
std::string fold_within(std::string_view original, std::size_t octets_max) {
  std::string folded;
  bool gap = false;
  for (const char c : original) {
    const auto octet = fold(static_cast<std::uint8_t>(c));
    if (!is_kept(octet)) {
      gap = true;
      continue;
    }
    if (gap && !folded.empty()) folded += '-';
    gap = false;
    folded += static_cast<char>(octet);
  }
  if (folded.size() <= octets_max) return folded;
  return folded.substr(0, octets_max - 1 - 2 * kHashOctets) + '-' + hash_digits(original);
}

using Groups = std::array<unsigned, 8>;
struct Run {
  std::size_t first = 0, count = 0;
};

/// The zeros that "::" stands for: the longest run of at least two, the first of equals (RFC 5952,
/// section 4.2).
Run longest_zeros(const Groups& groups) {
  Run best, run;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] != 0) continue;
    run = run.count > 0 && run.first + run.count == i ? Run{run.first, run.count + 1} : Run{i, 1};
    if (run.count > best.count) best = run;
  }
  return best.count >= 2 ? best : Run{};
}

std::string v6_label(std::span<const std::uint8_t> octets) {
  Groups groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = octets[2 * i] * 256u + octets[2 * i + 1];
  const auto zeros = longest_zeros(groups);
  std::string label;
  for (std::size_t i = 0; i < groups.size();) {
    if (zeros.count > 0 && i == zeros.first) {
      i += zeros.count;
      if (label.empty()) label += '0';  // "::1" is "0--1": no label begins or ends with '-'
      label += i == groups.size() ? "--0" : "-";
      continue;
    }
    if (i > 0) label += '-';
    char digits[5];
    std::snprintf(digits, sizeof digits, "%x", groups[i++]);
    label += digits;
  }
  return label;
}

}  // namespace

std::string fold_label(std::string_view label) { return fold_within(label, kLabelOctetsMax); }

Result<std::vector<std::string>> fold_name(std::string_view original) {
  std::vector<std::string> labels;
  for (std::size_t from = 0; from <= original.size();) {
    const auto dot = std::min(original.find('.', from), original.size());
    if (auto label = fold_label(original.substr(from, dot - from)); !label.empty()) {
      labels.push_back(std::move(label));
    }
    from = dot + 1;
  }
  if (labels.empty())
    return Error{"'" + std::string(original) + "' has no letter and no digit to make a name of"};
  return labels;
}

std::string port_label(std::string_view port_name) {
  const auto folded = fold_within(port_name, kLabelOctetsMax - 1);
  return folded.empty() ? folded : '_' + folded;
}

std::string address_label(const IpAddress& address) {
  if (address.is_v6()) return v6_label(address.octets());
  auto label = address.to_string();
  std::replace(label.begin(), label.end(), '.', '-');
  return label;
}

std::optional<IpAddress> parse_address_label(std::string_view label) noexcept {
  std::array<char, 40> text{};  // 39 for 8 groups of 4 digits
  if (label.size() >= text.size()) return std::nullopt;
  for (const char separator : {'.', ':'}) {
    std::replace_copy(label.begin(), label.end(), text.begin(), '-', separator);
    const auto address = IpAddress::parse({text.data(), label.size()});
    if (address && address->is_v4() == (separator == '.') && address_label(*address) == label) return address;
  }
  return std::nullopt;
}

std::string instance_label(const IpAddress& address, std::uint16_t port) {
  return address_label(address) + std::string(kInstanceMark) + std::to_string(port);
}

std::optional<AddressPort> parse_instance_label(std::string_view label) noexcept {
  const auto mark = label.rfind(kInstanceMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const auto address = parse_address_label(label.substr(0, mark));
  const auto digits = label.substr(mark + kInstanceMark.size());
  const bool padded = digits.size() > 1 && digits.front() == '0';
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || padded || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return AddressPort{*address, port};
}

}  // namespace signpost::names
