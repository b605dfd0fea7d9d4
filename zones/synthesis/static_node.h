// A node of a master file becomes one block: its RRsets written as they are sent, its delegation with its
// glue.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "zones/files/static_zone.h"
#include "zones/snapshot/block.h"

namespace signpost {

/// The most octets of one RRset: what a message over TCP holds beside its header (12), the longest question
/// (259) and an OPT with every option we know. TC over TCP is illegal, so a larger one is refused when it is
/// loaded (T8).
inline constexpr std::size_t kStaticSetOctetsMax = kMessageOctetsMax - 12 - 259 - 512;

/// The records of `node`, which is one of `data`'s, in `zone` (index in Snapshot::zones). Of a delegation
/// only NS and DS are its own; what `data` knows below its `cuts` (find_cuts()) becomes glue. Appends the
/// types of RRsets that no message holds to `too_large`, and leaves them out. Pure.
BlockDraft draft_static_node(const StaticNode& node, std::uint16_t zone, const StaticZone& data,
                             const std::vector<Name>& cuts, std::vector<RRType>& too_large);

/// Whether the node hands its name and all below it to another server: NS below the apex, not at a wildcard.
bool is_delegation(const StaticNode& node, const StaticZone& data);

/// The names below which `data` has nothing of its own, delegations and DNAMEs, in ascending order.
std::vector<Name> find_cuts(const StaticZone& data);

/// The highest of `cuts` (ascending) that the name lies below; null: none.
const Name* cut_above(const std::vector<Name>& cuts, NameView name);

/// The node of exactly this folded name, or null.
const StaticNode* find_node(const StaticZone& data, NameView name);

/// Order of wire octets, that of StaticZone::nodes.
bool wire_less(NameView a, NameView b);

}  // namespace signpost
