#include "dns/admin/metrics_registry.h"

#include <algorithm>
#include <array>
#include <utility>

namespace signpost::admin {
namespace {

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

void guard_families(Exposition& page, const std::string& registry, const GuardStatus& guard) {
  const Exposition::Labels labels{{"registry", registry}, {"guard", to_string(guard.guard)}};
  page.gauge("guard_held_services", "Services shown with more than their registry tells, by the guard.",
             labels, number(guard.services));
  page.gauge("guard_held_instances", "Instances of them that the registry does not tell any more.", labels,
             number(guard.instances));
  page.counter("guard_holds_total", "Services that the guard began to hold.", labels,
               number(guard.counts.begun));
  for (std::size_t i = 0; i < kHoldEndCount; ++i) {
    auto reasons = labels;
    reasons.emplace_back("reason", to_string(static_cast<HoldEnd>(i)));
    page.counter("guard_released_total", "Services that the guard holds no more, by what ended it.", reasons,
                 number(guard.counts.ended[i]));
  }
}

/// Of a registry's services, or of a zone's composed ones: `of` says which.
void doubt_families(Exposition& page, const char* of, const std::string& name, const DoubtStatus& row) {
  const Exposition::Labels labels{{of, name}, {"rule", policy::to_string(row.doubt)}};
  page.gauge("rescued_services", "Services where instances answer that health alone would drop, by the rule.",
             labels, number(row.services));
  page.counter("rescues_total", "Times that services began to answer so.", labels, number(row.times));
}

void health_guard_families(Exposition& page, const std::string& registry, const HealthGuardStatus& guard) {
  const Exposition::Labels labels{{"registry", registry}, {"guard", guard.guard}};
  page.gauge("guard_health_services", "Services of which a guard does not believe the health at once.",
             labels, number(guard.services));
  page.gauge("guard_health_instances", "Instances that fell ill within a minute; those that are damped.",
             labels, number(guard.instances));
  page.counter("guard_health_begun_total", "Times that the guard began; instances that it damped.", labels,
               number(guard.begun));
  const std::pair<const char*, std::uint64_t> ends[] = {{"quiet", guard.quiet}, {"operator", guard.released}};
  for (const auto& [reason, count] : ends) {
    page.counter("guard_health_ended_total", "The same, ended, by what ended it.",
                 {{"registry", registry}, {"guard", guard.guard}, {"reason", reason}}, number(count));
  }
  page.counter("guard_health_hidden_changes_total", "Changes of health that were not shown.", labels,
               number(guard.hidden));
}

void opinion_family(Exposition& page, const std::string& registry, const OpinionCounts& opinions) {
  const std::pair<const char*, std::uint64_t> outcomes[] = {{"gone_too", opinions.gone_too},
                                                            {"still_there", opinions.still_there},
                                                            {"unsure", opinions.unsure},
                                                            {"failed", opinions.failed}};
  for (const auto& [outcome, count] : outcomes) {
    page.counter("guard_second_opinions_total",
                 "Held services that another server was asked about, by what came of it; failed: questions.",
                 {{"registry", registry}, {"outcome", outcome}}, number(count));
  }
}

/// CoreDNS' name and buckets; it has no label for the registry, since it has one.
void programming_family(Exposition& page, const RegistryStatus& registry) {
  std::array<double, ProgrammingTimes::kBounds> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i)
    bounds[i] = 0.001 * static_cast<double>(std::uint64_t{1} << i);
  const auto kind = [&](const char* word, const ProgrammingTimes& times) {
    page.histogram("kubernetes_dns_programming_duration_seconds",
                   "Changes of endpoints, from their trigger to the snapshot that answers with them.",
                   {{"registry", registry.name}, {"service_kind", word}}, bounds, times.buckets,
                   times.seconds);
  };
  kind("cluster_ip", registry.programmed_cluster_ip);
  kind("headless_with_selector", registry.programmed_headless);
}

}  // namespace

void registry_family(Exposition& page, const RegistryStatus& registry) {
  const Exposition::Labels labels{{"registry", registry.name}};
  page.gauge("registry_connected", "1 while the registry is live.", labels,
             registry.phase == RegistryPhase::Live || registry.phase == RegistryPhase::Held);
  for (const auto phase : kRegistryPhases) {
    page.gauge("registry_state", "1 for the state the registry is in.",
               {{"registry", registry.name}, {"state", to_string(phase)}}, registry.phase == phase);
  }
  if (registry.restored_age_seconds >= 0) {
    page.gauge("registry_snapshot_age_seconds",
               "Of the state file that answers until the registry has listed.", labels,
               registry.restored_age_seconds);
  }
  page.gauge("registry_listed", "1 after the first complete list; never 0 again.", labels, registry.synced);
  if (registry.last_event_age_seconds >= 0) {
    page.gauge("registry_last_event_age_seconds", "Since the last proof of life.", labels,
               registry.last_event_age_seconds);
  }
  page.counter("registry_lists_total", "Complete lists taken.", labels, number(registry.lists));
  page.counter("registry_events_total", "Changes of services taken.", labels, number(registry.events));
  page.gauge("registry_services", "Services known.", labels, number(registry.services));
  if (registry.namespaces + registry.imports > 0) {
    page.gauge("registry_namespaces", "Kubernetes namespaces known.", labels, number(registry.namespaces));
    page.gauge("registry_pods", "Pods known, where they are watched.", labels, number(registry.pods));
    page.gauge("registry_service_imports", "ServiceImports known.", labels, number(registry.imports));
    programming_family(page, registry);
  }
  page.gauge("registry_services_pending", "Services listed but not yet read.", labels,
             number(registry.pending));
  page.gauge("registry_services_unpublished", "Services without any name in DNS.", labels,
             number(registry.unpublished));
  for (const auto& guard : registry.guards) guard_families(page, registry.name, guard);
  opinion_family(page, registry.name, registry.opinions);
  for (const auto& guard : registry.health_guards) health_guard_families(page, registry.name, guard);
  for (const auto& row : registry.doubts) doubt_families(page, "registry", registry.name, row);
  for (std::size_t i = 0; i < kHealthCount; ++i) {
    page.gauge("registry_instances_by_health", "Instances known, by the health that the registry tells.",
               {{"registry", registry.name}, {"health", to_string(static_cast<signpost::Health>(i))}},
               number(registry.by_health[i]));
  }
  page.durations(
      "registry_event_to_answer_seconds",
      "Changes of services, from the moment they were taken to the snapshot that answers with them.", labels,
      registry.lag);
  const auto withheld = registry.instances - std::min(registry.instances, registry.eligible);
  page.gauge("registry_instances", "Instances known, by whether policy lets them answer.",
             {{"registry", registry.name}, {"state", "eligible"}}, number(registry.eligible));
  page.gauge("registry_instances", "Instances known, by whether policy lets them answer.",
             {{"registry", registry.name}, {"state", "withheld"}}, number(withheld));
}

void zone_family(Exposition& page, const ZoneStatus& zone) {
  const Exposition::Labels labels{{"zone", zone.name}};
  page.gauge("zone_serial", "SOA serial.", labels, zone.serial);
  page.gauge("zone_services", "Service names published.", labels, number(zone.services));
  page.gauge("zone_collisions", "Names that a static record or another service won.", labels,
             number(zone.collisions));
  page.gauge("zone_cold", "1 while names of the zone answer SERVFAIL.", labels, zone.cold);
  page.gauge("zone_held", "1 while a guard holds something of a registry of the zone.", labels, zone.held);
  for (const auto& row : zone.doubts) doubt_families(page, "zone", zone.name, row);
  if (!zone.spill) return;
  page.gauge("locality_spilling_services",
             "Services that answer clients of some zone beyond that zone (`locality: prefer`).", labels,
             number(zone.spill->services));
  page.gauge("locality_spilling_client_zones", "Zones of clients that they answer so, of all of them.",
             labels, number(zone.spill->client_zones));
}

void on_query_families(Exposition& page, const std::string& registry, const OnQueryReport& report) {
  const auto names = [&](const char* state, std::size_t count) {
    page.gauge("registry_on_query_names", "Names that queries asked the registry for, by what it said.",
               {{"registry", registry}, {"state", state}}, number(count));
  };
  names("asking", report.asking);
  names("there", report.there);
  names("absent", report.absent);
  page.gauge("registry_on_query_services", "Services followed because a query asked for them.",
             {{"registry", registry}}, number(report.subscriptions));
}
}  // namespace signpost::admin
