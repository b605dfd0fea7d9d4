// What a registry's options want followed of a cluster. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "backends/kubernetes/cluster.h"
#include "backends/kubernetes/reflector.h"
#include "config/config.h"

namespace signpost::kubernetes {

ClusterOptions cluster_options(const config::KubernetesRegistry& options);

/// Each wanted resource, in all namespaces or in each that is named: real namespaced requests, for which
/// Roles suffice. Namespaces themselves are not asked for where they are named.
std::vector<ReflectorOptions> followed(const config::KubernetesRegistry& options);

/// "endpointslices": for logs and counters.
std::string_view word_of(Resource resource);

}  // namespace signpost::kubernetes
