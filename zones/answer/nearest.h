// What somebody may have meant who asked for a name that does not exist.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dns/wire/name.h"

namespace signpost {

struct Snapshot;

inline constexpr std::size_t kNearestMax = 3;

/// Names that exist, at most kNearestMax, the likeliest first; empty: nothing is like it. A zone's name with
/// a slip in it is mended; inside a zone those that a few slips make of `name`, or the ports of the service
/// that was met; where there are none, names with the same first label, of its zone or else of any.
///
/// Any thread but a worker; takes no lock. Walks over the names of the snapshot, at most a million of them:
/// what 100,000 services with three names each take is in the README.
std::vector<std::string> nearest_names(const Snapshot& snapshot, const Name& name);

}  // namespace signpost
