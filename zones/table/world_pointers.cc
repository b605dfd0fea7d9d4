// World: what events change in reverse zones. A pointer depends on every service that has its address, so the
// snapshots before and after are asked, for the touched addresses only.
#include <algorithm>
#include <utility>

#include "zones/synthesis/pointers.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

/// The pointers that a zone gives for an address, as octets that are equal when the answers are.
std::vector<std::uint8_t> given(const Snapshot& snapshot, const Zone& reverse, const AddressKey& key) {
  std::vector<Pointer> room(kPointersMax);
  room.resize(rank_pointers(snapshot, reverse, key, room));
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i < room.size(); ++i) {
    if (!is_given(reverse, room, i)) continue;
    LabelRoom label_room;
    const auto label = label_of(snapshot, room[i], label_room);
    const auto service = service_of(snapshot, room[i]);
    octets.insert(octets.end(), label.begin(), label.end());
    octets.insert(octets.end(), service.begin(), service.end());
  }
  return octets;
}

}  // namespace

/// A name that changed hands changes the pointers of both services: the one that lost it has others, or none.
void World::touch_moved() {
  for (const auto slot : index_->take_moved()) {
    const auto* block = index_->block(slot);
    if (block == nullptr || !block->is_pointed_at() || !indexed_[block->zone()]) continue;
    for (const auto& a : block->v4()) touched_.push_back(address_key(IpAddress::v4(a.octets)));
    for (const auto& a : block->v6()) touched_.push_back(address_key(IpAddress::v6(a.octets)));
    for (std::size_t host = 0; host < block->host_count(); ++host) {
      const auto addresses = block->host_addresses(host);
      for (const auto& a : addresses.v4) touched_.push_back(address_key(IpAddress::v4(a)));
      for (const auto& a : addresses.v6) touched_.push_back(address_key(IpAddress::v6(a)));
    }
  }
}

/// The reverse zone that serves the name: the one with the longest apex; -1: none.
int World::reverse_zone_of(const Name& owner) const {
  int found = -1;
  std::size_t octets = 0;
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    const auto& zone = *zones_[z].zone;
    if (zone.name.size() < octets || !is_at_or_below(owner.wire(), zone.name.wire())) continue;
    found = zone.reverse ? static_cast<int>(z) : -1;
    octets = zone.name.size();
  }
  return found;
}

/// The services behind an address of a reverse zone, in the order of its pointers; then those whose own zones
/// answer with it, though their name is another's.
std::vector<Slot> World::behind_pointers(const Name& owner) const {
  std::vector<Slot> slots;
  const auto range = names::parse_reverse(owner.wire());
  const auto z = reverse_zone_of(owner);
  if (!range || !range->complete() || z < 0 || published_ == nullptr) return slots;
  const auto key = address_key(range->first);
  const auto& reverse = *zones_[static_cast<std::size_t>(z)].zone;
  std::vector<Pointer> room(kPointersMax);
  room.resize(rank_pointers(*published_, reverse, key, room));
  for (const auto& pointer : room) slots.push_back(pointer.slot);
  const auto& index = published_->addresses;
  for (auto at = index.lower_bound({key, 0}); const auto* entry = index.at(at); at = index.next(at)) {
    if (entry->key != key) break;
    const auto& zones = reverse.forward;
    const auto zone = published_->slots[entry->slot]->zone();
    if (std::find(zones.begin(), zones.end(), zone) != zones.end()) slots.push_back(entry->slot);
  }
  return slots;
}

/// Marks the reverse zones in which `next` gives other pointers than the snapshot before it.
void World::note_pointers(const Snapshot& next) {
  touch_moved();
  auto touched = std::exchange(touched_, {});
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const auto& key : touched) {
    const auto owner = names::reverse_name(IpAddress::v6(key).unmapped());
    const auto z = reverse_zone_of(owner);
    if (z < 0) continue;
    const auto zone = static_cast<std::size_t>(z);
    // Without subscribers one change is as good as a thousand: the first list of a large registry is quick.
    if (changed_[zone] && subscribers_.empty()) continue;
    const auto& reverse = *zones_[zone].zone;
    const auto before =
        published_ == nullptr ? std::vector<std::uint8_t>() : given(*published_, reverse, key);
    if (before == given(next, reverse, key)) continue;
    changed_[zone] = true;
    if (!subscribers_.empty()) change_log_[zone][owner.to_string()][RRType::PTR] = true;
  }
}

}  // namespace signpost
