#include "dns/check_weights.h"

namespace signpost {
namespace {

/// Do the instances that could answer have different weights? One of weight 0 does not answer, so it does not
/// count.
bool is_weighted(const ServiceState& service) {
  double weight = 0;
  for (const auto& instance : service.instances) {
    if (!instance.enabled || instance.weight <= 0) continue;
    if (weight > 0 && instance.weight != weight) return true;
    weight = instance.weight;
  }
  return false;
}

struct Weighted {
  std::string first;  // "cart of registry local"
  std::size_t count = 0;
};

Weighted weighted_services(const config::Zone& zone, const FileServices& services) {
  Weighted found;
  for (const auto& registry : zone.registries) {
    const auto states = services.find(registry);
    if (states == services.end()) continue;
    for (const auto& service : states->second) {
      if (!is_weighted(service)) continue;
      if (found.count++ == 0) found.first = service.key.name + " of registry " + registry;
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> warn_of_lost_weights(const config::Config& config, const FileServices& services) {
  std::vector<std::string> warnings;
  for (const auto& zone : config.zones) {
    if (zone.answer.mode != config::AnswerMode::Order || zone.is_reverse()) continue;
    const auto found = weighted_services(zone, services);
    if (found.count == 0) continue;
    const auto others =
        found.count == 1 ? std::string{} : " and " + std::to_string(found.count - 1) + " more services";
    warnings.push_back(zone.place.to_string() + ": zone " + zone.name + ": " + found.first + others +
                       (found.count == 1 ? " has" : " have") +
                       " unequal weights, which `answer: order` loses behind any forwarder for all but SRV "
                       "clients; `answer: sample 1` keeps them");
  }
  return warnings;
}

}  // namespace signpost
