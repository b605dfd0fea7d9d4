// From the configuration to what the workers go by.
#pragma once

#include "config/config.h"
#include "dns/query/rules.h"

namespace signpost {

/// The configuration was checked. Main thread, at start and at each reload.
Rules make_rules(const config::Config& config, const CookieSecrets& cookies);

}  // namespace signpost
