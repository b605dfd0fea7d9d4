// From what Nacos said about a service to what the house understands by it (facts: Nacos 3.2, 3.4, 3.6, A8,
// A9).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/messages.h"
#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost::nacos {

/// One owner, one thread; `counts` outlives it.
class Meaning {
 public:
  struct Options {
    config::ProtectedHealth protection = config::ProtectedHealth::All;
    config::NacosMetadata keys;
  };

  Meaning(Options options, follow::Counts& counts) : options_(std::move(options)), counts_(counts) {}

  /// The whole state. Every element is judged by itself: one that cannot be an address of ours (host name,
  /// loopback, port 0 ...) is left out, counted as "skipped" with its reason and remembered by name, the rest
  /// is kept. Instances are sorted by id, since servers list them in the order of a hash set.
  ServiceState state_of(ServiceKey key, const ServiceInfo& info);
  /// The service is gone: nothing of it is remembered.
  void forget(const ServiceKey& key);

 private:
  void believe_health(ServiceState& state);

  Options options_;
  follow::Counts& counts_;
  /// last_known: who was seen unhealthy when health was last to be seen, as sorted ids; only services with
  /// such.
  std::map<ServiceKey, std::vector<std::string>> unhealthy_;
};

}  // namespace signpost::nacos
