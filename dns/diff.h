// What changes from one configuration to another: settings, zones, and every record that is known without
// asking a registry.
#pragma once

#include <string>

#include "dns/check.h"

namespace signpost {

/// For people; "no difference\n" when there is none. `every`: all records that differ, else the first of each
/// zone and how many more there are.
std::string compare(const Checked& before, const Checked& after, bool every);

}  // namespace signpost
