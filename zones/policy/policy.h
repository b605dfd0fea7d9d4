// Which instances of a service may answer, and with what weight.
//
// The life of a state here: every instance starts eligible with its registry's weight; then each step, in the
// order of DESIGN.md section 3, may drop some and says why. What is left goes to shares.h (numbers to draw
// with) and at query time to draw.h. A later rule (panic threshold, ramp) is one more step in the
// list of policy.cc: a step sees the whole state and what the steps before it decided, so it may drop, take
// back and reweigh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost::policy {

/// What became of one instance: eligible, or the first rule that dropped it.
enum class Verdict : std::uint8_t { Eligible, Disabled, WeightZero, GroupZero, Draining, Down, Unknown };
/// One sentence for explain.
std::string_view to_string(Verdict verdict) noexcept;

/// Parallel to ServiceState::instances.
struct Decision {
  std::vector<Verdict> verdicts;
  std::vector<double> weights;    // finite and above 0 where eligible, 0 elsewhere
  bool all_weights_zero = false;  // every enabled instance had weight 0, so all count alike, with weight 1
  bool all_groups_zero = false;   // every enabled instance is in a group of weight 0, so groups do not count
  std::size_t eligible = 0;
};

/// Pure; never fails. An instance whose registry masks health (ServiceState::health_masked) is judged by the
/// words as delivered. `weights`: those of instances and groups count; otherwise every instance weighs 1.
///
/// Groups (ServiceState::group_weights, DESIGN.md section 3): weight = group weight x own weight / sum over
/// the group's eligible members, so that a group keeps its part however many serve in it, and one with nobody
/// eligible hands it to the others. Versions that are not named, and instances without any, are a group of
/// weight 0: who writes "v1=90, v2=10" does not expect v3 to answer. A group of weight 0 never answers,
/// unless every enabled instance, healthy or not, is in such a group: then groups do not count.
Decision decide(const ServiceState& state, config::HealthPolicy health, bool weights = true);

}  // namespace signpost::policy
