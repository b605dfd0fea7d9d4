// A Service and its EndpointSlices to one whole ServiceState. Pure.
#pragma once

#include <span>
#include <string>

#include "backends/kubernetes/records.h"
#include "backends/registry/service_state.h"

namespace signpost::kubernetes {

/// `slices` may be of any order and overlap: one address is one instance, with the ports of all its slices
/// and its best health (slices overlap while the controller moves an endpoint from one to the other).
/// Instances are sorted by address; an instance's id is its address in text. Instances of an ExternalName are
/// dropped.
ServiceState join(ServiceKey key, const ServiceRecord& service, std::span<const SliceRecord* const> slices);

}  // namespace signpost::kubernetes
