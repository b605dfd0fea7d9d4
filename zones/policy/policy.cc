#include "zones/policy/policy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "zones/policy/steps.h"

namespace signpost::policy {

namespace {

using config::HealthPolicy;

void drop_disabled(Work& work) {
  const auto& in = work.in;
  for (std::size_t i = 0; i < in.state.instances.size(); ++i) {
    if (!in.state.instances[i].enabled) work.drop(i, Verdict::Disabled);
    if (!in.overlays.empty() && in.overlays[i].drained) work.drop(i, Verdict::Drained);
  }
}

/// Backends deliver finite weights; anything else must not reach the arithmetic.
bool has_no_weight(const Instance& instance) {
  return !(instance.weight > 0) || !std::isfinite(instance.weight);
}

/// Health does not count here: otherwise the one healthy instance, drained by weight 0 while the others are
/// down, would suddenly get everything.
void drop_weight_zero(Work& work) {
  if (!work.terms.weights) return;
  const auto& instances = work.in.state.instances;
  bool enabled = false;
  bool weighted = false;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (!work.is_enabled(i)) continue;
    enabled = true;
    weighted = weighted || !has_no_weight(instances[i]);
  }
  work.out.all_weights_zero = enabled && !weighted;
  for (std::size_t i = 0; i < instances.size(); ++i) {
    if (work.out.all_weights_zero) {
      work.out.weights[i] = 1;
    } else if (has_no_weight(instances[i])) {
      work.drop(i, Verdict::WeightZero);
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

void drop_unhealthy(Work& work) {
  for (std::size_t i = 0; i < work.out.verdicts.size(); ++i) {
    const auto verdict = judge(work.in.health(i), work.terms.health);
    if (verdict != Verdict::Eligible) work.drop(i, verdict);
  }
}

/// By IPv4, by IPv6.
std::array<bool, 2> families(const Instance& instance) {
  std::array<bool, 2> has{};
  for (const auto& address : {instance.v4, instance.v6}) {
    if (address) has[address->unmapped().is_v4() ? 0 : 1] = true;
  }
  return has;
}

/// Checks are ours, and what we cannot reach others may: they never leave nobody, neither of the service nor
/// of a family, since a server without IPv6 would find every IPv6 instance failing.
void drop_failing(Work& work) {
  if (work.in.overlays.empty()) return;
  const auto& verdicts = work.out.verdicts;
  const auto& instances = work.in.state.instances;
  std::array<bool, 2> passes{};
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i] != Verdict::Eligible || work.in.overlays[i].check_fails) continue;
    const auto has = families(instances[i]);
    for (std::size_t f = 0; f < passes.size(); ++f) passes[f] = passes[f] || has[f];
  }
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i] != Verdict::Eligible || !work.in.overlays[i].check_fails) continue;
    const auto has = families(instances[i]);
    const bool last = (has[0] && !passes[0]) || (has[1] && !passes[1]);
    last ? void(work.out.all_checks_fail = true) : work.drop(i, Verdict::CheckFails);
  }
}

/// New ones get their share little by little. All alike means no effect, since shares are parts of a whole.
void ramp_up(Work& work) {
  if (work.in.overlays.empty()) return;
  double largest = 0;
  for (std::size_t i = 0; i < work.out.weights.size(); ++i) {
    if (work.out.verdicts[i] == Verdict::Eligible) largest = std::max(largest, work.in.overlays[i].ramp);
  }
  if (largest == 0) return;
  for (std::size_t i = 0; i < work.out.weights.size(); ++i)
    work.out.weights[i] *= work.in.overlays[i].ramp / largest;
}

using Step = void (*)(Work&);
constexpr Step kSteps[] = {drop_disabled, drop_weight_zero, drop_group_zero, drop_unhealthy, drop_failing,
                           rescue,        ramp_up,          weigh_groups};  // DESIGN.md section 3

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
      return "dropped: the weight of its group is 0, or the service's weights do not name it";
    case Verdict::Draining:
      return "dropped: it is draining (health: serving would keep it)";
    case Verdict::Down:
      return "dropped: its health is down (health: any would keep it)";
    case Verdict::Unknown:
      return "dropped: its health is unknown, and health: strict wants it up";
    case Verdict::Drained:
      return "dropped: the operator drains it";
    case Verdict::CheckFails:
      return "dropped: its check fails while others pass";
  }
  return "";
}

Decision decide(const Candidates& candidates, const Terms& terms) {
  Decision decision;
  const auto& instances = candidates.state.instances;
  decision.verdicts.assign(instances.size(), Verdict::Eligible);
  decision.weights.reserve(instances.size());
  for (const auto& instance : instances) decision.weights.push_back(terms.weights ? instance.weight : 1);
  decision.grouped = terms.weights && !candidates.groupings.empty();
  Work work{candidates, terms, decision, {}};
  for (const auto step : kSteps) step(work);
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
