#include "zones/policy/policy.h"

#include <algorithm>
#include <cmath>

namespace signpost::policy {

namespace {

using config::HealthPolicy;

/// An instance is judged by the first step that drops it.
void drop(Decision& decision, std::size_t i, Verdict why) {
  if (decision.verdicts[i] == Verdict::Eligible) decision.verdicts[i] = why;
}

void drop_disabled(const ServiceState& state, HealthPolicy, Decision& decision) {
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (!state.instances[i].enabled) drop(decision, i, Verdict::Disabled);
  }
}

/// Backends deliver finite weights; anything else must not reach the arithmetic.
bool has_no_weight(const Instance& instance) {
  return !(instance.weight > 0) || !std::isfinite(instance.weight);
}

/// Health does not count here: otherwise the one healthy instance, drained by weight 0 while the others are
/// down, would suddenly get everything.
void drop_weight_zero(const ServiceState& state, HealthPolicy, Decision& decision) {
  const auto enabled = [](const Instance& instance) { return instance.enabled; };
  const auto weightless = [](const Instance& instance) {
    return !instance.enabled || has_no_weight(instance);
  };
  decision.all_weights_zero = std::any_of(state.instances.begin(), state.instances.end(), enabled) &&
                              std::all_of(state.instances.begin(), state.instances.end(), weightless);
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.all_weights_zero) {
      decision.weights[i] = 1;
    } else if (has_no_weight(state.instances[i])) {
      drop(decision, i, Verdict::WeightZero);
    }
  }
}

Verdict judge(Health health, HealthPolicy policy) {
  if (policy == HealthPolicy::Any) return Verdict::Eligible;
  switch (health) {
    case Health::Up:
      return Verdict::Eligible;
    case Health::Draining:
      return policy == HealthPolicy::Serving ? Verdict::Eligible : Verdict::Draining;
    case Health::Down:
      return Verdict::Down;
    case Health::Unknown:
      return policy == HealthPolicy::Strict ? Verdict::Unknown : Verdict::Eligible;
  }
  return Verdict::Unknown;
}

void drop_unhealthy(const ServiceState& state, HealthPolicy policy, Decision& decision) {
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    const auto verdict = judge(state.instances[i].health, policy);
    if (verdict != Verdict::Eligible) drop(decision, i, verdict);
  }
}

using Step = void (*)(const ServiceState&, HealthPolicy, Decision&);
constexpr Step kSteps[] = {drop_disabled, drop_weight_zero, drop_unhealthy};  // DESIGN.md section 3

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Eligible:
      return "answers: it is enabled, has a weight and its health is good enough";
    case Verdict::Disabled:
      return "dropped: it is disabled in the registry";
    case Verdict::WeightZero:
      return "dropped: its weight is 0 while others have some";
    case Verdict::Draining:
      return "dropped: it is draining (health: serving would keep it)";
    case Verdict::Down:
      return "dropped: its health is down (health: any would keep it)";
    case Verdict::Unknown:
      return "dropped: its health is unknown, and health: strict wants it up";
  }
  return "";
}

Decision decide(const ServiceState& state, HealthPolicy health) {
  Decision decision;
  decision.verdicts.assign(state.instances.size(), Verdict::Eligible);
  decision.weights.reserve(state.instances.size());
  for (const auto& instance : state.instances) decision.weights.push_back(instance.weight);
  for (const auto step : kSteps) step(state, health, decision);
  for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
    if (decision.verdicts[i] == Verdict::Eligible) {
      ++decision.eligible;
    } else {
      decision.weights[i] = 0;
    }
  }
  return decision;
}

}  // namespace signpost::policy
