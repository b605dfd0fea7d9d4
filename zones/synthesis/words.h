// The words by which a block tells its instances apart: versions, clusters, tags and zones, folded to labels.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/registry/service_state.h"
#include "zones/policy/policy.h"
#include "zones/snapshot/block.h"
#include "zones/synthesis/gather.h"

namespace signpost {

/// What of an instance's place is a word.
struct PlaceWords {
  bool zones = false;  // for names, and for clients
  bool near = false;   // for whose clients it is (Instance::for_zones), where some instance says so
};

/// Fills `draft.selectors`; the rest of the draft is complete, also implied where it can be. `members`:
/// number of each row's member in the draft, Block::kSelf where the limits left it out. False: more words and
/// combinations than a table can have, and so none is written.
bool write_selectors(const ServiceState& state, const policy::Decision& decision, const Gathered& gathered,
                     const std::vector<std::uint16_t>& members, PlaceWords places, BlockDraft& draft);

/// Whether some instance has a word that tells endpoints apart behind a virtual address: not its zone.
bool has_words(const ServiceState& state);

}  // namespace signpost
