// World: what operators ask of it.
#include <algorithm>
#include <set>

#include "zones/policy/reasons.h"
#include "zones/policy/wishes.h"
#include "zones/synthesis/static_node.h"
#include "zones/synthesis/txt.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

bool prefers_client_zone(const config::Zone& zone) {
  const auto prefers = [](const auto& with) { return with.locality == config::Locality::Prefer; };
  return prefers(zone) || std::any_of(zone.services.begin(), zone.services.end(), prefers);
}

}  // namespace

std::string_view to_string(RegistryPhase phase) noexcept {
  switch (phase) {
    case RegistryPhase::Cold:
      return "cold";
    case RegistryPhase::Snapshot:
      return "snapshot";
    case RegistryPhase::Live:
      return "live";
    case RegistryPhase::Lagging:
      return "lagging";
    case RegistryPhase::Stale:
      return "stale";
    case RegistryPhase::Held:
      return "held";
  }
  return "cold";
}

BuilderStatus World::status() const {
  BuilderStatus out;
  for (std::size_t i = 0; i < registries_.size(); ++i) {
    const auto& [name, state] = registries_[i];
    RegistryStatus row;
    row.name = name;
    row.required = set_.registries[i].required;
    row.synced = state.listed;
    row.phase = phase(state);
    if (row.phase == RegistryPhase::Snapshot) {
      row.restored_age_seconds = std::chrono::duration<double>(restored_age(*state.restored)).count();
      row.ready_from_state = set_.config->ready_from_state;
    }
    if (state.last_event) {
      row.last_event_age_seconds = std::chrono::duration<double>(clock_.now() - *state.last_event).count();
    }
    row.last_error = state.last_error;
    row.services = state.own_services();
    row.pending = state.pending;
    row.instances = state.instances - state.pods;
    row.eligible = state.eligible - state.pods_eligible;
    const auto unknown = row.instances - std::min(row.instances, state.up + state.draining + state.down);
    row.by_health = {state.up, state.draining, state.down, unknown};
    row.namespaces = state.namespaces;
    row.pods = state.pods;
    row.imports = state.imports;
    row.lists = state.lists;
    row.events = state.events;
    row.unpublished = state.unpublished;
    row.held = state.holds.size();
    row.guards = guards(state);
    for (std::size_t d = 1; d < policy::kDoubtCount; ++d)
      row.doubts.push_back({static_cast<policy::Doubt>(d), state.doubtful[d], state.doubts[d]});
    row.health_guards = health_guards(state);
    row.opinions = state.opinions;
    if (row.held > 0) row.last_opinion = state.last_opinion;
    out.registries.push_back(std::move(row));
  }
  out.composed = composed_status();
  const auto doubts = composed_doubts();
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    out.zones.push_back(
        {zones_[z].zone->name.to_string(), zones_[z].serial, zone_slots_[z], 0, zones_[z].cold, 0});
    for (const auto& name : zones_[z].zone->registries) {
      const auto index = registry_index(name);
      out.zones.back().held |=
          index >= 0 && !registries_[static_cast<std::size_t>(index)].second.holds.empty();
    }
    const auto rescued = doubts.find(static_cast<std::uint16_t>(z));
    if (rescued != doubts.end()) out.zones.back().doubts = rescued->second;
    if (prefers_client_zone(set_.rules(static_cast<std::uint16_t>(z)))) out.zones.back().spill = spills_[z];
    for (const auto& own : own_[z]) out.zones.back().static_names += own.origin.empty() ? 0 : 1;
  }
  index_->for_each_loser([&](Slot slot) {
    if (slot < owners_.size()) ++out.zones[owners_[slot].zone].collisions;
  });
  out.drains = drain_status();
  out.changes = recent_.all();
  out.publishes = publishes_;
  out.blocks_built = blocks_built_;
  out.snapshot_version = store_.version();
  out.names = index_->size();
  out.block_octets = block_octets_;
  return out;
}

const std::string& World::origin_of(Slot slot) const {
  static const std::string none;
  if (slot >= owners_.size()) return none;
  const auto& own = own_[owners_[slot].zone];
  const auto found = std::find_if(own.begin(), own.end(), [&](const OwnName& o) { return o.slot == slot; });
  return found == own.end() ? none : found->origin;
}

std::string World::loss_text(const Name& name, Slot loser, Slot winner) const {
  auto text = name.to_string();
  if (rank(winner) == 1) return text + ": taken by a composed service (`services:` of the zone)";
  if (rank(winner) == 0) {
    const auto& origin = origin_of(winner);
    return text + (origin.empty() ? ": taken by the zone's own record"
                                  : ": taken by the static record in " + origin + " (static records first)");
  }
  const auto& winner_key = services_[owners_[winner].service].key;
  text += ": taken by " + winner_key.to_string();
  const auto a = spelling_of(winner, name.wire());
  const auto b = spelling_of(loser, name.wire());
  if (!a || !b) return text;
  const auto& loser_key = services_[owners_[loser].service].key;
  const auto [order, rule] =
      names::compare({*a, winner_key, place_in(owners_[winner].zone, winner_key.registry)},
                     {*b, loser_key, place_in(owners_[loser].zone, loser_key.registry)});
  return text + " (" + std::string(names::to_string(rule)) + ")";
}

/// What takes long in a service with many instances: done elsewhere, from copies.
struct World::Untold {
  std::shared_ptr<const config::Config> config;
  const config::Zone* rules;  // of it, as is the check
  const config::Check* check;
  bool annotated;
  ServiceKey key;
  std::string packed;
  KeptBeside beside;
  CheckBook checks;
  HeldService known;  // what takes a look at names, and at other services

  HeldService tell() const {
    auto out = known;
    const auto around = beside.view();
    out.state = unpack(key, packed);
    out.terms = policy::terms_of(out.state, *rules, annotated);
    auto all = signpost::candidates(around, out.state, out.terms);
    const auto words = checks.words(out.state, check, config->checks.allow);
    overlay(words, all);
    out.decision = policy::decide(all, out.terms);
    out.reasons = policy::reasons(all, out.terms, out.decision);
    explain_checks(words, out.reasons);
    if (check != nullptr) out.check = to_string(*check);
    explain_drains(around, out.state, out.reasons);
    out.doubt = policy::doubt_note(all, out.terms, out.decision);
    out.groups = policy::groups_of(all);
    if (rules->txt) out.txt_left_out = txt_left_out(out.state, rules->txt_metadata);
    out.wishes = policy::explain_wishes(out.state, *rules, annotated);
    return out;
  }
};

Later<HeldService> World::held(ServiceId id, std::uint16_t zone) const {
  const auto& record = services_[id];
  HeldService out;
  out.zone = set_.rules(zone).name;
  if (const auto* hold = registries_[record.registry].second.holds.find(id)) {
    out.hold = hold_text(record, *hold);
    out.told = hold->told.instances;
  }
  const auto layout = set_.registries[record.registry].layout;
  const auto spelled = names::spellings(record.key, layout, set_.rules(zone)).names;
  for (const auto& spelling : spelled) {
    const auto* cut = cut_above(cuts_[zone], spelling.name.wire());
    if (cut != nullptr) {
      out.losses.push_back(spelling.name.to_string() + ": below the delegation or DNAME at " +
                           cut->to_string());
    } else if (is_excluded(spelling.name, zone)) {
      out.losses.push_back(spelling.name.to_string() + ": excluded by the zone");
    }
  }
  for (const auto& [in_zone, slot] : record.slots) {
    if (in_zone != zone) continue;
    const auto* block = index_->block(slot);
    for (std::size_t i = 0; i < block->spelling_count(); ++i) {
      const auto name = Name::from_wire(block->spelling(i));
      const auto owner = index_->owner(name.wire());
      owner == slot ? out.names.push_back(name.to_string())
                    : out.losses.push_back(loss_text(name, slot, owner));
    }
  }
  const auto untold = std::make_shared<const Untold>(
      Untold{set_.config, &set_.rules(zone), check_of(spelled, zone), layout == names::Layout::Kubernetes,
             record.key, std::string(record.packed), KeptBeside(beside(id)),
             checks_.about(id, set_.rules(zone).name), std::move(out)});
  return [untold] { return untold->tell(); };
}

Found World::find(const Name& name) const {
  Found found;
  auto& out = found.services;
  std::set<std::pair<ServiceId, std::uint16_t>> told;
  std::set<std::uint32_t> composed;
  const auto tell = [&](Slot slot) {
    if (rank(slot) == 0) return;
    const auto& owner = owners_[slot];
    if (owner.composed != kNotComposed) {
      if (composed.insert(owner.composed).second) out.push_back(held_composed(owner.composed));
      return;
    }
    if (told.insert({owner.service, owner.zone}).second) out.push_back(held(owner.service, owner.zone));
  };
  const auto folded = name.folded();
  for (const auto slot : behind_pointers(folded)) tell(slot);
  for (auto at = folded.wire(); at.size() > 1 && out.empty(); at = parent(at)) {
    const auto winner = index_->owner(at);
    if (winner == kNoSlot) continue;
    tell(winner);
    for (const auto loser : index_->losers(at)) tell(loser);
  }
  if (const auto* own = static_at(folded.wire())) found.written = own->origin;
  return found;
}

}  // namespace signpost
