// World: what changes between two states of a service mean for ramps and for the guards that watch health.
// The rules are in zones/guard (G4, G6); here they meet the services.
#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "dns/base/log.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

constexpr std::size_t kExamples = 3;

bool is_leaving(const Instance& instance) { return instance.leaving || instance.health == Health::Draining; }

}  // namespace

/// Who is up, by place: two states that are equal here need not be compared further.
HealthSeen HealthSeen::of(const ServiceState& state) {
  HealthSeen seen;
  seen.pattern = 2166136261U ^ static_cast<std::uint32_t>(state.instances.size());  // FNV-1a
  for (const auto& instance : state.instances) {
    const bool up = instance.health == Health::Up;
    seen.up += up ? 1 : 0;
    seen.pattern = (seen.pattern ^ (up ? 1U : is_leaving(instance) ? 2U : 0U)) * 16777619U;
  }
  return seen;
}

/// Before `state` takes the place of what is packed. Costs nothing but HealthSeen::of() where nobody's health
/// changed and no zone ramps.
void World::compare(ServiceId id, const ServiceState& state, const HealthSeen& seen, By by) {
  auto& record = services_[id];
  auto& registry = registries_[record.registry].second;
  if (!registry.synced || state.kind == ServiceKind::Pods) return;
  const bool watch = registry.watches_health && seen != record.seen && !record.packed.empty();
  const bool shares = state.kind == ServiceKind::Instances || composed_.is_member(record.key);
  const bool ramp = registry.ramp_longest > Duration::zero() && shares &&
                    !record.pending;  // its first reading is part of the first list
  if (!watch && !ramp) return;
  ServiceState before;
  if (!record.packed.empty()) before = unpack(record.key, record.packed);
  std::unordered_map<std::string_view, const Instance*> gone;
  for (const auto& instance : before.instances) gone.emplace(instance.id, &instance);
  for (const auto& instance : state.instances) {
    const auto at = gone.find(instance.id);
    if (at == gone.end()) {
      if (ramp) ramps_.begin(id, instance.id);
      continue;
    }
    if (watch) compare(id, *at->second, instance, by);
    gone.erase(at);
  }
  for (const auto& [instance, was] : gone) {
    registry.storm.recovered(id, instance);
    registry.flaps.forget(id, instance);
  }
  if (ramp && !gone.empty()) ramps_.drop(id, [&](const Ramps::Young& one) { return gone.contains(one.id); });
  // Not only on the timer: before what fell ill is shown as such.
  if (watch) look_at_storm(record.registry, seen.up);
}

/// G4 hears of a list only who is well again: the others may have fallen ill one after the other while nobody
/// looked. G6 hears everything, since it shows what it heard last.
void World::compare(ServiceId id, const Instance& before, const Instance& after, By by) {
  const auto& key = services_[id].key;
  auto& registry = registry_of(id);
  const bool was_up = before.health == Health::Up;
  const bool is_up = after.health == Health::Up;
  if (is_leaving(after) || is_leaving(before)) {
    registry.storm.recovered(id, after.id);
    registry.flaps.forget(id, after.id);
    return;
  }
  if (was_up == is_up) return;
  if (is_up) registry.storm.recovered(id, after.id);
  if (!is_up && by == By::Event) registry.storm.fell_ill(id, after.id, clock_.now());
  const bool first = registry.flaps.damped() == 0;
  if (!registry.flaps.changed(id, after.id, before.health, after.health, clock_.now()) || !first) return;
  log::warning("guard.flapping", {{"registry", key.registry},
                                  {"service", key.to_string()},
                                  {"instance", after.id},
                                  {"why",
                                   "its health changed more than 10 times within a minute; one change in "
                                   "2 s is shown until it is quiet for a minute"},
                                  {"at_once", "signpost release " + key.to_string()}});
}

std::string World::some_of(const std::vector<ServiceId>& services) const {
  std::string names;
  for (std::size_t i = 0; i < services.size() && i < kExamples; ++i)
    names += (i == 0 ? "" : ", ") + services_[services[i]].key.to_string();
  if (services.size() > kExamples) names += " and " + std::to_string(services.size() - kExamples) + " more";
  return names;
}

/// `healthy_more`: of the service that is about to be stored, and is not counted.
void World::look_at_storm(std::uint16_t index, std::uint64_t healthy_more) {
  auto& [name, registry] = registries_[index];
  if (registry.storm.is_idle()) return;
  const auto change = registry.storm.look(registry.up + healthy_more, clock_.now());
  if (change == HealthStorm::Change::None) return;
  const bool began = change == HealthStorm::Change::Began;
  const auto& storm = registry.storm;
  const std::vector<ServiceId> hit(storm.hit().begin(), storm.hit().end());
  for (const auto id : hit) mark(id);
  if (began) {
    ++registry.storms;
    log::warning("guard.health_loss",
                 {{"registry", name},
                  {"ill", std::to_string(storm.ill()) + " of " + std::to_string(storm.base()) +
                              " healthy instances within a minute"},
                  {"services", some_of(hit)},
                  {"until", "fewer than 5 % a minute fall ill for 2 min"},
                  {"at_once", "signpost release " + name}});
    return;
  }
  ++registry.storms_over;
  log::info("guard.health_loss_over", {{"registry", name}, {"services", hit.size()}});
}

void World::tick_health() {
  for (std::size_t index = 0; index < registries_.size(); ++index) {
    auto& [name, registry] = registries_[index];
    look_at_storm(static_cast<std::uint16_t>(index), 0);
    if (registry.flaps.is_idle()) continue;
    const bool damped = registry.flaps.damped() > 0;
    for (const auto id : registry.flaps.tick(clock_.now())) mark(id);
    if (damped && registry.flaps.damped() == 0) log::info("guard.flapping_over", {{"registry", name}});
  }
}

/// The next change that a damped instance may show, and when.
void World::settle_flaps(ServiceId id) {
  if (!registry_of(id).flaps.has(id)) return;
  remember_healthy(id);
  if (const auto next = registry_of(id).flaps.settle(id, clock_.now())) revisit(id, *next);
}

/// By the operator: what the registry says of health counts at once.
std::vector<ServiceId> World::release_health(std::uint16_t index, const ServiceId* one) {
  auto& registry = registries_[index].second;
  for (const auto& [id, instance] : registry.flaps.examples(SIZE_MAX)) {
    if (one == nullptr || id == *one) remember_healthy(id);
  }
  auto all = registry.storm.release(one);
  if (!all.empty()) ++registry.storms_released;
  for (const auto id : registry.flaps.release(one)) all.push_back(id);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  for (const auto id : all) mark(id);
  return all;
}

std::vector<HealthGuardStatus> World::health_guards(const RegistryState& registry) const {
  const auto& storm = registry.storm;
  HealthGuardStatus loss;
  loss.guard = "health_loss";
  loss.begun = registry.storms;
  loss.quiet = registry.storms_over;
  loss.released = registry.storms_released;
  if (storm.active()) {
    loss.services = storm.hit().size();
    loss.instances = storm.ill();
    loss.age_seconds = std::chrono::duration<double>(clock_.now() - storm.since()).count();
    for (const auto id : storm.hit()) {
      if (loss.examples.size() == kExamples) break;
      loss.examples.push_back(services_[id].key.to_string());
    }
  }
  HealthGuardStatus flapping;
  flapping.guard = "flapping";
  flapping.instances = registry.flaps.damped();
  flapping.begun = registry.flaps.begun();
  flapping.quiet = registry.flaps.quiet();
  flapping.released = registry.flaps.released();
  flapping.hidden = registry.flaps.hidden();
  std::set<ServiceId> services;
  for (const auto& [id, instance] : registry.flaps.examples(SIZE_MAX)) {
    services.insert(id);
    if (flapping.examples.size() < kExamples)
      flapping.examples.push_back(services_[id].key.to_string() + " " + instance);
  }
  flapping.services = services.size();
  return {std::move(loss), std::move(flapping)};
}

}  // namespace signpost
