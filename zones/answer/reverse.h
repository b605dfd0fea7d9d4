// The names that a reverse zone gives for one address: ranked, and each checked by asking for it.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "zones/synthesis/pointers.h"

namespace signpost {

using PointerRoom = std::array<Pointer, kPointersMax>;

/// rank_pointers() without the names that another record answers (a static one, a service's further up): what
/// is left exists and points back (N17). IPv4 inside IPv6 has no names: those are below in-addr.arpa. Nothing
/// allocates.
std::span<const Pointer> find_pointers(const Snapshot& snapshot, const Zone& reverse,
                                       const IpAddress& address, PointerRoom& room) noexcept;

/// Whether an address with a name that the zone may give is at or below the owner: then the owner exists.
bool reverse_name_exists(const Snapshot& snapshot, const Zone& reverse, NameView owner) noexcept;

/// The whole name.
Name target_of(const Snapshot& snapshot, const Pointer& pointer) noexcept;

}  // namespace signpost
