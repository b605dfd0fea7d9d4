#include "dns/query/subnet.h"

#include <algorithm>
#include <array>

namespace signpost {

namespace {

// Address Family Numbers of IANA.
constexpr unsigned kFamilyV4 = 1, kFamilyV6 = 2;

}  // namespace

std::optional<ClientSubnet> read_subnet(std::span<const std::uint8_t> value) noexcept {
  if (value.size() < kSubnetFixedOctets) return std::nullopt;
  const auto family = static_cast<unsigned>(value[0] << 8 | value[1]);
  const auto bits = value[2];
  const auto scope = value[3];
  const auto address = value.subspan(kSubnetFixedOctets);
  if (scope != 0) return std::nullopt;  // the answer's to say
  if (address.size() != (bits + 7u) / 8) return std::nullopt;
  if (bits % 8 != 0 && (address.back() & 0xff >> bits % 8) != 0) return std::nullopt;
  if (family == 0 && bits == 0) return ClientSubnet{};
  if (family == kFamilyV4 && bits <= 32) {
    std::array<std::uint8_t, 4> octets{};
    std::copy(address.begin(), address.end(), octets.begin());
    return ClientSubnet{IpAddress::v4(octets), bits};
  }
  if (family == kFamilyV6 && bits <= 128) {
    std::array<std::uint8_t, 16> octets{};
    std::copy(address.begin(), address.end(), octets.begin());
    return ClientSubnet{IpAddress::v6(octets), bits};
  }
  return std::nullopt;
}

ClientSubnet client_of(const QueryContext& context, const Query& query) noexcept {
  if ((query.edns.options & kAskedSubnet) != 0) {
    if (const auto told = read_subnet(query.subnet)) return *told;
  }
  const auto peer = context.peer.ip.unmapped();
  return {peer, static_cast<std::uint8_t>(peer.octets().size() * 8)};
}

}  // namespace signpost
