// From the configuration to the table that says in which zone a client is.
#pragma once

#include <memory>
#include <vector>

#include "backends/registry/registry_sink.h"
#include "config/config.h"
#include "zones/snapshot/client_zones.h"

namespace signpost {

/// Null where nobody's zone is known. `told`: what registries tell (RegistrySink::place_clients()), the
/// preferred first; of one prefix what is written counts, then who comes first. The zones' names are folded
/// as those of instances are, so that both meet in one word.
std::shared_ptr<const ClientZones> make_client_zones(
    const config::Clients& clients, const std::vector<const std::vector<ClientNetwork>*>& told);

}  // namespace signpost
