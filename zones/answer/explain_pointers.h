// The part of an explanation that only a reverse zone needs.
#pragma once

#include <string>
#include <vector>

#include "dns/wire/name.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

/// Adds where the names of an address come from, and of each that is not given why. False, and nothing added:
/// `folded` lies in no reverse zone. Allocates; not for workers.
bool explain_pointers(const Snapshot& snapshot, const Name& folded, std::vector<std::string>& notes);

}  // namespace signpost
