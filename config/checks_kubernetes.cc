// What a zone wants of its Kubernetes registries against what they watch.
#include <algorithm>

#include <fmt/format.h>

#include "config/checks.h"

namespace signpost::config {
namespace {

using Registries = std::vector<const Registry*>;

/// Those of `names` that are there; one that is not was reported.
Registries registries_of(const std::vector<std::string>& names, const Config& config) {
  Registries found;
  for (const auto& registry : config.registries) {
    if (std::find(names.begin(), names.end(), registry.name) != names.end()) found.push_back(&registry);
  }
  return found;
}

const KubernetesRegistry* kubernetes(const Registry* registry) {
  return std::get_if<KubernetesRegistry>(&registry->options);
}

void check_words(const Node& written, std::initializer_list<const char*> keys, const Registries& registries,
                 Report& report) {
  if (registries.empty() || std::any_of(registries.begin(), registries.end(), kubernetes)) return;
  for (const auto* key : keys) {
    if (const auto* entry = written.find(key)) {
      report.warning(
          entry->key_mark,
          fmt::format("{} says nothing here: no registry of this zone is Kubernetes", in_quotes(key)));
    }
  }
}

/// What `key` asks for needs `option` on each Kubernetes registry of the zone.
void check_needs(const Node& written, const char* key, const Registries& registries,
                 bool KubernetesRegistry::*option, const char* remedy, Report& report) {
  const auto* entry = written.find(key);
  if (entry == nullptr) return;
  for (const auto* registry : registries) {
    const auto* options = kubernetes(registry);
    if (options == nullptr || options->*option) continue;
    report.error(entry->value.mark, fmt::format("`{}: {}` needs `{}` at the registry {}", key,
                                                entry->value.scalar, remedy, in_quotes(registry->name)));
  }
}

}  // namespace

void check_kubernetes_zones(const Node& written, const Config& config, Report& report) {
  const auto* zones = written.find("zones");
  if (zones == nullptr) return;
  for (std::size_t i = 0; i < std::min(zones->value.items.size(), config.zones.size()); ++i) {
    const auto& zone = config.zones[i];
    if (zone.name.empty() || zone.is_reverse()) continue;
    const auto& node = zones->value.items[i];
    const auto names = zone.all_registries();
    const auto is_clear = [&](const std::string& name) { return has_type(written, name); };
    if (!std::all_of(names.begin(), names.end(), is_clear)) continue;
    const auto registries = registries_of(zone.registries, config);
    check_words(node, {"layout", "pod_names", "empty_services", "external_headless"}, registries, report);
    // The weights of objects count where these are members of composed services, too.
    check_words(node, {"annotations"}, registries_of(names, config), report);
    if (zone.pod_names == PodNames::Verified && zone.layout == Layout::Cluster) {
      check_needs(node, "pod_names", registries, &KubernetesRegistry::watch_pods, "pods: watch", report);
    }
    if (zone.layout == Layout::Clusterset) {
      check_needs(node, "layout", registries, &KubernetesRegistry::multicluster, "multicluster: on", report);
    }
  }
}

}  // namespace signpost::config
