// Every owner name of a block with its types and contents: what a dump walks, and how two blocks are
// compared.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "dns/wire/types.h"
#include "zones/snapshot/block.h"

namespace signpost {

/// RRset contents as octets that are equal exactly when the answers are: addresses and shares, SRV fields,
/// RDATA.
using OwnerTypes = std::map<RRType, std::string>;

/// Names that mean some of the instances (zones/snapshot/selection.h) are there with one word each.
///
/// Key: the labels in front of the service name, in wire format without a root; empty: the service name. An
/// owner without types exists all the same (`_tcp`). Allocates; not for workers.
std::map<std::string, OwnerTypes> owners_of(const Block& block);

}  // namespace signpost
