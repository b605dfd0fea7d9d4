#include "zones/table/beside.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "zones/guard/health_storm.h"
#include "zones/policy/ramp.h"
#include "zones/table/packed_state.h"

namespace signpost {
namespace {

/// By instance: whether it could answer before the last one fell ill. Empty: somebody is well, or nobody ever
/// was.
std::vector<bool> known_last(const Beside& beside, const ServiceState& state, const policy::Terms& terms) {
  if (beside.last_known == nullptr || !wants_last_known(terms)) return {};
  const auto before = unpack(state.key, *beside.last_known);
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

}  // namespace

KeptBeside::KeptBeside(const Beside& of)
    : facts_(of),
      drained_(of.drained != nullptr ? *of.drained : Drains::OfService()),
      young_(of.young != nullptr ? *of.young : std::vector<Ramps::Young>()),
      flaps_(of.flaps != nullptr ? of.flaps->of(of.id) : Flaps()),
      last_known_(of.last_known != nullptr ? *of.last_known : std::string()) {}

Beside KeptBeside::view() const {
  auto view = facts_;
  if (view.drained != nullptr) view.drained = &drained_;
  if (view.young != nullptr) view.young = &young_;
  if (view.flaps != nullptr) view.flaps = &flaps_;
  if (view.last_known != nullptr) view.last_known = &last_known_;
  return view;
}

bool wants_last_known(const policy::Terms& terms) {
  return !terms.last_resort.empty() && terms.last_resort.back() == config::LastResort::LastKnown;
}

YoungById by_id(const std::vector<Ramps::Young>* young) {
  YoungById all;
  if (young == nullptr) return all;
  all.reserve(young->size());
  for (const auto& one : *young) all.emplace(one.id, &one);
  return all;
}

std::optional<Rise> rise_of(const Instance& instance, const Ramps::Young* young, const Beside& beside,
                            Duration ramp) {
  if (const auto warmup = policy::warmup_of(instance, beside.wall)) {
    if (warmup->age >= warmup->length) return std::nullopt;
    return Rise{policy::ramp_part(warmup->age, warmup->length), policy::ramp_step(warmup->length)};
  }
  if (young == nullptr) return std::nullopt;
  const auto age = young->healthy ? Duration(beside.now - *young->healthy) : Duration::zero();
  if (age >= ramp) return std::nullopt;
  return Rise{policy::ramp_part(age, ramp), policy::ramp_step(ramp)};
}

std::vector<policy::Overlay> overlays(const Beside& beside, const ServiceState& state,
                                      const policy::Terms& terms) {
  const bool ramps = terms.ramp.count() > 0;
  std::vector<policy::Overlay> out;
  if (beside.drained == nullptr && !ramps && beside.flaps == nullptr) return out;
  out.resize(state.instances.size());
  const auto young = ramps ? by_id(beside.young) : YoungById();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto& instance = state.instances[i];
    out[i].drained = beside.drained != nullptr && beside.drained->contains(instance.id);
    if (beside.flaps != nullptr) out[i].health = beside.flaps->shown(beside.id, instance.id);
    const auto rise = ramps ? rise_of(instance, entry_of(young, instance), beside, terms.ramp) : std::nullopt;
    if (rise) out[i].ramp = rise->part;
  }
  return out;
}

policy::Candidates candidates(const Beside& beside, const ServiceState& state, const policy::Terms& terms) {
  auto out = policy::candidates_of(state);
  out.overlays = overlays(beside, state, terms);
  out.last_known = known_last(beside, state, terms);
  if (beside.storm) out.panic_floor = HealthStorm::kPanicPercent;
  return out;
}

void explain_drains(const Beside& beside, const ServiceState& state, std::vector<std::string>& reasons) {
  if (beside.drained == nullptr) return;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const auto at = beside.drained->find(state.instances[i].id);
    if (at == beside.drained->end()) continue;
    if (at->second) {
      const auto left = std::chrono::ceil<std::chrono::seconds>(*at->second - beside.now);
      reasons[i] += ", for another " + std::to_string(left.count()) + " s";
    }
    reasons[i] += "; `signpost undrain " + state.key.to_string() + " " + at->first + "` ends it";
  }
}

}  // namespace signpost
