#include "dns/base/ip_address.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace signpost {

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
  char terminated[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof terminated) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton() would stop there
  *std::copy(text.begin(), text.end(), terminated) = '\0';
  if (text.find(':') == std::string_view::npos) {
    std::array<std::uint8_t, 4> octets{};
    if (inet_pton(AF_INET, terminated, octets.data()) != 1) return std::nullopt;
    return v4(octets);
  }
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET6, terminated, octets.data()) != 1) return std::nullopt;
  return v6(octets);
}

namespace {

/// As inet_ntop() writes it, which takes ten times as long; a start writes each address several times.
std::string dotted(std::span<const std::uint8_t> octets) {
  char text[INET_ADDRSTRLEN];
  char* at = text;
  for (const unsigned octet : octets) {
    if (at != text) *at++ = '.';
    if (octet >= 100) *at++ = static_cast<char>('0' + octet / 100);
    if (octet >= 10) *at++ = static_cast<char>('0' + octet / 10 % 10);
    *at++ = static_cast<char>('0' + octet % 10);
  }
  return {text, at};
}

}  // namespace

std::string IpAddress::to_string() const {
  if (!v6_) return dotted(octets());
  char text[INET6_ADDRSTRLEN];
  inet_ntop(AF_INET6, octets_.data(), text, sizeof text);
  return text;
}

IpAddress IpAddress::unmapped() const noexcept {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!v6_ || !std::equal(kMapped.begin(), kMapped.end(), octets_.begin())) return *this;
  return v4({octets_[12], octets_[13], octets_[14], octets_[15]});
}

bool IpAddress::is_loopback() const noexcept {
  if (!v6_) return octets_[0] == 127;
  return std::all_of(octets_.begin(), octets_.end() - 1, [](auto o) { return o == 0; }) && octets_[15] == 1;
}

bool IpAddress::is_link_local() const noexcept {
  return v6_ ? octets_[0] == 0xfe && (octets_[1] & 0xc0) == 0x80 : octets_[0] == 169 && octets_[1] == 254;
}

bool IpAddress::is_multicast() const noexcept {
  return v6_ ? octets_[0] == 0xff : octets_[0] >= 224 && octets_[0] <= 239;
}

bool IpAddress::is_unspecified() const noexcept {
  return std::all_of(octets_.begin(), octets_.end(), [](auto o) { return o == 0; });
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) noexcept {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto ip = IpAddress::parse(host);
  if (!ip || ip->is_v6() != bracketed) return std::nullopt;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size()) return std::nullopt;
  return SocketAddress{*ip, port};
}

std::string SocketAddress::to_string() const {
  const auto port_text = ":" + std::to_string(port);
  return ip.is_v6() ? "[" + ip.to_string() + "]" + port_text : ip.to_string() + port_text;
}

}  // namespace signpost
