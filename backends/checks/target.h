// What an active check asks: one address and port, in one way. A value; equal ones are asked once, whichever
// services want them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "dns/base/ip_address.h"

namespace signpost::checks {

struct Target {
  IpAddress address;  // IPv4 inside IPv6 is IPv4
  std::uint16_t port = 0;
  config::CheckWay way;

  /// "tcp 10.1.0.1:8080", "http://10.1.0.1:8080/health".
  std::string to_string() const;
  friend auto operator<=>(const Target&, const Target&) = default;
};

/// Why an address that a registry told must not be asked; nullopt: it may be. Registries can be written to by
/// many, and a server that connects to whatever they say is a way into networks that the writer cannot reach:
/// loopback and link-local addresses are this machine's own, and clouds keep credentials at a few well-known
/// ones. `allow` (`checks.allow`) takes precedence.
std::optional<std::string_view> refusal(const IpAddress& address, const std::vector<config::Prefix>& allow);

/// What one probe came to.
struct Outcome {
  bool passed = false;
  std::string why;  // why not; one line, may be empty when it passed
};

}  // namespace signpost::checks
