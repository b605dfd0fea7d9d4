// EDNS Client Subnet (RFC 7871; E18): a forwarder says for whom it asks, and we say for whom the answer is.
//
// Only forwarders that the configuration lists are believed (section 7.1: "trusted"): from anybody else the
// option means nothing and is not sent back, since who may choose the answer could fetch another's. What a
// listed forwarder sends must be right to the last bit, or it is FORMERR (section 6). The reply repeats
// family, length and address, with the number of bits on which the answer depended as its scope: 0 where the
// client did not matter, so that caches keep one copy for all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "dns/query/query.h"

namespace signpost {

/// For whom an answer is.
struct ClientSubnet {
  IpAddress address;      // unmapped; bits behind `bits` are 0 where a forwarder told it
  std::uint8_t bits = 0;  // of the address that are known: all of a peer's, those of the option otherwise
};

inline constexpr std::size_t kSubnetFixedOctets = 4;  // family, source and scope prefix length

/// The option of a query. Nullopt: malformed (RFC 7871, section 6). Family 0 is who wants to stay unknown,
/// as resolvers and dig spell it: no bits.
std::optional<ClientSubnet> read_subnet(std::span<const std::uint8_t> value) noexcept;

/// What a listed forwarder says, or else the peer's own address. The options were judged.
ClientSubnet client_of(const QueryContext& context, const Query& query) noexcept;

}  // namespace signpost
