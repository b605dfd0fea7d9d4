// What holds for a service in a zone, and what an object of Kubernetes may say of its own answers
// (annotations signpost.dns/...), as far as the zone lets it (DESIGN.md section 3, "Kubernetes weights").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost::policy {

/// What holds for one service in one zone once its wishes were heard.
struct Terms {
  config::Answer answer = {};
  std::uint32_t ttl = 0;  // seconds
  config::HealthPolicy health = config::HealthPolicy::Ready;
  bool weights = true;  // weights of instances and groups count; otherwise every instance weighs 1
  std::uint32_t panic_threshold = 0;                 // percent of those that could answer; 0: none
  std::vector<config::LastResort> last_resort = {};  // in ascending order
  config::Milliseconds ramp{0};                      // 0: none
  config::Locality locality = config::Locality::Off;
  std::uint8_t spill_over = 50;  // percent (config::Zone::spill_over)
};

/// Pure. `annotated`: the registry's words are annotations, so the zone must allow weights too; those of
/// other registries are the registry's own and always count.
Terms terms_of(const ServiceState& state, const config::Zone& zone, bool annotated);

/// One sentence for each wish: taken, moved into the zone's bounds, not allowed, or unable to act. Empty: the
/// service wishes nothing.
std::vector<std::string> explain_wishes(const ServiceState& state, const config::Zone& zone, bool annotated);

}  // namespace signpost::policy
