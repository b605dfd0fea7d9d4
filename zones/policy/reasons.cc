#include "zones/policy/reasons.h"

#include <algorithm>
#include <string_view>

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

std::string_view rule_of(Doubt doubt) {
  switch (doubt) {
    case Doubt::None:
      break;
    case Doubt::Panic:
      return "panic";
    case Doubt::Serving:
      return "last_resort: serving";
    case Doubt::Any:
      return "last_resort: any";
    case Doubt::LastKnown:
      return "last_resort: last_known, and it was healthy last";
    case Doubt::StaleMember:
      return "its registry is lost";
  }
  return "";
}

std::string verdict_reason(const Candidates& candidates, const Decision& decision, std::size_t i) {
  const auto verdict = decision.verdicts[i];
  if (verdict == Verdict::GroupZero) return group_reason(candidates, i);
  if (verdict == Verdict::Eligible && !decision.dropped.empty() && decision.dropped[i] != verdict) {
    if (decision.dropped[i] == Verdict::CheckFails)
      return fmt::format("answers though its check fails, by {}", rule_of(decision.doubt));
    return fmt::format("answers though its health is {}, by {}", to_string(candidates.health(i)),
                       rule_of(decision.doubt));
  }
  if (verdict == Verdict::Down && candidates.state.instances[i].leaving)
    return "dropped: it is terminating and does not serve any more";
  return std::string(to_string(verdict));
}

void add_overlay(const Candidates& candidates, const Decision& decision, std::size_t i, std::string& reason) {
  if (candidates.overlays.empty()) return;
  const auto& overlay = candidates.overlays[i];
  const auto told = candidates.state.instances[i].health;
  if (overlay.health && *overlay.health != told)
    reason += fmt::format("; it flaps (guard G6), and the registry says {} now", to_string(told));
  if (decision.verdicts[i] == Verdict::Eligible && overlay.ramp != 1)
    reason += fmt::format("; it starts slowly, with {:.0f} % of its weight so far", 100 * overlay.ramp);
}

}  // namespace

std::vector<std::string> reasons(const Candidates& candidates, const Terms&, const Decision& decision) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
    out.push_back(verdict_reason(candidates, decision, i));
    add_overlay(candidates, decision, i, out.back());
  }
  return out;
}

std::string doubt_note(const Candidates& candidates, const Terms& terms, const Decision& decision) {
  const auto healthy = std::count(decision.dropped.begin(), decision.dropped.end(), Verdict::Eligible);
  switch (decision.doubt) {
    case Doubt::None:
      return "";
    case Doubt::Panic:
      return fmt::format(
          "panic: {} of {} {} healthy enough, below {}, so all that are not terminating answer", healthy,
          decision.eligible, healthy == 1 ? "is" : "are",
          candidates.panic_floor > terms.panic_threshold
              ? fmt::format("the {} % of guard G4", candidates.panic_floor)
              : fmt::format("panic_threshold ({} %)", terms.panic_threshold));
    case Doubt::Serving:
      return "nobody is healthy enough, so those that are draining answer (last_resort: serving)";
    case Doubt::Any:
      return "nobody is healthy enough, so all that are known answer (last_resort: any)";
    case Doubt::LastKnown:
      return "nobody is healthy enough, so those that were last answer, for 1 s (last_resort: last_known)";
    case Doubt::StaleMember:
      return "a registry behind this name is lost, so it answers as that one told last";
  }
  return "";
}

std::vector<std::string> groups_of(const Candidates& candidates) {
  std::vector<std::string> out(candidates.state.instances.size());
  for (const auto& grouping : candidates.groupings) {
    for (std::size_t i = 0; i < grouping.of.size(); ++i) {
      if (grouping.of[i] == Grouping::kNone) continue;
      const auto& group = grouping.groups[grouping.of[i]];
      out[i] += fmt::format("{}{} {}: {:g}", out[i].empty() ? "" : ", ", grouping.key,
                            group.label.empty() ? "that nobody names" : group.label, group.weight);
    }
  }
  return out;
}

}  // namespace signpost::policy
