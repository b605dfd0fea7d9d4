// The steps of a decision that are not in policy.cc, which alone calls them.
#pragma once

#include <cstddef>
#include <vector>

#include "zones/policy/policy.h"

namespace signpost::policy {

/// A decision while it is made.
struct Work {
  const Candidates& in;
  const Terms& terms;
  Decision& out;
  /// Parallel to Candidates::groupings: by number of the next level's group (at the last level one), whether
  /// the groups within it do not count. Empty until drop_group_zero() ran.
  std::vector<std::vector<bool>> uncounted;

  /// An instance is judged by the first step that drops it.
  void drop(std::size_t i, Verdict why) {
    if (out.verdicts[i] == Verdict::Eligible) out.verdicts[i] = why;
  }
  bool is_enabled(std::size_t i) const {
    return in.state.instances[i].enabled && (in.overlays.empty() || !in.overlays[i].drained);
  }
};

// In groups.cc. Health does not count here, as with weights that are 0.
void drop_group_zero(Work& work);
/// The part of each group, among its members that are left.
void weigh_groups(Work& work);

/// In rescue.cc: panic, and the rungs of `last_resort`.
void rescue(Work& work);

}  // namespace signpost::policy
