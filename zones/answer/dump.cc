#include "zones/answer/dump.h"

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

using Write = std::function<void(std::string_view)>;

class Dumper {
 public:
  Dumper(const Snapshot& snapshot, std::uint16_t zone, const Write& write)
      : snapshot_(snapshot), zone_(zone), write_(write) {}

  void apex() {
    const auto& name = snapshot_.zones[zone_].zone->name;
    const auto& block = *snapshot_.find(name.wire());
    ask(name, RRType::SOA);
    if (block.find_set(RRType::NS) == nullptr) ask(name, RRType::NS);
    dump_static(block, write_);
  }

  /// Every owner of every block of the zone, in the order of the slots.
  void blocks() {
    const auto* root = snapshot_.slots.root;
    for (std::uint32_t c = 0; root != nullptr && c < root->chunks; ++c) {
      for (const auto* block : root->chunk[c]->blocks) {
        if (block != nullptr && block->zone() == zone_) one_block(*block);
      }
    }
  }

  /// Every address of the zone, by rising address; a zone further down has its own.
  void pointers() {
    const auto range = names::parse_reverse(snapshot_.zones[zone_].zone->name.wire());
    if (!range) return;
    const auto& index = snapshot_.addresses;
    const AddressKey* last = nullptr;
    for (auto place = index.lower_bound({address_key(range->first), 0}); const auto* entry = index.at(place);
         place = index.next(place)) {
      if (entry->key > address_key(range->last)) break;
      if (last != nullptr && *last == entry->key) continue;
      last = &entry->key;
      const auto address = IpAddress::v6(entry->key).unmapped();
      if (address.is_v4() != range->first.is_v4()) continue;
      const auto owner = names::reverse_name(address);
      const auto located = locate(snapshot_, owner.wire());
      const bool written = located.block->kind() == BlockKind::Static && located.prefix == 0;
      if (located.block->zone() == zone_ && !written) ask(owner, RRType::PTR);
    }
  }

 private:
  void one_block(const Block& block) {
    if (block.kind() == BlockKind::Static) return dump_static(block, write_);
    if (block.kind() != BlockKind::Answers && block.kind() != BlockKind::Alias) return;
    const auto owners = owners_of(block);
    for (std::size_t i = 0; i < block.spelling_count(); ++i) {
      const auto spelling = block.spelling(i);
      if (snapshot_.find(spelling) != &block) continue;  // another service has this name
      for (const auto& [prefix, types] : owners) {
        std::vector<std::uint8_t> wire(prefix.begin(), prefix.end());
        wire.insert(wire.end(), spelling.begin(), spelling.end());
        if (wire.size() > kNameOctetsMax) continue;
        if (locate(snapshot_, wire).block != &block) continue;  // a static record stands there
        for (const auto& [type, content] : types) ask(Name::from_wire(wire), type);
      }
    }
  }

  void ask(const Name& name, RRType type) {
    for (const auto& record : whole_answer(snapshot_, name, type).records) {
      if (record.section != 0 || record.type != type) continue;
      write_(record.to_string() + "\n");
    }
  }

  const Snapshot& snapshot_;
  const std::uint16_t zone_;
  const Write& write_;
};

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

Result<void> dump(SnapshotStore& store, std::string_view zone, const Write& write) {
  const auto names = named(zone);
  if (!names) return names.error();
  SnapshotReader reader(store);
  const auto& snapshot = reader.refresh();
  std::vector<std::uint16_t> zones;
  for (const auto& name : *names) {
    const auto found = find_zone(snapshot, name);
    if (!found) return found.error();
    zones.push_back(*found);
  }
  for (const auto found : zones) {
    Dumper dumper(snapshot, found, write);
    dumper.apex();
    dumper.blocks();
    if (snapshot.zones[found].zone->reverse) dumper.pointers();
  }
  return {};
}

}  // namespace signpost
