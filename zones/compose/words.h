// What tells instances apart, by the keys that a configuration names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost::compose {

/// Empty: it has all of the words. Otherwise the first that it has not: "its version is v1, not v2".
std::string unlike(const Instance& instance, const std::vector<config::Word>& select);

}  // namespace signpost::compose
