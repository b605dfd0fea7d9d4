// What is shown of a service while a part of it is held.
#pragma once

#include <vector>

#include "backends/registry/service_state.h"

namespace signpost {

/// Those of `shown` that `told` does not have, in their order. An instance is the same process by its
/// addresses, ports and cluster, since a restarted server may give it another id.
std::vector<Instance> absent_from(const std::vector<Instance>& shown, const std::vector<Instance>& told);

/// `told` with the kept instances behind its own.
ServiceState with_kept(ServiceState told, std::vector<Instance> kept);

}  // namespace signpost
