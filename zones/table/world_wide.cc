// World: many blocks at once, at a start out of the state directory. What a service comes to is worked out on
// several threads, while this one gives names and slots to those before it.
#include <algorithm>
#include <utility>
#include <vector>

#include "zones/table/abreast.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {

void World::draft_ahead(ServiceId id, Ahead& ahead) const {
  const auto& record = services_[id];
  unpack(record.key, record.packed, ahead.state);
  ahead.drafts.clear();
  for (const auto zone : set_.registries[record.registry].zones) {
    ahead.drafts.push_back(begin_draft(id, ahead.state, zone));
    finish_draft(id, ahead.state, ahead.drafts.back());
  }
}

/// Drafts read what is known of services and what others say of them; taking one changes what is known of
/// that service alone, unless something is remembered of services since they were built last: not at a start.
bool World::may_draft_ahead() const {
  // A check is to be followed before its words are asked for.
  const bool checks = std::any_of(set_.config->zones.begin(), set_.config->zones.end(),
                                  [](const config::Zone& zone) { return !zone.checks.empty(); });
  const bool flaps = std::any_of(registries_.begin(), registries_.end(),
                                 [](const auto& registry) { return !registry.second.flaps.is_idle(); });
  return !checks && !flaps && last_known_.empty() && ramps_.empty();
}

void World::flush_wide() {
  if (may_draft_ahead()) {
    const auto waiting = std::exchange(dirty_, {});
    std::vector<Ahead> ahead(std::min(waiting.size(), kDraftsMost));
    draft_abreast(
        waiting.size(), "builder", [&](std::size_t i) { draft_ahead(waiting[i], ahead[i % kDraftsMost]); },
        [&](std::size_t i) { rebuild(waiting[i], &ahead[i % kDraftsMost]); });
  }
  while (flush(SIZE_MAX)) {
  }
}

}  // namespace signpost
