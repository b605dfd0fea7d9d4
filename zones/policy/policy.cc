#include "zones/policy/policy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace signpost::policy {

namespace {

using config::HealthPolicy;

/// An instance is judged by the first step that drops it.
void drop(Decision& decision, std::size_t i, Verdict why) {
  if (decision.verdicts[i] == Verdict::Eligible) decision.verdicts[i] = why;
}

struct Rules {
  HealthPolicy health;
  bool weights;
};

void drop_disabled(const ServiceState& state, const Rules&, Decision& decision) {
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
void drop_weight_zero(const ServiceState& state, const Rules& rules, Decision& decision) {
  if (!rules.weights) return;
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

double group_weight(const ServiceState& state, const Instance& instance) {
  const auto& groups = state.group_weights;
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const GroupWeight& group) {
    return group.version == instance.version;
  });
  return found == groups.end() ? 0 : found->weight;
}

/// Health does not count here either.
void drop_group_zero(const ServiceState& state, const Rules& rules, Decision& decision) {
  if (!rules.weights || state.group_weights.empty()) return;
  const auto weightless = [&](const Instance& instance) {
    return !instance.enabled || !(group_weight(state, instance) > 0);
  };
  decision.all_groups_zero = std::all_of(state.instances.begin(), state.instances.end(), weightless);
  if (decision.all_groups_zero) return;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (weightless(state.instances[i])) drop(decision, i, Verdict::GroupZero);
  }
}

/// The part of each group, among its members that are left.
void weigh_groups(const ServiceState& state, const Rules& rules, Decision& decision) {
  if (!rules.weights || state.group_weights.empty() || decision.all_groups_zero) return;
  std::map<std::string_view, double> sums;
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.verdicts[i] == Verdict::Eligible) sums[state.instances[i].version] += decision.weights[i];
  }
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (decision.verdicts[i] != Verdict::Eligible) continue;
    decision.weights[i] *= group_weight(state, state.instances[i]);
    decision.weights[i] /= sums[state.instances[i].version];
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

void drop_unhealthy(const ServiceState& state, const Rules& rules, Decision& decision) {
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    const auto verdict = judge(state.instances[i].health, rules.health);
    if (verdict != Verdict::Eligible) drop(decision, i, verdict);
  }
}

using Step = void (*)(const ServiceState&, const Rules&, Decision&);
constexpr Step kSteps[] = {drop_disabled, drop_weight_zero, drop_group_zero, drop_unhealthy,
                           weigh_groups};  // DESIGN.md section 3

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::Eligible:
      return "answers: it is enabled, has a weight and its health is good enough";
    case Verdict::Disabled:
      return "dropped: it is disabled in the registry";
    case Verdict::WeightZero:
      return "dropped: its weight is 0 while others have some";
    case Verdict::GroupZero:
      return "dropped: the weight of its version is 0, or the service's weights do not name it";
    case Verdict::Draining:
      return "dropped: it is draining (health: serving would keep it)";
    case Verdict::Down:
      return "dropped: its health is down (health: any would keep it)";
    case Verdict::Unknown:
      return "dropped: its health is unknown, and health: strict wants it up";
  }
  return "";
}

Decision decide(const ServiceState& state, HealthPolicy health, bool weights) {
  const Rules rules{health, weights};
  Decision decision;
  decision.verdicts.assign(state.instances.size(), Verdict::Eligible);
  decision.weights.reserve(state.instances.size());
  for (const auto& instance : state.instances) decision.weights.push_back(weights ? instance.weight : 1);
  for (const auto step : kSteps) step(state, rules, decision);
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
