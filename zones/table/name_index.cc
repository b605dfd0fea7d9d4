#include "zones/table/name_index.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

namespace signpost {

NameIndex::NameIndex(std::uint64_t hash_seed, Precedes precedes)
    : hash_seed_(hash_seed), precedes_(std::move(precedes)) {}

Slot NameIndex::owner(NameView name) const noexcept {
  const auto slots = slots_.view();
  return names_.view().find(hash_name(name, hash_seed_),
                            [&](Slot candidate) { return slots[candidate]->is_spelled(name); });
}

std::vector<Slot> NameIndex::losers(NameView name) const {
  const auto found = losers_.find(key(name));
  return found == losers_.end() ? std::vector<Slot>() : found->second;
}

void NameIndex::claim(NameView name, std::size_t apex_octets, Slot slot) {
  const auto current = owner(name);
  if (current == slot) return;
  if (current == kNoSlot || slots_[current]->kind() == BlockKind::EmptyNonTerminal) {
    take(name, apex_octets, slot);
    return;
  }
  auto loser = slot;
  if (precedes_(name, slot, current)) {
    names_.move(hash_name(name, hash_seed_), current, slot, garbage_);
    moved_.push_back(current);
    loser = current;
  }
  losers_[key(name)].push_back(loser);
}

void NameIndex::release(NameView name, std::size_t apex_octets, Slot slot) {
  const auto contested = losers_.find(key(name));
  if (contested == losers_.end()) {
    drop(name, apex_octets, slot);
    return;
  }
  auto& waiting = contested->second;
  if (owner(name) == slot) {
    const auto best = std::min_element(waiting.begin(), waiting.end(),
                                       [&](Slot a, Slot b) { return precedes_(name, a, b); });
    names_.move(hash_name(name, hash_seed_), slot, *best, garbage_);
    moved_.push_back(*best);
    if (empties_.contains(key(name))) note_nested(*best);
    waiting.erase(best);
  } else {
    std::erase(waiting, slot);
  }
  if (waiting.empty()) losers_.erase(contested);
}

/// The name had no owner but perhaps an empty non-terminal.
void NameIndex::take(NameView name, std::size_t apex_octets, Slot slot) {
  const auto hash = hash_name(name, hash_seed_);
  const auto empty = empties_.find(key(name));
  if (empty != empties_.end()) {
    names_.move(hash, empty->second.slot, slot, garbage_);
    note_nested(slot);
  } else {
    names_.insert(hash, slot, garbage_);
  }
  note_label(name);
  add_ancestors(name, apex_octets, slots_[slot]->zone());
}

/// The slot's name has others below it. Nothing is derived from a name that its zone has by itself, so only a
/// service's block must be asked for theirs.
void NameIndex::note_nested(Slot slot) noexcept {
  const auto kind = slots_[slot]->kind();
  nested_ = nested_ || (kind != BlockKind::Static && kind != BlockKind::Apex);
}

/// What look-ups need to know of all names there are.
void NameIndex::note_label(NameView name) noexcept {
  labels_max_ = std::max(labels_max_, static_cast<std::uint8_t>(label_count(name)));
  wildcards_ = wildcards_ || (name[0] == 1 && name[1] == '*');
  underscored_ = underscored_ || (name[0] > 0 && name[1] == '_');
}

void NameIndex::drop(NameView name, std::size_t apex_octets, Slot slot) {
  const auto hash = hash_name(name, hash_seed_);
  const auto empty = empties_.find(key(name));
  if (empty != empties_.end()) {
    names_.move(hash, slot, empty->second.slot, garbage_);
  } else {
    names_.erase(hash, slot, garbage_);
  }
  remove_ancestors(name, apex_octets);
}

void NameIndex::add_ancestors(NameView name, std::size_t apex_octets, std::uint16_t zone) {
  for (auto above = parent(name); name.size() > apex_octets && above.size() > apex_octets;
       above = parent(above)) {
    count_empty(above, zone);
  }
}

void NameIndex::remove_ancestors(NameView name, std::size_t apex_octets) {
  for (auto above = parent(name); name.size() > apex_octets && above.size() > apex_octets;
       above = parent(above)) {
    uncount_empty(above);
  }
}

void NameIndex::add_empty(NameView name, std::size_t apex_octets, std::uint16_t zone) {
  count_empty(name, zone);
  add_ancestors(name, apex_octets, zone);
}

void NameIndex::count_empty(NameView name, std::uint16_t zone) {
  auto& empty = empties_[key(name)];
  if (empty.below++ > 0) return;
  BlockDraft draft;
  draft.kind = BlockKind::EmptyNonTerminal;
  draft.zone = zone;
  draft.spellings.push_back(Name::from_wire(name));
  const auto current = owner(name);
  empty.slot = slots_.add(make_block(draft), garbage_);
  if (current != kNoSlot) note_nested(current);
  if (current == kNoSlot) names_.insert(hash_name(name, hash_seed_), empty.slot, garbage_);
  note_label(name);
}

void NameIndex::uncount_empty(NameView name) {
  const auto found = empties_.find(key(name));
  assert(found != empties_.end());
  if (--found->second.below > 0) return;
  if (owner(name) == found->second.slot)
    names_.erase(hash_name(name, hash_seed_), found->second.slot, garbage_);
  slots_.remove(found->second.slot, garbage_);
  empties_.erase(found);
}

Garbage NameIndex::publish_into(Snapshot& snapshot) {
  snapshot.hash_seed = hash_seed_;
  snapshot.names = names_.view();
  snapshot.slots = slots_.view();
  snapshot.addresses = addresses_.view();
  snapshot.labels_max = labels_max_;
  snapshot.nested = nested_;
  snapshot.wildcards = wildcards_;
  snapshot.underscored = underscored_;
  names_.bump();
  slots_.bump();
  addresses_.bump();
  return std::exchange(garbage_, Garbage());
}

Garbage NameIndex::release_all() {
  names_.release(garbage_);
  slots_.release(garbage_);
  addresses_.release(garbage_);
  return std::exchange(garbage_, Garbage());
}

}  // namespace signpost
