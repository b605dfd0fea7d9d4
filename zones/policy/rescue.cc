// Who answers when health leaves too few: panic, then the rungs of `last_resort` (DESIGN.md section 3;
// operations.md 3.1, G4 and G5).
#include <algorithm>

#include "zones/policy/steps.h"

namespace signpost::policy {
namespace {

bool is_unhealthy(Verdict verdict) noexcept {
  return verdict == Verdict::Draining || verdict == Verdict::Down || verdict == Verdict::Unknown ||
         verdict == Verdict::CheckFails;
}

/// Takes back those that health dropped and `may(i)`; true: there were some.
template <class May>
bool take_back(Work& work, Doubt why, May&& may) {
  bool any = false;
  for (std::size_t i = 0; i < work.out.verdicts.size(); ++i) {
    if (!is_unhealthy(work.out.verdicts[i]) || !may(i)) continue;
    if (work.out.doubt == Doubt::None) work.out.dropped = work.out.verdicts;
    work.out.doubt = why;
    work.out.verdicts[i] = Verdict::Eligible;
    any = true;
  }
  return any;
}

/// Those that are terminating count as little as they answer: while a rollout replaces everything, the old
/// ones are no sign that the new ones are ill.
bool is_panic(const Work& work) {
  const auto threshold = std::max(work.terms.panic_threshold, work.in.panic_floor);
  if (threshold == 0) return false;
  std::size_t healthy = 0;
  std::size_t all = 0;
  for (std::size_t i = 0; i < work.out.verdicts.size(); ++i) {
    const auto verdict = work.out.verdicts[i];
    healthy += verdict == Verdict::Eligible ? 1 : 0;
    const bool counts = is_unhealthy(verdict) && !work.in.is_leaving(i);
    all += verdict == Verdict::Eligible || counts ? 1 : 0;
  }
  return healthy * 100 < threshold * all;
}

bool climb(Work& work, config::LastResort rung) {
  // Who is terminating and does not serve any more is as good as deleted, and deletions always apply.
  const auto there = [&](std::size_t i) {
    return !work.in.is_leaving(i) || work.in.health(i) == Health::Draining;
  };
  switch (rung) {
    case config::LastResort::Serving:
      return take_back(work, Doubt::Serving,
                       [&](std::size_t i) { return work.in.health(i) == Health::Draining; });
    case config::LastResort::Any:
      return take_back(work, Doubt::Any, there);
    case config::LastResort::LastKnown:
      return take_back(work, Doubt::LastKnown, [&](std::size_t i) {
        return !work.in.last_known.empty() && work.in.last_known[i] && there(i);
      });
  }
  return false;
}

}  // namespace

void rescue(Work& work) {
  if (is_panic(work)) take_back(work, Doubt::Panic, [&](std::size_t i) { return !work.in.is_leaving(i); });
  if (work.terms.last_resort.empty()) return;
  const auto& verdicts = work.out.verdicts;
  if (std::find(verdicts.begin(), verdicts.end(), Verdict::Eligible) != verdicts.end()) return;
  const auto& rungs = work.terms.last_resort;
  static_cast<void>(
      std::any_of(rungs.begin(), rungs.end(), [&](config::LastResort rung) { return climb(work, rung); }));
}

}  // namespace signpost::policy
