#include "zones/policy/reasons.h"

#include <fmt/format.h>

namespace signpost::policy {
namespace {

/// The innermost group of weight 0 that the instance is in.
std::string group_reason(const Candidates& candidates, std::size_t i) {
  for (const auto& grouping : candidates.groupings) {
    if (grouping.of[i] == Grouping::kNone) continue;
    const auto& group = grouping.groups[grouping.of[i]];
    if (!(group.weight > 0))
      return fmt::format("dropped: the weight of its {} is 0, or the service's weights do not name it",
                         grouping.key);
  }
  return std::string(to_string(Verdict::GroupZero));
}

}  // namespace

std::vector<std::string> reasons(const Candidates& candidates, const Terms&, const Decision& decision) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
    const auto verdict = decision.verdicts[i];
    out.push_back(verdict == Verdict::GroupZero ? group_reason(candidates, i)
                                                : std::string(to_string(verdict)));
    if (!candidates.overlays.empty() && verdict == Verdict::Eligible && candidates.overlays[i].ramp != 1)
      out.back() +=
          fmt::format("; it starts slowly: {:.0f} % of its weight so far", 100 * candidates.overlays[i].ramp);
  }
  return out;
}

}  // namespace signpost::policy
