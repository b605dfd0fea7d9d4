// World: what stands beside a service's state when it is decided who answers.
#include <algorithm>
#include <set>

#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {

bool World::wants_last_known(const policy::Terms& terms) {
  return !terms.last_resort.empty() && terms.last_resort.back() == config::LastResort::LastKnown;
}

/// By instance: whether it could answer before the last one fell ill. Empty: somebody is well, or nobody ever
/// was.
std::vector<bool> World::known_last(ServiceId id, const ServiceState& state,
                                    const policy::Terms& terms) const {
  const auto* packed = last_known_.find(id);
  if (packed == nullptr || !wants_last_known(terms)) return {};
  const auto before = unpack(services_[id].key, *packed);
  auto alone = terms;
  alone.last_resort.clear();
  alone.panic_threshold = 0;
  const auto decision = policy::decide(policy::candidates_of(before), alone);
  std::set<std::string_view> healthy;
  for (std::size_t i = 0; i < before.instances.size(); ++i) {
    if (decision.verdicts[i] == policy::Verdict::Eligible) healthy.insert(before.instances[i].id);
  }
  std::vector<bool> known;
  for (const auto& instance : state.instances) known.push_back(healthy.contains(instance.id));
  return known;
}

policy::Candidates World::candidates(ServiceId id, const ServiceState& state,
                                     const policy::Terms& terms) const {
  auto out = policy::candidates_of(state);
  out.last_known = known_last(id, state, terms);
  return out;
}

}  // namespace signpost
