// From the configuration to what the workers go by.
#pragma once

#include "config/config.h"
#include "dns/query/rules.h"

namespace signpost {

/// The configuration was checked. Main thread, at start and at each reload. `before`: the rules until now, or
/// null; what they counted for rate limits goes on counting unless the limits are others.
Rules make_rules(const config::Config& config, const CookieSecrets& cookies, const Rules* before = nullptr);

}  // namespace signpost
