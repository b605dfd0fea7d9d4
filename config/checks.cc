#include "config/checks.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"

namespace signpost::config {
namespace {

const Registry* find_registry(const Config& config, std::string_view name) {
  const auto same = [&](const Registry& registry) { return registry.name == name; };
  const auto found = std::find_if(config.registries.begin(), config.registries.end(), same);
  return found == config.registries.end() ? nullptr : &*found;
}

/// Where the zone's text names this registry.
Mark mark_of_name(const Node& zone, std::string_view registry) {
  if (const auto* one = zone.find("registry"); one != nullptr && one->value.scalar == registry)
    return one->value.mark;
  if (const auto* several = zone.find("registries")) {
    for (const auto& item : several->value.items) {
      if (item.scalar == registry) return item.mark;
    }
  }
  return zone.mark;
}

/// They are under a misspelt key, or no section: that was reported.
bool are_registries_lost(const Node& written, const Config& config) {
  if (!config.registries.empty()) return false;
  const auto* section = written.find("registries");
  return section == nullptr ? is_misspelt(written, config_table().keys(), "registries")
                            : !section->value.is_null() && !section->value.is_mapping();
}

void check_known_registries(const Node& written, const Config& config, Report& report) {
  std::vector<std::string_view> known;
  for (const auto& registry : config.registries) known.push_back(registry.name);
  const auto* zones = written.find("zones");
  for (std::size_t i = 0; zones != nullptr && i < std::min(zones->value.items.size(), config.zones.size());
       ++i) {
    for (const auto& name : config.zones[i].registries) {
      if (find_registry(config, name) != nullptr) continue;
      report.error(mark_of_name(zones->value.items[i], name),
                   fmt::format("there is no registry {}{}", in_quotes(name),
                               known.empty() ? "; add it under `registries`" : did_you_mean(name, known)));
    }
  }
}

/// Some mistake, reported already, hides which registry is meant: perhaps the one that seems to be unused.
bool is_meant_unclearly(const Zone& zone, const Config& config) {
  const auto is_unknown = [&](const std::string& name) { return find_registry(config, name) == nullptr; };
  const auto has_no_members = [](const ComposedService& service) { return service.members.empty(); };
  const auto names = zone.all_registries();
  const bool says_nothing =
      names.empty() && zone.services.empty() && zone.reverse_of.empty() && !zone.has_static_data();
  return says_nothing || std::any_of(names.begin(), names.end(), is_unknown) ||
         std::any_of(zone.services.begin(), zone.services.end(), has_no_members);
}

void check_used_registries(const Config& config, Report& report) {
  const auto is_unclear = [&](const Zone& zone) { return is_meant_unclearly(zone, config); };
  const auto is_unknown = [&](const std::string& name) { return find_registry(config, name) == nullptr; };
  if (config.zones.empty() || std::any_of(config.zones.begin(), config.zones.end(), is_unclear)) return;
  if (std::any_of(config.clients.nodes.begin(), config.clients.nodes.end(), is_unknown)) return;
  std::unordered_set<std::string> used;
  for (const auto& zone : config.zones) {
    for (const auto& name : zone.all_registries()) used.insert(name);
  }
  used.insert(config.clients.nodes.begin(), config.clients.nodes.end());
  for (const auto& registry : config.registries) {
    if (used.contains(registry.name)) continue;
    report.warning(report.mark(registry.place),
                   fmt::format("no zone uses the registry {}", in_quotes(registry.name)));
  }
}

/// Words that only a Nacos registry understands.
void check_nacos_words(const Node& written, const Config& config, Report& report) {
  const auto* zones = written.find("zones");
  for (std::size_t i = 0; zones != nullptr && i < std::min(zones->value.items.size(), config.zones.size());
       ++i) {
    const auto is_nacos = [&](const std::string& name) {
      const auto* registry = find_registry(config, name);
      return registry == nullptr || !has_type(written, name) ||
             std::holds_alternative<NacosRegistry>(registry->options);
    };
    const auto registries = config.zones[i].all_registries();
    if (std::any_of(registries.begin(), registries.end(), is_nacos)) continue;
    for (const auto* key : {"default_namespace", "default_group"}) {
      if (const auto* entry = zones->value.items[i].find(key)) {
        report.warning(entry->key_mark, fmt::format("{} says nothing here: no registry of this zone is Nacos",
                                                    in_quotes(key)));
      }
    }
  }
}

}  // namespace

bool has_type(const Node& written, const std::string& registry) {
  const auto* registries = written.find("registries");
  const auto* one = registries == nullptr ? nullptr : registries->value.find(registry);
  const auto* type = one == nullptr ? nullptr : one->value.find("type");
  return type != nullptr && (type->value.scalar == "kubernetes" || type->value.scalar == "nacos" ||
                             type->value.scalar == "file");
}

void check_whole(const Node& written, Config& config, Report& report, bool complete) {
  if (complete && !are_registries_lost(written, config)) {
    check_known_registries(written, config, report);
    check_used_registries(config, report);
    check_composed_services(written, config, report);
    check_clients(written, config, report);
  }
  check_nacos_words(written, config, report);
  check_kubernetes_zones(written, config, report);
  check_sampled_ttls(written, config, report);
  check_reverse_zones(written, config, report);
  spell_out_apexes(config, report);
  check_access(written, config, report);
}

}  // namespace signpost::config
