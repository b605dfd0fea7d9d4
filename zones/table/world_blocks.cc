// World: from dirty services to blocks, names and the next snapshot.
#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/pattern.h"
#include "dns/base/log.h"
#include "zones/policy/policy.h"
#include "zones/snapshot/client_zones.h"
#include "zones/snapshot/owners.h"
#include "zones/synthesis/static_node.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

/// An address of a block and the labels that it has there; empty: the service itself has it.
using Called = std::pair<AddressKey, std::string>;

/// What PTR may give of this block, sorted; one address may have several labels.
std::vector<Called> called_in(const Block* block) {
  std::vector<Called> all;
  if (block == nullptr || !block->is_pointed_at()) return all;
  for (const auto& a : block->v4()) all.emplace_back(address_key(IpAddress::v4(a.octets)), "");
  for (const auto& a : block->v6()) all.emplace_back(address_key(IpAddress::v6(a.octets)), "");
  LabelRoom room;
  for (std::size_t host = 0; host < block->host_count(); ++host) {
    const auto octets = block->host_label(host, room);
    const std::string label(reinterpret_cast<const char*>(octets.data()), octets.size());
    const auto addresses = block->host_addresses(host);
    for (const auto& a : addresses.v4) all.emplace_back(address_key(IpAddress::v4(a)), label);
    for (const auto& a : addresses.v6) all.emplace_back(address_key(IpAddress::v6(a)), label);
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool has_address(const std::vector<Called>& sorted, const AddressKey& key) {
  const auto at =
      std::lower_bound(sorted.begin(), sorted.end(), key,
                       [](const Called& called, const AddressKey& k) { return called.first < k; });
  return at != sorted.end() && at->first == key;
}

std::vector<Called> without(const std::vector<Called>& from, const std::vector<Called>& these) {
  std::vector<Called> left;
  std::set_difference(from.begin(), from.end(), these.begin(), these.end(), std::back_inserter(left));
  return left;
}

Name under(const std::string& prefix, NameView service) {
  std::vector<std::uint8_t> wire(prefix.begin(), prefix.end());
  wire.insert(wire.end(), service.begin(), service.end());
  return Name::from_wire(wire);
}

}  // namespace

void World::mark(ServiceId id) {
  auto& record = services_[id];
  if (record.dirty || !registries_[record.registry].second.tells()) return;
  if (!composed_.empty()) composed_.touch(record.key);
  record.dirty = true;
  dirty_.push_back(id);
}

bool World::flush(std::size_t most) {
  const auto count = std::min(most, dirty_.size());
  for (std::size_t i = 0; i < count; ++i) rebuild(dirty_[i]);
  dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!dirty_.empty()) return true;
  for (auto left = most - count; left > 0 && composed_.has_dirty(); --left)
    rebuild_composed(composed_.take_dirty());
  if (composed_.has_dirty()) return true;
  for (auto& [name, registry] : registries_) {
    const bool shows = registry.tells() && !std::exchange(registry.published, registry.tells());
    const bool lists = registry.synced && !std::exchange(registry.listed, registry.synced);
    flags_changed_ = flags_changed_ || shows || lists;
  }
  return false;
}

void World::rebuild(ServiceId id, const Ahead* ahead) {
  auto& record = services_[id];
  record.dirty = false;
  count(record, -1);
  settle_flaps(id);
  record.unpublished = false;
  record.eligible = 0;
  record.healthy = HeldRecord::Healthy::NotAsked;
  const auto doubt_before = std::exchange(record.doubt, policy::Doubt::None);
  const auto unpacked = ahead != nullptr ? ServiceState() : unpack(record.key, record.packed);
  const auto& state = ahead != nullptr ? ahead->state : unpacked;
  const auto& zones = set_.registries[record.registry].zones;
  if (ahead != nullptr) {
    for (const auto& draft : ahead->drafts) take_draft(id, state, draft);
  } else {
    for (const auto zone : zones) rebuild_in(id, state, zone);
  }
  // Shown by composed names alone, each with rules of its own: counted by the usual ones.
  if (zones.empty() && !composed_.empty())
    record.eligible = static_cast<std::uint32_t>(policy::decide(candidates(id, state, {}), {}).eligible);
  if (record.healthy != HeldRecord::Healthy::No) last_known_.forget(id);
  if (record.doubt != doubt_before)
    ++registries_[record.registry].second.doubts[static_cast<std::size_t>(record.doubt)];
  count(record, +1);
}

void World::rebuild_in(ServiceId id, const ServiceState& state, std::uint16_t zone) {
  auto draft = begin_draft(id, state, zone);
  checks_.follow(id, set_.rules(zone).name, state, draft.check, set_.config->checks.allow);
  finish_draft(id, state, draft);
  take_draft(id, state, draft);
}

/// Any thread, while nobody changes the world; so is finish_draft().
World::Draft World::begin_draft(ServiceId id, const ServiceState& state, std::uint16_t zone) const {
  const auto& record = services_[id];
  const auto& rules = set_.rules(zone);
  const auto layout = set_.registries[record.registry].layout;
  Draft draft;
  draft.zone = zone;
  draft.wanted = names::spellings(record.key, layout, rules, names::derived_octets(state));
  draft.terms = policy::terms_of(state, rules, layout == names::Layout::Kubernetes);
  const SynthesisRules synthesis{zone, layout, &rules, draft.terms};
  draft.shown = !draft.wanted.names.empty() && is_shown(state, synthesis);
  draft.check = draft.shown ? check_of(draft.wanted.names, zone) : nullptr;
  return draft;
}

void World::finish_draft(ServiceId id, const ServiceState& state, Draft& draft) const {
  if (!draft.shown) return;
  const auto zone = draft.zone;
  auto all = candidates(id, state, draft.terms);
  overlay(checks_.words(state, draft.check, set_.config->checks.allow), all);
  draft.decision = policy::decide(all, draft.terms);
  std::vector<Name> spelled;
  for (const auto& spelling : draft.wanted.names) {
    const bool below_cut = cut_above(cuts_[zone], spelling.name.wire()) != nullptr;
    if (!below_cut && !is_hidden(spelling.name, zone) && !is_excluded(spelling.name, zone))
      spelled.push_back(spelling.name);
  }
  if (spelled.empty()) return;
  const auto layout = set_.registries[services_[id].registry].layout;
  const SynthesisRules synthesis{zone, layout, &set_.rules(zone), draft.terms};
  SynthesisNotes notes;
  draft.block = make_block(synthesise(state, draft.decision, synthesis, std::move(spelled), notes));
}

void World::take_draft(ServiceId id, const ServiceState& state, const Draft& draft) {
  auto& record = services_[id];
  const auto zone = draft.zone;
  const auto& refused = draft.wanted.refused;
  for (const auto& reason : refused) {
    log::debug("service.name_refused", {{"service", record.key.to_string()}, {"why", reason}});
  }
  if (draft.wanted.names.empty() && !refused.empty()) {
    record.unpublished = true;
    log::warning(
        "service.unpublished",
        {{"service", record.key.to_string()}, {"zone", set_.rules(zone).name}, {"why", refused.front()}});
  }
  if (draft.shown) {
    const auto& decision = draft.decision;
    if (draft.terms.ramp.count() > 0) climb(id, state, draft.terms, decision);
    if (zone == set_.registries[record.registry].zones.front()) {
      record.eligible = static_cast<std::uint32_t>(decision.eligible);
      if (state.kind == ServiceKind::Instances) record.doubt = decision.doubt;
    }
    if (wants_last_known(draft.terms) && record.healthy != HeldRecord::Healthy::No) {
      record.healthy = decision.is_anybody_healthy() ? HeldRecord::Healthy::Yes : HeldRecord::Healthy::No;
    }
    draft.block == nullptr ? void(record.unpublished = true) : void(++blocks_built_);
  }
  replace(record.slots, {id, zone}, draft.block);
}

/// A zone configured below this one serves the name (the longest apex wins).
bool World::is_hidden(const Name& name, std::uint16_t zone) const {
  const auto& own = zones_[zone].zone->name;
  return std::any_of(zones_.begin(), zones_.end(), [&](const ZoneView& other) {
    const auto& apex = other.zone->name;
    return apex.size() > own.size() && is_at_or_below(name.wire(), apex.wire());
  });
}

/// Patterns of a zone's configuration are of what stands before its apex.
bool World::fits(const std::vector<std::string>& patterns, const Name& name, std::uint16_t zone) const {
  const auto& apex = zones_[zone].zone->name;
  if (patterns.empty() || name.size() <= apex.size()) return false;
  auto text = name.to_string();  // "cart.shop.a.example." in the zone "a.example."
  const auto below = apex.is_root() ? text.size() - 1 : text.size() - apex.to_string().size() - 1;
  text.resize(below);
  return config::matches_any(patterns, text);
}

/// The zone's `exclude` names it; what is derived from it goes with it.
bool World::is_excluded(const Name& name, std::uint16_t zone) const {
  return fits(set_.rules(zone).exclude, name, zone);
}

/// The first check of the zone that names the service by any of its spellings, or null.
const config::Check* World::check_of(const std::vector<names::Spelling>& spellings,
                                     std::uint16_t zone) const {
  for (const auto& check : set_.rules(zone).checks) {
    for (const auto& spelling : spellings) {
      if (fits(check.services, spelling.name, zone)) return &check;
    }
  }
  return nullptr;
}

/// What status counts of blocks.
void World::tally(const Block& block, std::uint16_t zone, Come come) {
  const auto add = [come](std::uint64_t& total, std::uint64_t by) {
    total = come == Come::Comes ? total + by : total - by;
  };
  add(block_octets_, block.octets());
  const auto spilling = spilling_zones(block);
  add(spills_[zone].services, spilling > 0 ? 1 : 0);
  add(spills_[zone].client_zones, spilling);
}

/// `fresh` takes the place of the owner's block in its zone; null: none. Equal octets: nothing happens.
/// `slots`: all that the owner has.
void World::replace(Slots& slots, SlotOwner owner, const Block* fresh) {
  const auto zone = owner.zone;
  const auto at = std::find_if(slots.begin(), slots.end(), [zone](const auto& s) { return s.first == zone; });
  if (at == slots.end()) {
    if (fresh == nullptr) return;
    const auto slot = index_->add_block(fresh);
    if (owners_.size() <= slot) owners_.resize(slot + 1u);
    owners_[slot] = owner;
    owners_[slot].counted = owner.service == kNoService || !services_[owner.service].pods;
    zone_slots_[zone] += owners_[slot].counted ? 1 : 0;
    slots.emplace_back(zone, slot);
    for (std::size_t i = 0; i < fresh->spelling_count(); ++i)
      index_->claim(fresh->spelling(i), apex_octets(zone), slot);
    tally(*fresh, zone, Come::Comes);
    index_addresses(nullptr, fresh, slot, zone);
    note_change(zone, nullptr, fresh);
    return;
  }
  if (fresh == nullptr) {
    drop_slot(at->second, zone);
    slots.erase(at);
    return;
  }
  const auto slot = at->second;
  const auto* old = index_->block(slot);
  if (old->same_as(*fresh)) {
    std::free(const_cast<Block*>(fresh));
    return;
  }
  note_change(zone, old, fresh);
  index_addresses(old, fresh, slot, zone);
  tally(*fresh, zone, Come::Comes);
  tally(*old, zone, Come::Goes);
  std::vector<Name> gone;
  std::vector<Name> come;
  for (std::size_t i = 0; i < old->spelling_count(); ++i) {
    if (!fresh->is_spelled(old->spelling(i))) gone.push_back(Name::from_wire(old->spelling(i)));
  }
  for (std::size_t i = 0; i < fresh->spelling_count(); ++i) {
    if (!old->is_spelled(fresh->spelling(i))) come.push_back(Name::from_wire(fresh->spelling(i)));
  }
  for (const auto& name : gone) index_->release(name.wire(), apex_octets(zone), slot);
  index_->set_block(slot, fresh);
  for (const auto& name : come) index_->claim(name.wire(), apex_octets(zone), slot);
}

void World::drop_slot(Slot slot, std::uint16_t zone) {
  const auto* old = index_->block(slot);
  note_change(zone, old, nullptr);
  index_addresses(old, nullptr, slot, zone);
  for (std::size_t i = 0; i < old->spelling_count(); ++i)
    index_->release(old->spelling(i), apex_octets(zone), slot);
  tally(*old, zone, Come::Goes);
  zone_slots_[zone] -= owners_[slot].counted ? 1 : 0;
  owners_[slot] = {};
  index_->remove_block(slot);
}

void World::index_addresses(const Block* old, const Block* fresh, Slot slot, std::uint16_t zone) {
  if (!indexed_[zone]) return;
  const auto before = called_in(old);
  const auto after = called_in(fresh);
  for (const auto& [key, label] : without(before, after)) {
    touched_.push_back(key);
    if (!has_address(after, key)) index_->addresses().erase({key, slot}, index_->garbage());
  }
  for (const auto& [key, label] : without(after, before)) {
    touched_.push_back(key);
    if (!has_address(before, key)) index_->addresses().insert({key, slot}, index_->garbage());
  }
}

void World::note_change(std::uint16_t zone, const Block* old, const Block* fresh) {
  changed_[zone] = true;
  recent_.note(zone, old, fresh);
  if (subscribers_.empty()) return;
  const auto before = old == nullptr ? std::map<std::string, OwnerTypes>() : owners_of(*old);
  const auto after = fresh == nullptr ? std::map<std::string, OwnerTypes>() : owners_of(*fresh);
  const auto* named = fresh == nullptr ? old : fresh;
  const auto log_differences = [&](const auto& from, const auto& to) {
    for (const auto& [prefix, types] : from) {
      const auto other = to.find(prefix);
      for (const auto& [type, content] : types) {
        const bool same =
            other != to.end() && other->second.contains(type) && other->second.at(type) == content;
        if (!same) change_log_[zone][to_text(under(prefix, named->spelling(0)).wire())][type] = true;
      }
    }
  };
  log_differences(before, after);
  log_differences(after, before);
}

/// Everything published dies at the next publish; services and registries stay.
void World::forget_blocks() {
  old_index_.absorb(index_->release_all());
  index_ = std::make_unique<NameIndex>(hash_seed_,
                                       [this](NameView n, Slot a, Slot b) { return precedes(n, a, b); });
  owners_.clear();
  dirty_.clear();
  block_octets_ = 0;
  services_.for_each([this](ServiceId id) {
    services_[id].slots.clear();
    services_[id].dirty = false;
  });
  composed_.forget_slots();
}

}  // namespace signpost
