// The static records of one name as lines of a master file.
#pragma once

#include <functional>
#include <string_view>

#include "zones/snapshot/block.h"

namespace signpost {

/// `block` of kind Static or Apex. Whole lines; of a delegation also its glue. The SOA is the zone's.
/// Allocates; not for workers.
void dump_static(const Block& block, const std::function<void(std::string_view)>& write);

}  // namespace signpost
