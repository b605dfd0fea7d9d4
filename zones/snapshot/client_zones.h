// In which zone a client is, and who answers it at a service that prefers the client's own zone.
//
// The table is small (6 octets for an IPv4 range, 18 for an IPv6 one), immutable, and shared by all
// snapshots until it changes. It is looked at for services with `locality: prefer` only: one binary search,
// one for the zone's word among those of the block, and a walk over the block's combinations of words, of
// which there are about as many as zones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dns/base/prefix_table.h"
#include "zones/snapshot/block.h"

namespace signpost {

struct ClientZones {
  PrefixTable table;                // value: index below
  std::vector<std::string> names;   // as written: for people
  std::vector<std::string> labels;  // folded, in wire format without a root, as blocks have them
};

/// What a block makes of a client's zone.
struct Tier {
  SelectorKey key = SelectorKey::Zone;
  std::uint16_t word = 0;
  std::uint32_t known = 0;      // instances of the zone, or meant for its clients
  std::uint32_t answering = 0;  // those of them that may answer
  bool alone = false;           // they answer alone; otherwise all do
};

/// `zone`: as ClientZones::labels. Nullopt: the block tells no zones apart, so that no client's matters.
/// Spills over while nobody of the zone may answer, or less than the block's percentage of it, and while the
/// block is in doubt: then whoever answers is needed everywhere.
std::optional<Tier> tier_of(const Block& block, std::span<const std::uint8_t> zone) noexcept;

/// Of how many zones, of those that the block knows, clients are answered beyond their own.
std::size_t spilling_zones(const Block& block) noexcept;

}  // namespace signpost
