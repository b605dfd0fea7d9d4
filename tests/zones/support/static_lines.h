// Static data from presentation text, by ldns: what a scenario writes instead of a file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "zones/files/static_zone.h"

namespace signpost::test {

/// One record a line, every name absolute, in any order; the test fails at a line that ldns does not take.
/// Nothing is dropped, not even what is below a delegation.
std::shared_ptr<const StaticZone> static_zone(const std::string& apex, const std::vector<std::string>& lines);

}  // namespace signpost::test
