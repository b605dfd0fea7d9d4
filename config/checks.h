// What can only be seen with the whole configuration in hand: zones against registries, zones against each
// other.
#pragma once

#include "config/config.h"
#include "config/node.h"
#include "config/report.h"

namespace signpost::config {

/// `written` is the text that `config` was read from; element i of its `zones` is config.zones[i].
void check_whole(const Node& written, const Config& config, Report& report);

}  // namespace signpost::config
