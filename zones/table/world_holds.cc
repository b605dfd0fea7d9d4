// World: what a guard does not believe at once. The rules and times are in zones/guard; here they meet the
// services.
#include <algorithm>
#include <array>
#include <utility>

#include "zones/guard/merge.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

Told told_of(const ServiceState& state) {
  return {false, pack(state), static_cast<std::uint32_t>(state.instances.size())};
}

Told gone() { return {true, {}, 0}; }

}  // namespace

/// The registry names it again, without saying what it has: what is shown of it was never taken away.
void World::come_back(ServiceId id) {
  auto& registry = registry_of(id);
  registry.staged.erase(id);
  const auto* hold = registry.holds.find(id);
  if (hold != nullptr && hold->told.gone) registry.holds.end(id, HoldEnd::Returned);
}

/// A state in a list over a known world. What has as many instances as are shown is taken; what has fewer
/// waits for the end of the list, when it is known how much the list as a whole has lost.
void World::take_listed(ServiceId id, const ServiceState& state) {
  auto& registry = registry_of(id);
  registry.staged.erase(id);
  if (state.instances.size() >= services_[id].instances) {
    registry.holds.end(id, HoldEnd::Returned);
    return store(id, state);
  }
  const auto* hold = registry.holds.find(id);
  if (hold == nullptr) {
    registry.staged.emplace(id, told_of(state));
    return;
  }
  auto told = told_of(state);
  const bool grew = told.instances > hold->told.instances;
  registry.holds.tell(id, std::move(told), grew, clock_.now());
  show_beside(id, state);
}

/// An event of a held service, or any news right after contact was regained. An event takes away at once what
/// it takes away; what a list before it had left out stays held.
void World::take_doubted(ServiceId id, const ServiceState& state) {
  auto& registry = registry_of(id);
  const auto now = clock_.now();
  const auto* hold = registry.holds.find(id);
  const auto& record = services_[id];
  std::vector<Instance> before;
  if (hold != nullptr && !hold->told.gone) before = unpack(record.key, hold->told.packed).instances;
  auto kept = absent_from(unpack(record.key, record.packed).instances, state.instances);
  if (!registry.holds.guarding(now)) kept = absent_from(kept, before);
  if (kept.empty()) {
    registry.holds.end(id, HoldEnd::Returned);
    return store(id, state);
  }
  if (hold != nullptr) {
    registry.holds.tell(id, told_of(state), !absent_from(state.instances, before).empty(), now);
  } else {
    const bool first = registry.holds.empty();
    hold_back(id, ListGuard::ServiceShrink, told_of(state), true);
    if (first) log_holding(record.registry, {id});
  }
  store(id, with_kept(state, std::move(kept)));
}

/// Gone, says a registry whose server may have forgotten it.
void World::doubt_erase(ServiceId id) {
  const bool first = registry_of(id).holds.empty();
  hold_back(id, ListGuard::ServiceShrink, gone(), true);
  if (first) log_holding(services_[id].registry, {id});
}

void World::hold_back(ServiceId id, ListGuard guard, Told told, bool after_reconnect) {
  auto& holds = registry_of(id).holds;
  if (holds.find(id) != nullptr) return holds.tell(id, std::move(told), false, clock_.now());
  Hold hold;
  hold.guard = guard;
  hold.after_reconnect = after_reconnect;
  hold.told = std::move(told);
  hold.shown_before = services_[id].instances;
  holds.begin(id, std::move(hold), clock_.now());
}

/// Shows what a list tells and, beside it, what was shown before.
void World::show_beside(ServiceId id, const ServiceState& told) {
  const auto& record = services_[id];
  const auto shown = unpack(record.key, record.packed);
  store(id, with_kept(told, absent_from(shown.instances, told.instances)), By::List);
}

World::ListLosses World::losses_of_list(std::uint16_t index, bool complete) {
  const auto& registry = registries_[index].second;
  ListLosses losses;
  auto& facts = losses.facts;
  facts.services_before = registry.services_before;
  facts.instances_before = registry.instances_before;
  services_.for_each([&](ServiceId id) {
    const auto& record = services_[id];
    if (record.registry != index) return;
    const auto* hold = registry.holds.empty() ? nullptr : registry.holds.find(id);
    if (complete && record.epoch != registry.epoch) {
      losses.unnamed.push_back(id);
      if (hold != nullptr) return;  // is not news
      ++facts.services_lost;
      facts.instances_lost += record.instances;
      return;
    }
    facts.services_named += record.pods ? 0 : 1;
    const auto staged = registry.staged.find(id);
    const auto told = hold != nullptr                   ? hold->told.instances
                      : staged != registry.staged.end() ? staged->second.instances
                                                        : record.instances;
    facts.instances_told += told;
    if (staged != registry.staged.end()) facts.instances_lost += record.instances - told;
  });
  return losses;
}

std::optional<ListGuard> World::guard_for(ServiceId id, std::optional<ListGuard> suspicion,
                                          const Told& told) {
  const auto& registry = registry_of(id);
  if (!registry.tells()) return std::nullopt;
  if (registry.holds.guarding(clock_.now())) return ListGuard::ServiceShrink;
  if (suspicion) return suspicion;
  const bool collapse = is_collapse(services_[id].instances, told.instances, registry.holds.rules());
  return collapse ? std::optional(ListGuard::ServiceShrink) : std::nullopt;
}

/// The end of a list, complete or not: what it has less of is believed or held, and if it is a second read,
/// what it does not contradict is believed.
void World::settle_list(std::uint16_t index, Complete complete) {
  auto& [name, registry] = registries_[index];
  const auto losses = losses_of_list(index, complete != Complete::No);
  const auto suspicion = judge_list(losses.facts);
  std::array<std::vector<ServiceId>, kListGuardCount> held;
  const auto weigh = [&](ServiceId id, Told told) {
    const auto guard = guard_for(id, suspicion, told);
    if (!guard) return believe_told(id, told);
    held[static_cast<std::size_t>(*guard)].push_back(id);
    settle(id, *guard, std::move(told));
  };
  auto staged = std::exchange(registry.staged, {});
  for (auto& [id, told] : staged) {
    if (complete == Complete::No || services_[id].epoch == registry.epoch) weigh(id, std::move(told));
  }
  for (const auto id : losses.unnamed) {
    registry.holds.find(id) != nullptr ? hold_back(id, ListGuard::ServiceShrink, gone(), false)
                                       : weigh(id, gone());
  }
  if (complete == Complete::Again) {
    for (const auto id : registry.holds.confirmed()) believe(id, HoldEnd::Confirmed);
  }
  for (const auto& services : held) {
    if (!services.empty()) log_holding(index, services);
  }
  log_released(name, registry);
}

/// What is new is shown at once, what would vanish stays.
void World::settle(ServiceId id, ListGuard guard, Told told) {
  const bool after_reconnect = registry_of(id).holds.guarding(clock_.now());
  const bool is_gone = told.gone;
  const auto packed = told.packed;
  hold_back(id, guard, std::move(told), after_reconnect);
  if (!is_gone) show_beside(id, unpack(services_[id].key, packed));
}

/// What a list told, now or when it was held.
void World::believe_told(ServiceId id, const Told& told) {
  told.gone ? remove(id) : store(id, unpack(services_[id].key, told.packed), By::List);
}

void World::believe(ServiceId id, HoldEnd why) {
  const auto hold = registry_of(id).holds.end(id, why);
  if (hold) believe_told(id, hold->told);
}

/// True: of what is over, more is left for the next step.
bool World::tick_holds() {
  std::size_t left = kBelievedAStep;
  bool more = false;
  for (std::size_t index = 0; index < registries_.size(); ++index) {
    auto& [name, registry] = registries_[index];
    if (!registry.staged.empty() && !is_listing(registry))
      settle_list(static_cast<std::uint16_t>(index), Complete::No);
    if (!registry.holds.empty()) {
      for (const auto id : registry.holds.due(clock_.now())) {
        more = left == 0;
        if (more) break;
        --left;
        believe(id, HoldEnd::Expired);
      }
      if (registry.holds.ask(clock_.now()) && list_wanted_) list_wanted_(name);
      ask_elsewhere(static_cast<std::uint16_t>(index));
    }
    if (registry.holds.empty()) registry.last_opinion.clear();
    log_released(name, registry);
  }
  return more;
}

}  // namespace signpost
