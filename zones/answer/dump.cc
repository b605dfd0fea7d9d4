#include "zones/answer/dump.h"

#include <algorithm>
#include <set>

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
    ask(name, RRType::SOA);
    ask(name, RRType::NS);
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

  void pointers() {
    const auto& index = snapshot_.addresses;
    for (AddressView::Place place; const auto* entry = index.at(place); place = index.next(place)) {
      const auto owner = names::reverse_name(IpAddress::v6(entry->key).unmapped());
      if (owner == last_ || !is_at_or_below(owner.wire(), snapshot_.zones[zone_].zone->name.wire())) continue;
      last_ = owner;
      ask(owner, RRType::PTR);
    }
  }

 private:
  void one_block(const Block& block) {
    if (block.kind() != BlockKind::Answers && block.kind() != BlockKind::Alias) return;
    const auto owners = owners_of(block);
    for (std::size_t i = 0; i < block.spelling_count(); ++i) {
      const auto spelling = block.spelling(i);
      if (snapshot_.find(spelling) != &block) continue;  // another service has this name
      for (const auto& [prefix, types] : owners) {
        std::vector<std::uint8_t> wire(prefix.begin(), prefix.end());
        wire.insert(wire.end(), spelling.begin(), spelling.end());
        if (wire.size() > kNameOctetsMax) continue;
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
  Name last_;
};

}  // namespace

Result<void> dump(SnapshotStore& store, std::string_view zone, const Write& write) {
  const auto name = Name::parse(zone);
  if (!name) return name.error();
  SnapshotReader reader(store);
  const auto& snapshot = reader.refresh();
  const auto found = std::find_if(snapshot.zones.begin(), snapshot.zones.end(),
                                  [&](const ZoneView& z) { return z.zone->name == name->folded(); });
  if (found == snapshot.zones.end()) {
    std::string known;
    for (const auto& z : snapshot.zones) known += (known.empty() ? "" : ", ") + z.zone->name.to_string();
    return Error{name->to_string() + " is not a zone of this server; its zones are " +
                 (known.empty() ? "none" : known)};
  }
  if (found->cold)
    return Error{name->to_string() + " is cold: a registry of it has not listed its services yet"};
  Dumper dumper(snapshot, static_cast<std::uint16_t>(found - snapshot.zones.begin()), write);
  dumper.apex();
  dumper.blocks();
  if (found->zone->reverse) dumper.pointers();
  return {};
}

}  // namespace signpost
