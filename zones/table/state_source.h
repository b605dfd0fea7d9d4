// Whose a state file is, as far as the configuration tells.
#pragma once

#include "config/config.h"
#include "zones/state/format.h"

namespace signpost {

/// Options that say where a registry is and what of it is read, hashed; no secrets, and nothing that says
/// how (intervals, protocols, files of keys). The identity is empty: the registry tells it.
state::Source state_source(const config::Registry& registry);

}  // namespace signpost
