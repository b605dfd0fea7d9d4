// Which registries say where clients are, and who asks for it.
#include <algorithm>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/names.h"

namespace signpost::config {
namespace {

/// The registry must be there, and be one that has Nodes; then it asks for them.
void want_nodes(const std::string& name, Mark mark, Config& config, Report& report) {
  std::vector<std::string_view> known;
  for (auto& registry : config.registries) {
    known.push_back(registry.name);
    if (registry.name != name) continue;
    if (auto* kubernetes = std::get_if<KubernetesRegistry>(&registry.options)) {
      kubernetes->watch_nodes = true;
    } else {
      report.error(mark,
                   fmt::format("the registry {} has no Nodes; `nodes` takes registries of type kubernetes",
                               in_quotes(name)));
    }
    return;
  }
  report.error(mark, fmt::format("there is no registry {}{}", in_quotes(name),
                                 known.empty() ? "; add it under `registries`" : did_you_mean(name, known)));
}

/// `written`: a zone or a composed service.
void warn_of_nowhere(const Node& written, Locality locality, Report& report) {
  const auto* entry = written.find("locality");
  if (entry == nullptr || locality != Locality::Prefer) return;
  report.warning(entry->value.mark,
                 "nobody knows where clients are: say so under `clients`, as `zones` or by `nodes`");
}

}  // namespace

void check_clients(const Node& written, Config& config, Report& report) {
  const auto* clients = written.find("clients");
  const auto* nodes = clients == nullptr ? nullptr : clients->value.find("nodes");
  for (const auto& name : config.clients.nodes) {
    const auto& items = nodes->value.items;
    const auto item =
        std::find_if(items.begin(), items.end(), [&](const Node& one) { return one.scalar == name; });
    want_nodes(name, item == items.end() ? nodes->key_mark : item->mark, config, report);
  }
  if (!config.clients.zones.empty() || !config.clients.nodes.empty()) return;
  const auto* zones = written.find("zones");
  for (std::size_t i = 0; zones != nullptr && i < std::min(zones->value.items.size(), config.zones.size());
       ++i) {
    const auto& zone = zones->value.items[i];
    warn_of_nowhere(zone, config.zones[i].locality, report);
    const auto* services = zone.find("services");
    const auto& composed = config.zones[i].services;
    for (std::size_t s = 0;
         services != nullptr && s < std::min(services->value.items.size(), composed.size()); ++s)
      warn_of_nowhere(services->value.items[s], composed[s].locality, report);
  }
}

}  // namespace signpost::config
