#include "zones/synthesis/names.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include <openssl/evp.h>

#include "zones/snapshot/address_label.h"

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
  LabelRoom room;
  const auto label = write_label(address, room).subspan(1);
  return {reinterpret_cast<const char*>(label.data()), label.size()};
}

std::optional<IpAddress> parse_address_label(std::string_view label) noexcept { return parse_label(label); }

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
