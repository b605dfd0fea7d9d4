// One IPv4 or IPv6 address as a value, and an address with a port.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace signpost {

/// An address of either family. An IPv4-mapped IPv6 address stays IPv6: who wants it folded calls unmapped().
class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0

  static IpAddress v4(std::array<std::uint8_t, 4> octets) noexcept {
    IpAddress address;
    for (std::size_t i = 0; i < octets.size(); ++i) address.octets_[i] = octets[i];
    return address;
  }
  static IpAddress v6(std::array<std::uint8_t, 16> octets) noexcept {
    IpAddress address;
    address.v6_ = true;
    address.octets_ = octets;
    return address;
  }
  /// Strict textual forms only: dotted quad without leading zeros, RFC 4291 text; no brackets, no scope.
  static std::optional<IpAddress> parse(std::string_view text) noexcept;

  bool is_v4() const noexcept { return !v6_; }
  bool is_v6() const noexcept { return v6_; }
  /// 4 or 16 octets in network order; good while the address lives.
  std::span<const std::uint8_t> octets() const noexcept {
    return {octets_.data(), v6_ ? std::size_t{16} : std::size_t{4}};
  }
  /// Dotted quad, or RFC 5952 canonical text.
  std::string to_string() const;
  /// The IPv4 address inside ::ffff:0:0/96, otherwise the address itself.
  IpAddress unmapped() const noexcept;

  bool is_loopback() const noexcept;
  bool is_link_local() const noexcept;
  bool is_multicast() const noexcept;
  bool is_unspecified() const noexcept;

  /// IPv4 before IPv6, then by octets: the order in which addresses are listed everywhere.
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  bool v6_ = false;
  std::array<std::uint8_t, 16> octets_{};  // IPv4 uses the first four, the rest stays zero
};

/// "10.0.0.1:53", "[::1]:53".
struct SocketAddress {
  IpAddress ip;
  std::uint16_t port = 0;

  static std::optional<SocketAddress> parse(std::string_view text) noexcept;
  std::string to_string() const;
  friend auto operator<=>(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace signpost
