// World: how fresh a registry is, and what its zones are told of it (operations.md 2).
#include <algorithm>
#include <utility>

#include "dns/base/log.h"
#include "zones/table/world.h"

namespace signpost {

RegistryPhase World::phase(const RegistryState& registry) const {
  if (!registry.published) return RegistryPhase::Cold;
  if (!registry.listed) return RegistryPhase::Snapshot;
  if (!registry.lost_since) return registry.holds.empty() ? RegistryPhase::Live : RegistryPhase::Held;
  return clock_.now() - *registry.lost_since < kFreshness ? RegistryPhase::Lagging : RegistryPhase::Stale;
}

std::chrono::seconds World::restored_age(const RestoredFacts& restored) const {
  const auto now = std::chrono::system_clock::to_time_t(clock_.wall());
  return std::chrono::seconds(std::max<std::int64_t>(0, now - restored.written));
}

/// A zone is cold while a registry of it is, and stale when one is; a change of either is published.
void World::refresh_zone_flags() {
  for (auto& view : zones_) {
    bool cold = false;
    bool stale = false;
    bool restored = false;
    for (const auto& name : view.zone->registries) {
      const auto index = registry_index(name);
      const auto* registry = index < 0 ? nullptr : &registries_[static_cast<std::size_t>(index)].second;
      const auto state = registry == nullptr ? RegistryPhase::Cold : phase(*registry);
      const bool from_file = state == RegistryPhase::Snapshot;
      restored = restored || from_file;
      cold = cold || state == RegistryPhase::Cold || (from_file && !registry->restored->complete);
      stale = stale || state == RegistryPhase::Stale ||
              (from_file && restored_age(*registry->restored) >= kFreshness);
    }
    if (cold == view.cold && stale == view.stale && restored == view.restored) continue;
    if (stale != view.stale) {
      log::warning(stale ? "zone.stale" : "zone.fresh", {{"zone", view.zone->name.to_string()}});
    }
    view.cold = cold;
    view.stale = stale;
    view.restored = restored;
    view.ttl_max = stale || restored ? kStaleTtlMax : kNoTtlMax;
    view.negative_ttl_max = restored ? kRestoredNegativeTtlMax : view.ttl_max;
    flags_changed_ = true;
  }
}

}  // namespace signpost
