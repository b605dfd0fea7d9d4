#include "zones/policy/candidates.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "zones/policy/doubt.h"

namespace signpost::policy {

Candidates candidates_of(const ServiceState& state) {
  Candidates out{state};
  const auto& weights = state.group_weights;
  if (weights.empty()) return out;
  assert(weights.size() < Grouping::kNone);
  Grouping groups{state.group_key, {}, {}};
  for (const auto& group : weights) groups.groups.push_back({group.word, group.weight});
  groups.groups.push_back({"", 0});
  groups.of.reserve(state.instances.size());
  for (const auto& instance : state.instances) {
    const auto word = word_of(instance, state.group_key);
    const auto found = std::find_if(weights.begin(), weights.end(),
                                    [&](const GroupWeight& group) { return group.word == word; });
    groups.of.push_back(static_cast<std::uint16_t>(found - weights.begin()));
  }
  out.groupings.push_back(std::move(groups));
  return out;
}

std::string_view to_string(Doubt doubt) noexcept {
  switch (doubt) {
    case Doubt::None:
      return "none";
    case Doubt::Panic:
      return "panic";
    case Doubt::Serving:
      return "serving";
    case Doubt::Any:
      return "any";
    case Doubt::LastKnown:
      return "last_known";
    case Doubt::StaleMember:
      return "stale_member";
  }
  return "none";
}

}  // namespace signpost::policy
