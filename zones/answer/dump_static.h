// The static records of one name as lines of a master file.
#pragma once

#include <string>

#include "zones/snapshot/block.h"

namespace signpost {

/// `block` of kind Static or Apex. Whole lines, behind what is there; of a delegation also its glue. The SOA
/// is the zone's. Allocates; not for workers.
void append_static(std::string& text, const Block& block);

}  // namespace signpost
