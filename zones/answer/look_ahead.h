// Fetches the memory that a batch of questions will need, all at once.
//
// A hit touches six places that depend on each other and are rarely in a cache: shard, entry, slot chunk,
// block, spelling, addresses. One question after the other pays for each miss; sixteen at a time, step by
// step, the misses overlap and cost little more than one.
#pragma once

#include <span>

#include "dns/query/parse.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

/// Sets Query::note of each: the block that answers if its spelling agrees, or 0. Good as long as the
/// snapshot.
void look_ahead(const Snapshot& snapshot, std::span<Asked> asked) noexcept;

/// What look_ahead() noted.
inline const Block* noted_block(const Query& query) noexcept {
  return reinterpret_cast<const Block*>(query.note);
}

}  // namespace signpost
