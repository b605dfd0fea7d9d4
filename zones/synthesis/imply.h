// Leaves out of a block what its addresses say already.
#pragma once

#include "zones/snapshot/block.h"

namespace signpost {

/// Where host, member and SRV record number i are all address number i, with its share for a weight, and
/// every member has the same ports: drops them, and the block's answers stay the same
/// (zones/snapshot/block.h). True when that was so; otherwise nothing happens. The usual headless Service of
/// one family is such a block.
bool imply(BlockDraft& draft);

}  // namespace signpost
