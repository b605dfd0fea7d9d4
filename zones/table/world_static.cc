// World: the names that a zone has by itself, static ones and those of the configuration. They come first on
// every name (DESIGN.md section 2).
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "dns/base/log.h"
#include "zones/synthesis/static_node.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

template <class T>
void append(std::string& text, const T& octets) {
  text.append(reinterpret_cast<const char*>(octets.data()), octets.size() * sizeof(octets[0]));
  text += '/';
}

/// All that a zone without registries can show, except for its serial.
std::uint64_t content_of(const ZoneSet& set, std::uint16_t zone, const StaticZone* data) {
  std::string text;
  const auto& rules = *set.zones[zone];
  append(text, rules.soa);
  for (const auto& server : rules.nameservers) append(text, server.wire());
  text += std::to_string(rules.soa_ttl) + "/" + std::to_string(rules.ttl);
  for (const auto& own : set.own_blocks) {
    if (own.zone != zone) continue;
    append(text, own.draft.spellings.front().wire());
    for (const auto& address : own.draft.v4) append(text, address.octets);
    for (const auto& address : own.draft.v6) append(text, address.octets);
  }
  for (std::size_t i = 0; data != nullptr && i < data->nodes.size(); ++i) {
    append(text, data->nodes[i].name.wire());
    for (const auto& rrset : data->nodes[i].rrsets) {
      text += std::to_string(static_cast<int>(rrset.type)) + "/" + std::to_string(rrset.ttl) + "/";
      for (const auto& rdata : rrset.rdata) append(text, rdata);
    }
  }
  const NameView octets(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return std::uint64_t{hash_name(octets, 1)} << 32 | hash_name(octets, 2);
}

std::optional<std::uint32_t> written_serial(const StaticZone* data) {
  if (data == nullptr || data->soa.size() < 20) return std::nullopt;
  const auto serial = std::span(data->soa).last(20).first(4);
  return std::uint32_t{serial[0]} << 24 | std::uint32_t{serial[1]} << 16 | std::uint32_t{serial[2]} << 8 |
         serial[3];
}

}  // namespace

std::vector<World::OwnName> World::draft_own(const ZoneSet& set, std::uint16_t zone,
                                             const StaticZone* data) const {
  std::vector<OwnName> all;
  const auto& cuts = cuts_[zone];
  const auto add = [&](const BlockDraft& draft, const std::string& origin) {
    const auto& name = draft.spellings.front();
    const bool apex = draft.kind == BlockKind::Apex;
    if (!apex && (is_hidden(name, zone) || cut_above(cuts, name.wire()) != nullptr)) return;
    all.push_back({kNoSlot, make_block(draft), origin});
  };
  for (const auto& own : set.own_blocks) {
    const auto& name = own.draft.spellings.front();
    if (own.zone == zone && (data == nullptr || find_node(*data, name.wire()) == nullptr)) add(own.draft, "");
  }
  for (std::size_t i = 0; data != nullptr && i < data->nodes.size(); ++i) {
    const auto& node = data->nodes[i];
    if (cut_above(cuts, node.name.wire()) != nullptr) continue;
    std::vector<RRType> too_large;
    auto draft = draft_static_node(node, zone, *data, cuts, too_large);
    draft.ttl = set.zones[zone]->ttl;
    for (const auto type : too_large) {
      log::error("static.too_large", {{"name", node.name.to_string()},
                                      {"type", static_cast<int>(type)},
                                      {"written", node.origin},
                                      {"why", "the RRset fits no message, so it is left out"}});
    }
    add(draft, node.origin);
  }
  std::sort(all.begin(), all.end(), [](const OwnName& a, const OwnName& b) {
    return wire_less(a.block->spelling(0), b.block->spelling(0));
  });
  return all;
}

void World::show_own(const ZoneSet& set, std::uint16_t zone, const StaticZone* data) {
  auto& rules = serial_rules_[zone];
  rules.written = written_serial(data);
  rules.only_static = set.zones[zone]->registries.empty() && !set.zones[zone]->composed;
  cuts_[zone] = data == nullptr ? std::vector<Name>() : find_cuts(*data);
  auto fresh = draft_own(set, zone, data);
  auto& shown = own_[zone];
  std::size_t at = 0;
  for (auto& own : fresh) {
    const auto name = own.block->spelling(0);
    for (; at < shown.size() && wire_less(shown[at].block->spelling(0), name); ++at)
      drop_own(shown[at].slot, zone);
    const bool known = at < shown.size() && std::ranges::equal(shown[at].block->spelling(0), name);
    known ? replace_own(shown[at++], own, zone) : add_own(own, zone);
  }
  for (; at < shown.size(); ++at) drop_own(shown[at].slot, zone);
  shown = std::move(fresh);
}

void World::add_own(OwnName& own, std::uint16_t zone) {
  own.slot = index_->add_block(own.block);
  if (owners_.size() <= own.slot) owners_.resize(own.slot + 1u);
  owners_[own.slot] = {kNoService, zone};
  index_->claim(own.block->spelling(0), apex_octets(zone), own.slot);
  block_octets_ += own.block->octets();
  note_change(zone, nullptr, own.block);
}

/// `fresh` has the same name; afterwards it has the slot too.
void World::replace_own(const OwnName& old, OwnName& fresh, std::uint16_t zone) {
  fresh.slot = old.slot;
  if (old.block->same_as(*fresh.block)) {
    std::free(const_cast<Block*>(std::exchange(fresh.block, old.block)));
    return;
  }
  note_change(zone, old.block, fresh.block);
  block_octets_ += fresh.block->octets();
  block_octets_ -= old.block->octets();
  index_->set_block(fresh.slot, fresh.block);
}

void World::drop_own(Slot slot, std::uint16_t zone) {
  const auto* block = index_->block(slot);
  note_change(zone, block, nullptr);
  index_->release(block->spelling(0), apex_octets(zone), slot);
  block_octets_ -= block->octets();
  owners_[slot] = {};
  index_->remove_block(slot);
}

/// At a new configuration, with no name shown yet. `before`: the zones as they were served.
void World::own_names(const StaticZones& statics, const std::vector<ZoneView>& before,
                      const std::vector<std::uint64_t>& contents_before) {
  own_.assign(zones_.size(), {});
  cuts_.assign(zones_.size(), {});
  serial_rules_.assign(zones_.size(), {});
  contents_.assign(zones_.size(), 0);
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    const auto zone = static_cast<std::uint16_t>(z);
    const auto* data = z < statics.size() ? statics[z].get() : nullptr;
    show_own(set_, zone, data);
    contents_[z] = content_of(set_, zone, data);
    const auto old = std::find_if(before.begin(), before.end(), [&](const ZoneView& view) {
      return view.zone->name == zones_[z].zone->name;
    });
    auto& rules = serial_rules_[z];
    rules.served = old != before.end();
    if (!rules.served || !rules.only_static) continue;
    // Nothing else can have changed such a zone: a reload that finds the same file is no change.
    const bool same = contents_before[static_cast<std::size_t>(old - before.begin())] == contents_[z] &&
                      old->zone->registries.empty() && !old->zone->composed;
    changed_[z] = !same || (rules.written && is_newer(*rules.written, zones_[z].serial));
    flags_changed_ = true;
  }
  for (const auto& empty : set_.own_empties)
    index_->add_empty(empty.name.wire(), apex_octets(empty.zone), empty.zone);
}

void World::set_static(const Name& name, std::shared_ptr<const StaticZone> data) {
  const auto found = std::find_if(set_.zones.begin(), set_.zones.end(),
                                  [&](const auto& zone) { return zone->name == name.folded(); });
  if (found == set_.zones.end()) return;
  const auto z = static_cast<std::size_t>(found - set_.zones.begin());
  const auto zone = static_cast<std::uint16_t>(z);
  StaticZones statics(set_.zones.size());
  statics[z] = data;
  auto set = make_zone_set(set_.config, statics);
  const auto content = content_of(set, zone, data.get());
  const auto cuts = cuts_[z];
  show_own(set, zone, data.get());
  const auto& written = serial_rules_[z].written;
  if (std::exchange(contents_[z], content) != content || (written && is_newer(*written, zones_[z].serial))) {
    changed_[z] = true;
    if (!subscribers_.empty()) change_log_[z][zones_[z].zone->name.to_string()][RRType::SOA] = true;
  }
  set_.zones[z] = zones_[z].zone = set.zones[z];
  if (cuts != cuts_[z]) {  // services come up from below a delegation, or vanish under one
    services_.for_each([&](ServiceId id) {
      const auto& zones = set_.registries[services_[id].registry].zones;
      if (std::find(zones.begin(), zones.end(), zone) != zones.end()) mark(id);
    });
    composed_.touch_zone(zone);
    while (flush(SIZE_MAX)) {
    }
  }
  publish();
}

/// The static node that answers for the name: its own, a delegation or DNAME above it, or a wildcard; null: a
/// service does, or nobody.
const World::OwnName* World::static_at(NameView name) const {
  const auto own_in = [&](Slot slot) -> const OwnName* {
    if (slot >= owners_.size() || !owners_[slot].is_zones()) return nullptr;
    const auto& own = own_[owners_[slot].zone];
    const auto found = std::find_if(own.begin(), own.end(), [&](const OwnName& o) { return o.slot == slot; });
    return found == own.end() || found->origin.empty() ? nullptr : &*found;
  };
  for (auto at = name; at.size() > 1; at = parent(at)) {
    const auto slot = index_->owner(at);
    if (slot == kNoSlot) continue;
    const auto* own = own_in(slot);
    if (at.size() == name.size() || (own != nullptr && (own->block->is_cut() || own->block->has_dname())))
      return own;
    auto wildcard = Name::from_wire(at);
    return wildcard.prepend("*") ? own_in(index_->owner(wildcard.wire())) : nullptr;
  }
  return nullptr;
}

}  // namespace signpost
