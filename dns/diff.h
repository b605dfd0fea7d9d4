// What changes from one configuration to another: settings, zones, and every record that is known without
// asking a registry: what is written down, and what the state files of the first have of its registries.
#pragma once

#include <string>

#include "dns/check.h"

namespace signpost {

/// For people: a line for each registry that had to be known from a state file, how old that is or why
/// nothing is known; then what differs, or "no difference\n". `every`: all records that differ, else the
/// first of each zone and how many more there are.
std::string compare(const Checked& before, const Checked& after, bool every);

}  // namespace signpost
