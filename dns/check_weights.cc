#include "dns/check_weights.h"

#include "zones/compose/words.h"

namespace signpost {
namespace {

/// Whoever has weight 0 does not answer, so it does not count.
bool differ(const std::vector<double>& weights) {
  double first = 0;
  for (const auto weight : weights) {
    if (first > 0 && weight > 0 && weight != first) return true;
    if (weight > 0) first = weight;
  }
  return false;
}

/// Do the instances that could answer have different weights?
bool is_weighted(const ServiceState& service, const std::vector<config::Word>& select = {}) {
  std::vector<double> weights;
  for (const auto& instance : service.instances) {
    if (instance.enabled && compose::unlike(instance, select).empty()) weights.push_back(instance.weight);
  }
  return differ(weights);
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

/// A member of a composed service whose instances have unequal weights; empty: none that can be known without
/// its registries. Parts by member or group are written in the configuration, which warns of them itself.
std::string weighted_member(const config::ComposedService& service, const FileServices& services) {
  const bool divided = service.combine == config::Combine::Share || !service.groups.weights.empty();
  if (divided) return "";
  for (const auto& member : service.members) {
    const auto states = services.find(member.registry);
    if (states == services.end()) continue;
    for (const auto& state : states->second) {
      if (state.key.name == member.service && is_weighted(state, member.select))
        return member.service + " of registry " + member.registry;
    }
  }
  return "";
}

constexpr const char* kLost =
    " unequal weights, which `answer: order` loses behind any forwarder for all but SRV clients; `answer: "
    "sample 1` keeps them";

bool is_order(const config::Answer& answer) { return answer.mode == config::AnswerMode::Order; }

}  // namespace

std::vector<std::string> warn_of_lost_weights(const config::Config& config, const FileServices& services) {
  std::vector<std::string> warnings;
  for (const auto& zone : config.zones) {
    for (const auto& service : zone.services) {
      const auto member = is_order(service.answer) ? weighted_member(service, services) : "";
      if (member.empty()) continue;
      warnings.push_back(service.place.to_string() + ": service " + service.name + " of zone " + zone.name +
                         ": " + member + " has" + kLost);
    }
    if (!is_order(zone.answer) || zone.is_reverse()) continue;
    const auto found = weighted_services(zone, services);
    if (found.count == 0) continue;
    const auto others =
        found.count == 1 ? std::string{} : " and " + std::to_string(found.count - 1) + " more services";
    warnings.push_back(zone.place.to_string() + ": zone " + zone.name + ": " + found.first + others +
                       (found.count == 1 ? " has" : " have") + kLost);
  }
  return warnings;
}

}  // namespace signpost
