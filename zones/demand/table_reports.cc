// What the table of `on_query` tells people.
#include <algorithm>

#include "zones/demand/candidates.h"
#include "zones/demand/table.h"

namespace signpost {

std::vector<DemandReport> DemandTable::reports() const {
  std::vector<DemandReport> reports;
  for (const auto& part : parts_) {
    std::size_t asking = 0;
    for (const auto& lease : part.asking) asking += lease.keys.size();
    reports.push_back({part.registry.name, part.counts, part.asking.size(), part.there.size(),
                       part.absent.size(), asking + part.there_keys + part.absent_keys});
  }
  return reports;
}

std::vector<DemandFate> DemandTable::fates(NameView folded, Monotonic now) const {
  std::vector<DemandFate> fates;
  for (const auto& part : parts_) {
    for (const auto& zone : part.registry.zones) {
      const auto apex = Name::parse(zone.name);
      if (!apex || !is_at_or_below(folded, apex->folded().wire())) continue;
      const auto name = demand::service_part(folded, apex->size());
      auto services = candidates_of(part, name);
      if (services.empty()) continue;
      DemandFate fate{part.registry.name, Name::from_wire(name), {}, {}, std::move(services)};
      const auto found = questions_.find(text_of(name));
      const auto* lease = found != questions_.end() ? lease_of(found->second, part) : nullptr;
      if (lease != nullptr) {
        const bool there = lease->home == Home::There;
        fate.state = lease->silent > 0 ? DemandFate::State::Asking
                     : there           ? DemandFate::State::There
                                       : DemandFate::State::Absent;
        fate.age = now - lease->began;
      }
      fates.push_back(std::move(fate));
      break;  // candidates_of() looks into every zone
    }
  }
  return fates;
}

}  // namespace signpost
