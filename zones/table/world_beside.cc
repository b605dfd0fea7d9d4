// World: what stands beside a service's state when it is decided who answers (beside.h), and what of it
// changes with the decision.
#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {

/// Before anything of the service changes: who is healthy now may be who was healthy last. By what is shown
/// of those that flap, since that is what everybody was told.
void World::remember_healthy(ServiceId id) {
  const auto& record = services_[id];
  if (record.healthy != HeldRecord::Healthy::Yes || last_known_.find(id) != nullptr) return;
  const auto& flaps = registry_of(id).flaps;
  if (!flaps.has(id)) return last_known_.note(id, record.packed);
  auto state = unpack(record.key, record.packed);
  for (auto& instance : state.instances)
    instance.health = flaps.shown(id, instance.id).value_or(instance.health);
  last_known_.note(id, pack(state));
}

Beside World::beside(ServiceId id) const {
  const auto& registry = registries_[services_[id].registry].second;
  Beside out;
  out.id = id;
  out.drained = drains_.find(services_[id].key);
  out.young = ramps_.find(id);
  if (registry.flaps.has(id)) out.flaps = &registry.flaps;
  out.last_known = last_known_.find(id);
  out.storm = registry.storm.affects(id);
  out.now = clock_.now();
  out.wall = clock_.wall();
  return out;
}

policy::Candidates World::candidates(ServiceId id, const ServiceState& state,
                                     const policy::Terms& terms) const {
  return signpost::candidates(beside(id), state, terms);
}

/// The ramps of those that are healthy now begin; the service is looked at again at the next step of the
/// earliest. Steps are at the same times for all, so that many new instances are not many publishes.
void World::climb(ServiceId id, const ServiceState& state, const policy::Terms& terms,
                  const policy::Decision& decision) {
  const auto around = beside(id);
  const auto now = around.now;
  const auto eligible = [&](std::size_t i) { return decision.by_health()[i] == policy::Verdict::Eligible; };
  if (auto* young = ramps_.find(id); young != nullptr) {
    std::unordered_set<std::string_view> well;
    for (std::size_t i = 0; i < state.instances.size(); ++i) {
      if (eligible(i)) well.insert(state.instances[i].id);
    }
    for (auto& one : *young) {
      if (!one.healthy && well.contains(one.id)) one.healthy = now;
    }
  }
  const auto young = by_id(around.young);
  std::optional<Duration> step;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (!eligible(i)) continue;
    const auto rise = rise_of(state.instances[i], entry_of(young, state.instances[i]), around, terms.ramp);
    if (rise) step = std::min(step.value_or(rise->step), rise->step);
  }
  if (step) revisit(id, now - now.time_since_epoch() % *step + *step);
  const auto longest = registries_[services_[id].registry].second.ramp_longest;
  ramps_.drop(id, [&](const Ramps::Young& one) { return one.healthy && now - *one.healthy >= longest; });
}

}  // namespace signpost
