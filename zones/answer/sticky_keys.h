// What stands for the members of a set in the hash of `sticky` (zones/policy/sticky.h).
//
// An address: itself, or of a dual-stack instance the IPv4 one, so that A and AAAA lead to the same. An SRV
// record: its host's address, so that SRV does too, as long as an address is one instance; instances that
// share an address are told apart by their ports, which A cannot.
#pragma once

#include <cstdint>
#include <span>

#include "zones/snapshot/block.h"

namespace signpost {

/// Looks at a block; good while it lives.
struct StickyKeys {
  enum class Of : std::uint8_t { V4, V6, Members, Port };

  const Block& block;
  Of of;
  const PortSet* port = nullptr;               // with Of::Port
  std::span<const std::uint16_t> chosen = {};  // the i-th of these is meant; empty: the i-th of all

  std::uint64_t operator()(std::size_t i) const noexcept;
};

}  // namespace signpost
