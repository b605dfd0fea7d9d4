// Members of composed services that a services file does not have: a typing mistake, most likely.
#pragma once

#include <string>
#include <vector>

#include "dns/check_weights.h"

namespace signpost {

/// One warning for each. What other registries hold is not known without them; and a file may get the service
/// later, so it is no error.
std::vector<std::string> warn_of_missing_members(const config::Config& config, const FileServices& services);

}  // namespace signpost
