// Address prefixes as people write them, and the reverse zones that they stand for. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"

namespace signpost::config {

/// All addresses that begin with the same bits: "10.0.0.0/8".
struct Prefix {
  IpAddress address;      // every bit behind the length is 0
  std::uint8_t bits = 0;  // 0 to 32, or to 128
  std::string to_string() const;
  bool contains(const Prefix& other) const noexcept;
  friend bool operator==(const Prefix&, const Prefix&) = default;
};

/// The address with every bit behind the first `bits` cleared.
IpAddress masked(const IpAddress& address, unsigned bits) noexcept;

/// Strict: an address, `/`, a length without leading zeros, no bit set behind it. The error is a remark on
/// what would be right, and may be empty.
Result<Prefix> read_prefix(std::string_view text);

/// The same for the addresses that queries come from, where IPv4 inside IPv6 is IPv4.
Result<Prefix> read_source_prefix(std::string_view text);

/// The same for a prefix that a reverse zone can have: IPv4 has at most 24 bits, since a zone ends at a label
/// and a label is an octet (RFC 2317 sections 1 and 4); IPv4 inside IPv6 is IPv4.
Result<Prefix> read_reverse_prefix(std::string_view text);

/// The names whose zones together hold exactly the addresses of the prefix, by rising address: one on an
/// octet border (IPv4) or a nibble border (IPv6), otherwise up to 2^7 or 2^3 of them, as CoreDNS makes.
std::vector<std::string> reverse_zones(const Prefix& prefix);

/// How many bits of an address a name under in-addr.arpa or ip6.arpa fixes; -1: it is under neither.
int reverse_bits(std::string_view name) noexcept;

}  // namespace signpost::config
