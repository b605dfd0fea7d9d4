// Static data from presentation text: what a scenario writes instead of a file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "zones/files/static_zone.h"

namespace signpost::test {

/// As zones/files reads the lines of a master file (TTL 3600 where none is written); the test fails at what
/// it refuses. No lines: no records.
std::shared_ptr<const StaticZone> static_zone(const std::string& apex, const std::vector<std::string>& lines);

}  // namespace signpost::test
