#include "zones/answer/dump.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "config/prefix.h"
#include "zones/answer/dump_static.h"
#include "zones/answer/locate.h"
#include "zones/answer/whole_answer.h"
#include "zones/snapshot/owners.h"
#include "zones/snapshot/store.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

constexpr std::size_t kAddressesAPiece = 256;

/// The zones that a person means: one by its name, or those that a prefix stands for.
Result<std::vector<Name>> named(std::string_view text) {
  std::vector<Name> names;
  const auto prefix = config::read_reverse_prefix(text);
  for (const auto& zone : prefix ? config::reverse_zones(*prefix) : std::vector{std::string(text)}) {
    const auto name = Name::parse(zone);
    if (!name) return name.error();
    names.push_back(name->folded());
  }
  return names;
}

Result<std::uint16_t> find_zone(const Snapshot& snapshot, const Name& name) {
  std::string known;
  for (std::size_t z = 0; z < snapshot.zones.size(); ++z) {
    const auto& view = snapshot.zones[z];
    if (view.zone->name != name) {
      known += (known.empty() ? "" : ", ") + view.zone->name.to_string();
    } else if (view.cold) {
      return Error{name.to_string() + " is cold: a registry of it has not listed its services yet"};
    } else {
      return static_cast<std::uint16_t>(z);
    }
  }
  return Error{name.to_string() + " is not a zone of this server; its zones are " +
               (known.empty() ? "none" : known)};
}

}  // namespace

Result<ZoneDump> ZoneDump::of(const Snapshot& snapshot, std::string_view zone) {
  const auto names = named(zone);
  if (!names) return names.error();
  std::vector<std::uint16_t> zones;
  for (const auto& name : *names) {
    const auto found = find_zone(snapshot, name);
    if (!found) return found.error();
    zones.push_back(*found);
  }
  return ZoneDump(snapshot, std::move(zones));
}

bool ZoneDump::next(std::string& text) {
  const auto before = text.size();
  while (text.size() == before && !zones_.empty()) {
    if (part_ == Part::Apex) {
      apex(text);
      part_ = Part::Blocks;
      slot_ = 0;
    } else if (part_ == Part::Blocks && !next_block(text)) {
      part_ = Part::Pointers;
      const auto range = names::parse_reverse(zone().name.wire());
      if (range) place_ = snapshot_->addresses.lower_bound({address_key(range->first), 0});
      last_pointer_ = {};
    } else if (part_ == Part::Pointers && !next_pointers(text)) {
      part_ = Part::Apex;
      zones_.erase(zones_.begin());
    }
  }
  return text.size() > before;
}

void ZoneDump::apex(std::string& text) const {
  const auto& name = zone().name;
  const auto& block = *snapshot_->find(name.wire());
  append_answer(text, *snapshot_, name, RRType::SOA);
  if (block.find_set(RRType::NS) == nullptr) append_answer(text, *snapshot_, name, RRType::NS);
  append_static(text, block);
}

/// Every owner of the next block of the zone that has any, in the order of the slots; false: there is none.
bool ZoneDump::next_block(std::string& text) {
  const auto* root = snapshot_->slots.root;
  const auto end = root == nullptr ? 0 : std::size_t{root->chunks} * SlotChunk::kSize;
  const auto before = text.size();
  while (slot_ < end && text.size() == before) {
    const auto* block_there = root->chunk[slot_ / SlotChunk::kSize]->blocks[slot_ % SlotChunk::kSize];
    ++slot_;
    if (block_there != nullptr && block_there->zone() == zones_.front()) block(text, *block_there);
  }
  return text.size() > before;
}

void ZoneDump::block(std::string& text, const Block& block) const {
  if (block.kind() == BlockKind::Static) return append_static(text, block);
  if (block.kind() != BlockKind::Answers && block.kind() != BlockKind::Alias) return;
  const auto owners = owners_of(block);
  for (std::size_t i = 0; i < block.spelling_count(); ++i) {
    const auto spelling = block.spelling(i);
    if (snapshot_->find(spelling) != &block) continue;  // another service has this name
    for (const auto& [prefix, types] : owners) {
      std::array<std::uint8_t, kNameOctetsMax> octets;
      if (prefix.size() + spelling.size() > octets.size()) continue;
      std::copy(prefix.begin(), prefix.end(), octets.begin());
      std::copy(spelling.begin(), spelling.end(),
                octets.begin() + static_cast<std::ptrdiff_t>(prefix.size()));
      const auto wire = NameView(octets).first(prefix.size() + spelling.size());
      if (locate(*snapshot_, wire).block != &block) continue;  // a static record stands there
      const auto name = Name::from_wire(wire);
      for (const auto& [type, content] : types) append_answer(text, *snapshot_, name, type);
    }
  }
}

/// Some addresses of a reverse zone, by rising address; a zone further down has its own.
bool ZoneDump::next_pointers(std::string& text) {
  const auto range = names::parse_reverse(zone().name.wire());
  if (!zone().reverse || !range) return false;
  const auto& index = snapshot_->addresses;
  const auto before = text.size();
  for (std::size_t seen = 0; seen < kAddressesAPiece || text.size() == before; ++seen) {
    const auto* entry = index.at(place_);
    if (entry == nullptr || entry->key > address_key(range->last)) break;
    place_ = index.next(place_);
    if (last_pointer_ == entry->key) continue;
    last_pointer_ = entry->key;
    const auto address = IpAddress::v6(entry->key).unmapped();
    if (address.is_v4() != range->first.is_v4()) continue;
    const auto owner = names::reverse_name(address);
    const auto located = locate(*snapshot_, owner.wire());
    const bool written = located.block->kind() == BlockKind::Static && located.prefix == 0;
    if (located.block->zone() == zones_.front() && !written)
      append_answer(text, *snapshot_, owner, RRType::PTR);
  }
  return text.size() > before;
}

Result<void> dump(SnapshotStore& store, std::string_view zone,
                  const std::function<void(std::string_view)>& write) {
  SnapshotReader reader(store);
  auto dump = ZoneDump::of(reader.refresh(), zone);
  if (!dump) return dump.error();
  for (std::string text; dump->next(text); text.clear()) {
    for (std::string_view rest = text; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n') + 1);
      write(line);
      rest.remove_prefix(line.size());
    }
  }
  return {};
}

}  // namespace signpost
