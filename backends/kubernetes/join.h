// A Service and its EndpointSlices to one whole ServiceState. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "backends/kubernetes/packed.h"
#include "backends/kubernetes/records.h"
#include "backends/registry/service_state.h"

namespace signpost::kubernetes {

/// Where join() asks what is known of an endpoint's Pod; one that is not known has the defaults.
class PodSource {
 public:
  virtual ~PodSource() = default;
  virtual PodFacts pod(std::string_view space, std::string_view name) const = 0;
};

struct JoinOptions {
  const PodSource* pods = nullptr;  // null: endpoints have no weights, versions and tags of Pods
  bool pod_names = false;           // an endpoint without a host name is called as its Pod, if it can be
};

/// `slices`, packed with words of `pool`, may be of any order and overlap: one address (of one cluster, for
/// imports) is one instance, with the ports of all its slices and its best health (slices overlap while the
/// controller moves an endpoint from one to the other). Instances are sorted by address; an instance's id is
/// its address in text, with "@cluster" where that is known. Its weight is its Pod's times its slice's.
/// Instances of an ExternalName are dropped.
ServiceState join(ServiceKey key, ServiceRecord service, std::span<const std::string_view> slices,
                  const Words& pool, const JoinOptions& options = {});

}  // namespace signpost::kubernetes
