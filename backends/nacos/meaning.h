// From what Nacos said about a service to what the house understands by it (facts: Nacos 3.2, 3.6, A9).
#pragma once

#include "backends/follow/counts.h"
#include "backends/nacos/messages.h"
#include "backends/registry/service_state.h"

namespace signpost::nacos {

/// The whole state. Every element is judged by itself: one that cannot be an address of ours (host name,
/// loopback, port 0 ...) is left out and counted as "skipped" with its reason, the rest is kept. Instances
/// are sorted by id, since servers list them in the order of a hash set.
ServiceState to_state(ServiceKey key, const ServiceInfo& info, follow::Counts& counts);

}  // namespace signpost::nacos
