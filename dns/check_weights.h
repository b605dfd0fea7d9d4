// Weights that are written down and will not reach everybody: seen before anything starts.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost {

/// What file registries hold, by the registry's name.
using FileServices = std::unordered_map<std::string, std::vector<ServiceState>>;

/// One warning for each zone, and for each composed service, that shows unequal weights in an order: a
/// forwarder reshuffles it, so only clients that ask us, or that honour SRV, get the shares
/// (zones/answer/SHARES.md). What other registries hold is not known without them.
std::vector<std::string> warn_of_lost_weights(const config::Config& config, const FileServices& services);

}  // namespace signpost
