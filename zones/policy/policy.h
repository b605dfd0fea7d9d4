// Which instances of a service may answer, and with what weight.
//
// The life of a state here: candidates.h puts beside it what others than the registry say, wishes.h what
// holds for the service in its zone. Every instance starts eligible with its registry's weight; then each
// step, in the order of DESIGN.md section 3, may drop some and says why. What is left goes to shares.h
// (numbers to draw with) and at query time to draw.h. A step sees the whole state and what the steps before
// it decided, so it may drop, take back and reweigh.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "zones/policy/candidates.h"
#include "zones/policy/doubt.h"
#include "zones/policy/wishes.h"

namespace signpost::policy {

/// What became of one instance: eligible, or the first rule that dropped it.
enum class Verdict : std::uint8_t {
  Eligible,
  Disabled,
  WeightZero,
  GroupZero,
  Draining,
  Down,
  Unknown,
  Drained,     // by the operator
  CheckFails,  // an active check of ours
};
/// One sentence for explain.
std::string_view to_string(Verdict verdict) noexcept;

/// Parallel to ServiceState::instances.
struct Decision {
  std::vector<Verdict> verdicts;
  std::vector<double> weights;    // finite and above 0 where eligible, 0 elsewhere
  bool all_weights_zero = false;  // every enabled instance had weight 0, so all count alike, with weight 1
  bool all_groups_zero = false;   // every enabled instance is in a group of weight 0, so groups do not count
  bool all_checks_fail = false;   // of those that would answer, or of one family: there checks do not count
  bool grouped = false;           // groups divide the answers (shares of members, versions)
  std::size_t eligible = 0;
  Doubt doubt = Doubt::None;  // by what rule those answer that the ones before it had dropped
  /// Unless nobody was taken back: the verdicts before that rule.
  std::vector<Verdict> dropped = {};

  /// By their own health alone, before any rule takes somebody back.
  const std::vector<Verdict>& by_health() const noexcept { return dropped.empty() ? verdicts : dropped; }
  bool is_anybody_healthy() const noexcept {
    return std::find(by_health().begin(), by_health().end(), Verdict::Eligible) != by_health().end();
  }
};

/// Pure; never fails. An instance whose registry masks health (ServiceState::health_masked) is judged by the
/// words as delivered. Where `terms.weights` is off, every instance weighs 1 and groups do not count.
///
/// A group of weight 0 never answers, unless every enabled instance, healthy or not, is in such a group (of
/// those within one group of the next level): then the groups there do not count.
Decision decide(const Candidates& candidates, const Terms& terms);

}  // namespace signpost::policy
