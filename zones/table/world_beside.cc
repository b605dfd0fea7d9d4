// World: what stands beside a service's state when it is decided who answers: the operator's drains, ramps,
// damped health, a storm of illness, and who was healthy last.
#include <algorithm>
#include <set>

#include "zones/policy/ramp.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {

bool World::wants_last_known(const policy::Terms& terms) {
  return !terms.last_resort.empty() && terms.last_resort.back() == config::LastResort::LastKnown;
}

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

/// By instance: whether it could answer before the last one fell ill. Empty: somebody is well, or nobody ever
/// was.
std::vector<bool> World::known_last(ServiceId id, const ServiceState& state,
                                    const policy::Terms& terms) const {
  const auto* packed = last_known_.find(id);
  if (packed == nullptr || !wants_last_known(terms)) return {};
  const auto before = unpack(services_[id].key, *packed);
  auto alone = terms;
  alone.last_resort.clear();
  alone.panic_threshold = 0;
  const auto decision = policy::decide(policy::candidates_of(before), alone);
  std::set<std::string_view> healthy;
  for (std::size_t i = 0; i < before.instances.size(); ++i) {
    if (decision.verdicts[i] == policy::Verdict::Eligible) healthy.insert(before.instances[i].id);
  }
  std::vector<bool> known;
  for (const auto& instance : state.instances) known.push_back(healthy.contains(instance.id));
  return known;
}

/// What part of its weight the instance has, and when it gets more; nullopt: it has all.
std::optional<World::Rise> World::rise_of(const Instance& instance, const std::vector<Ramps::Young>* young,
                                          Duration ramp) const {
  const auto now = clock_.now();
  if (const auto warmup = policy::warmup_of(instance, clock_.wall())) {
    if (warmup->age >= warmup->length) return std::nullopt;
    return Rise{policy::ramp_part(warmup->age, warmup->length), policy::ramp_step(warmup->length)};
  }
  if (young == nullptr) return std::nullopt;
  const auto at = std::find_if(young->begin(), young->end(),
                               [&](const Ramps::Young& one) { return one.id == instance.id; });
  if (at == young->end()) return std::nullopt;
  const auto age = at->healthy ? Duration(now - *at->healthy) : Duration::zero();
  if (age >= ramp) return std::nullopt;
  return Rise{policy::ramp_part(age, ramp), policy::ramp_step(ramp)};
}

std::vector<policy::Overlay> World::overlays(ServiceId id, const ServiceState& state,
                                             const policy::Terms& terms) const {
  const auto& record = services_[id];
  const auto& flaps = registries_[record.registry].second.flaps;
  const auto* drained = drains_.find(record.key);
  const auto* young = ramps_.find(id);
  const bool ramps = terms.ramp.count() > 0;
  const bool flapping = flaps.has(id);
  std::vector<policy::Overlay> out;
  if (drained == nullptr && !ramps && !flapping) return out;
  out.resize(state.instances.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto& instance = state.instances[i];
    out[i].drained = drained != nullptr && drained->contains(instance.id);
    if (flapping) out[i].health = flaps.shown(id, instance.id);
    const auto rise = ramps ? rise_of(instance, young, terms.ramp) : std::nullopt;
    if (rise) out[i].ramp = rise->part;
  }
  return out;
}

policy::Candidates World::candidates(ServiceId id, const ServiceState& state,
                                     const policy::Terms& terms) const {
  auto out = policy::candidates_of(state);
  out.overlays = overlays(id, state, terms);
  out.last_known = known_last(id, state, terms);
  if (registries_[services_[id].registry].second.storm.affects(id))
    out.panic_floor = HealthStorm::kPanicPercent;
  return out;
}

/// The ramps of those that are healthy now begin; the service is looked at again at the next step of the
/// earliest. Steps are at the same times for all, so that many new instances are not many publishes.
void World::climb(ServiceId id, const ServiceState& state, const policy::Terms& terms,
                  const policy::Decision& decision) {
  const auto now = clock_.now();
  auto* young = ramps_.find(id);
  std::optional<Duration> step;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.by_health()[i] != policy::Verdict::Eligible) continue;
    const auto& instance = state.instances[i];
    if (young != nullptr) {
      for (auto& one : *young) {
        if (one.id == instance.id && !one.healthy) one.healthy = now;
      }
    }
    const auto rise = rise_of(instance, young, terms.ramp);
    if (rise) step = std::min(step.value_or(rise->step), rise->step);
  }
  if (step) revisit(id, now - now.time_since_epoch() % *step + *step);
  const auto longest = registries_[services_[id].registry].second.ramp_longest;
  ramps_.drop(id, [&](const Ramps::Young& one) { return one.healthy && now - *one.healthy >= longest; });
}

}  // namespace signpost
