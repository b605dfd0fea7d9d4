// World: who owns which name, and the next snapshot.
#include <algorithm>
#include <utility>

#include "dns/base/log.h"
#include "zones/table/world.h"

namespace signpost {

std::size_t World::place_in(std::uint16_t zone, const std::string& registry) const {
  const auto& all = set_.rules(zone).registries;
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), registry) - all.begin());
}

std::optional<names::Spelling> World::spelling_of(Slot slot, NameView name) const {
  const auto& owner = owners_[slot];
  const auto& record = services_[owner.service];
  auto all = names::spellings(record.key, set_.registries[record.registry].layout, set_.rules(owner.zone));
  for (auto& spelling : all.names) {
    if (std::ranges::equal(spelling.name.wire(), name)) return std::move(spelling);
  }
  return std::nullopt;
}

/// The zone's own names, composed ones, services of registries.
int World::rank(Slot slot) const {
  if (slot >= owners_.size() || owners_[slot].is_zones()) return 0;
  return owners_[slot].service == kNoService ? 1 : 2;
}

/// DESIGN.md section 2, "Precedence on one name": the zone's own names first, then what is written for it,
/// then the services' order.
bool World::precedes(NameView name, Slot a, Slot b) const {
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) == 0) return a < b;
  if (rank(a) == 1) return owners_[a].composed < owners_[b].composed;
  const auto spelling_a = spelling_of(a, name);
  const auto spelling_b = spelling_of(b, name);
  if (!spelling_a || !spelling_b) return spelling_a.has_value();
  const auto& key_a = services_[owners_[a].service].key;
  const auto& key_b = services_[owners_[b].service].key;
  return names::precedes({*spelling_a, key_a, place_in(owners_[a].zone, key_a.registry)},
                         {*spelling_b, key_b, place_in(owners_[b].zone, key_b.registry)});
}

/// The serial of a zone that changed.
std::uint32_t World::grow_serial(std::size_t zone) {
  auto& rules = serial_rules_[zone];
  const auto next = next_serial(rules, zones_[zone].serial);
  rules.served = true;
  if (rules.only_static && rules.written && *rules.written != next) {
    log::warning("zone.serial", {{"zone", zones_[zone].zone->name.to_string()},
                                 {"written", *rules.written},
                                 {"served", next},
                                 {"why", "the zone changed, but not to a newer serial"}});
  }
  return next;
}

void World::publish() {
  refresh_zone_flags();
  const bool visible = std::find(changed_.begin(), changed_.end(), true) != changed_.end();
  if (!visible && !flags_changed_) return;
  auto next = std::make_unique<Snapshot>();
  auto garbage = index_->publish_into(*next);
  garbage.absorb(std::exchange(old_index_, Garbage()));
  note_pointers(*next);
  std::vector<std::uint32_t> old_serials;
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    old_serials.push_back(zones_[z].serial);
    if (changed_[z]) zones_[z].serial = grow_serial(z);
  }
  next->zones = zones_;
  next->clients = client_zones_;
  next->revision = ++revision_;
  published_ = next.get();
  store_.publish(std::move(next), std::move(garbage));
  ++publishes_;
  flags_changed_ = false;
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    if (!changed_[z]) continue;
    changed_[z] = false;
    recent_.publish(static_cast<std::uint16_t>(z), zones_[z].zone->name.to_string(), zones_[z].serial,
                    clock_.wall());
    tell_subscribers(static_cast<std::uint16_t>(z), old_serials[z], zones_[z].serial);
  }
}

void World::tell_subscribers(std::uint16_t zone, std::uint32_t old_serial, std::uint32_t new_serial) {
  if (subscribers_.empty()) return;
  ZoneChange change{zones_[zone].zone->name.to_string(), old_serial, new_serial, {}};
  for (const auto& [owner, types] : std::exchange(change_log_[zone], {})) {
    auto name = Name::parse(owner);
    if (!name) continue;
    change.owners.push_back({*name, {}});
    for (const auto& [type, changed] : types) change.owners.back().types.push_back(type);
  }
  for (const auto& subscriber : subscribers_) subscriber(change);
}

}  // namespace signpost
