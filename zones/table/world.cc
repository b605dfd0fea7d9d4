// World: what registries say. Blocks and publishing are in world_blocks.cc, what people ask in
// world_status.cc.
#include "zones/table/world.h"

#include <algorithm>
#include <utility>

#include "dns/base/log.h"
#include "dns/base/random.h"
#include "zones/table/client_zones.h"
#include "zones/table/packed_state.h"
#include "zones/table/state_source.h"

namespace signpost {
namespace {

/// One server has nobody beside it, and over HTTP v1 nobody is asked (backends/nacos/opinion.h).
bool has_second_opinion(const config::NacosRegistry& nacos) {
  const bool several = nacos.servers.size() > 1 || !nacos.address_server.empty();
  return nacos.second_opinion && several && nacos.protocol != config::NacosProtocol::Http;
}

/// Of the zones and composed services that show it; 0: none ramps.
Duration longest_ramp(const config::Config& config, const std::string& registry) {
  Duration longest{};
  for (const auto& zone : config.zones) {
    const auto& shown = zone.registries;
    if (std::find(shown.begin(), shown.end(), registry) != shown.end())
      longest = std::max<Duration>(longest, zone.ramp);
    for (const auto& service : zone.services) {
      const auto& members = service.members;
      if (std::any_of(members.begin(), members.end(),
                      [&](const config::Member& member) { return member.registry == registry; }))
        longest = std::max<Duration>(longest, service.ramp);
    }
  }
  return longest;
}

}  // namespace

/// Revisions begin with the time of the start, so that those of the next process are larger.
World::World(SnapshotStore& store, const Clock& clock)
    : store_(store),
      clock_(clock),
      started_(clock.now()),
      hash_seed_(Random::from_kernel().next()),
      revision_(std::uint64_t{clock.wall_seconds()} << 32) {
  index_ = std::make_unique<NameIndex>(hash_seed_,
                                       [this](NameView n, Slot a, Slot b) { return precedes(n, a, b); });
}

World::~World() = default;

int World::registry_index(const std::string& name) const {
  const auto found =
      std::find_if(registries_.begin(), registries_.end(), [&](const auto& r) { return r.first == name; });
  return found == registries_.end() ? -1 : static_cast<int>(found - registries_.begin());
}

void World::configure(std::shared_ptr<const config::Config> config, const StaticZones& statics) {
  forget_other_sources(*config);
  const auto old_zones = std::exchange(zones_, {});
  for (const auto& old : old_zones) keep_serial(old.zone->name.to_string(), old.serial);
  forget_blocks();
  published_ = nullptr;
  set_ = make_zone_set(std::move(config), statics);

  std::vector<std::pair<std::string, RegistryState>> kept;
  for (const auto& registry : set_.registries) {
    const auto old = registry_index(registry.name);
    kept.emplace_back(registry.name, old < 0 ? RegistryState()
                                             : std::move(registries_[static_cast<std::size_t>(old)].second));
    kept.back().second.configured = true;
    kept.back().second.kept.take(state_source(set_.config->registries[kept.size() - 1]));
    kept.back().second.watches_health = registry.layout != names::Layout::File;
    kept.back().second.ramp_longest = longest_ramp(*set_.config, registry.name);
    const auto& options = set_.config->registries[kept.size() - 1].options;
    const auto* nacos = std::get_if<config::NacosRegistry>(&options);
    kept.back().second.holds.set_rules({registry.layout != names::Layout::File, nacos != nullptr,
                                        nacos != nullptr && has_second_opinion(*nacos)});
  }
  registries_ = std::move(kept);
  if (std::none_of(registries_.begin(), registries_.end(),
                   [](const auto& each) { return each.second.ramp_longest > Duration::zero(); }))
    ramps_ = Ramps();
  refresh_clients();
  std::vector<ServiceId> gone;
  services_.for_each([&](ServiceId id) {
    const auto registry = registry_index(services_[id].key.registry);
    registry < 0 ? gone.push_back(id) : void(services_[id].registry = static_cast<std::uint16_t>(registry));
  });
  for (const auto id : gone) {
    revisits_.remove(id);
    checks_.forget(id);
    last_known_.forget(id);
    ramps_.forget(id);
    services_.remove(id);
  }
  checks_.begin();

  for (std::size_t i = 0; i < set_.zones.size(); ++i) {
    const auto before = std::find_if(old_zones.begin(), old_zones.end(),
                                     [&](const ZoneView& z) { return z.zone->name == set_.zones[i]->name; });
    const auto serial = before == old_zones.end() ? first_serial(*set_.zones[i]) : before->serial;
    zones_.push_back({set_.zones[i], serial, false, false});
  }
  serials_due_ = {};  // what a new zone serves is promised at once: who dies young must not go back either
  composed_.configure(*set_.config);
  changed_.assign(zones_.size(), true);
  spills_.assign(zones_.size(), {});
  change_log_.assign(zones_.size(), {});
  recent_.forget_noted();
  indexed_.assign(zones_.size(), false);
  zone_slots_.assign(zones_.size(), 0);
  for (const auto& zone : set_.zones) {
    for (const auto forward : zone->forward) indexed_[forward] = true;
  }
  own_names(statics, old_zones, std::exchange(contents_, {}));
  services_.for_each([this](ServiceId id) { mark(id); });
  while (flush(SIZE_MAX)) {
  }
  checks_.sweep();
  refresh_zone_flags();
  flags_changed_ = true;
  publish();
}

void World::take_check(const checks::Change& change) {
  const auto services = checks_.take(change);
  if (services.empty()) return;
  const auto target = change.target.to_string();
  change.failing ? log::warning("check.failing", {{"target", target}, {"why", change.why}})
                 : log::info("check.passing", {{"target", target}});
  for (const auto id : services) id < kComposedIds ? mark(id) : composed_.touch_number(id - kComposedIds);
}

void World::reset(const std::string& registry) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  std::vector<ServiceId> all;
  services_.for_each([&](ServiceId id) {
    if (services_[id].registry == index) all.push_back(id);
  });
  for (const auto id : all) remove(id);
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  const auto rules = state.holds.rules();
  const auto watches_health = state.watches_health;
  const auto ramp_longest = state.ramp_longest;
  auto source = state.kept.source;
  source.identity.clear();
  if (copying_.active() && copying_.registry() == index) copying_.drop();
  state = RegistryState();
  state.configured = true;
  state.kept.take(std::move(source));
  state.watches_health = watches_health;
  state.ramp_longest = ramp_longest;
  state.holds.set_rules(rules);
  composed_.forget_registry(registry);
  composed_.touch_registry(registry);
  refresh_clients();
}

void World::place_clients(const std::string& registry, std::vector<ClientNetwork> networks) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  registries_[static_cast<std::size_t>(index)].second.clients = std::move(networks);
  refresh_clients();
}

/// No answer that everybody gets has changed, so no serial moves.
void World::refresh_clients() {
  std::vector<const std::vector<ClientNetwork>*> told;
  for (const auto& name : set_.config->clients.nodes) {
    if (const auto index = registry_index(name); index >= 0)
      told.push_back(&registries_[static_cast<std::size_t>(index)].second.clients);
  }
  client_zones_ = make_client_zones(set_.config->clients, told);
  flags_changed_ = true;
}

void World::begin_list(const std::string& registry, Epoch epoch) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  state.epoch = epoch;
  state.listing = true;
  state.list_began = clock_.now();
  state.services_before = state.services;
  state.instances_before = state.instances;
  state.last_event = clock_.now();
}

void World::take(ServiceState state) {
  const auto index = registry_index(state.key.registry);
  if (index < 0) return;
  auto& registry = registries_[static_cast<std::size_t>(index)].second;
  registry.last_event = clock_.now();
  ++registry.events;
  std::erase_if(state.instances, [](const Instance& i) { return !i.v4 && !i.v6; });
  auto id = services_.find(state.key);
  if (id == kNoService) {
    id = services_.add(state.key);
    services_[id].registry = static_cast<std::uint16_t>(index);
    services_[id].epoch = registry.epoch;
    copying_.added(services_[id]);
    ++registry.services;
    return store(id, state);
  }
  services_[id].epoch = registry.epoch;
  // Known, but not read anew yet: that takes no answer away.
  if (state.pending && !services_[id].pending) return come_back(id);
  const bool guarding = registry.holds.guarding(clock_.now());
  if (registry.tells() && is_listing(registry) && !guarding) return take_listed(id, state);
  if (guarding || registry.holds.find(id) != nullptr) return take_doubted(id, state);
  store(id, state);
}

void World::mention(const ServiceKey& key) {
  const auto index = registry_index(key.registry);
  const auto id = services_.find(key);
  if (index < 0 || id == kNoService) return;
  auto& registry = registries_[static_cast<std::size_t>(index)].second;
  registry.last_event = clock_.now();
  services_[id].epoch = registry.epoch;
  const auto* hold = registry.holds.find(id);
  if (hold != nullptr && hold->told.gone) come_back(id);
}

namespace {

std::uint32_t how_many(const ServiceState& state, Health health) {
  return static_cast<std::uint32_t>(
      std::count_if(state.instances.begin(), state.instances.end(),
                    [health](const Instance& instance) { return instance.health == health; }));
}

}  // namespace

/// Takes the state as the one to be shown.
void World::store(ServiceId id, const ServiceState& state, By by) {
  auto& record = services_[id];
  auto packed = pack(state);
  if (record.packed == packed) return;
  copying_.before_change(record);
  registry_of(id).kept.changed = true;
  const auto seen = HealthSeen::of(state);
  remember_healthy(id);
  count(record, -1);
  compare(id, state, seen, is_listing(registry_of(id)) ? By::List : by);
  record.seen = seen;
  record.packed = std::move(packed);
  record.pending = state.pending;
  record.pods = state.kind == ServiceKind::Pods;
  record.import = set_.registries[record.registry].layout == names::Layout::Kubernetes &&
                  record.key.group == names::kImports;
  record.instances = static_cast<std::uint32_t>(state.instances.size());
  record.draining = how_many(state, Health::Draining);
  record.down = how_many(state, Health::Down);
  count(record, +1);
  mark(id);
}

/// The part of a record that a registry's totals are made of.
void World::count(HeldRecord& record, int sign) {
  auto& registry = registries_[record.registry].second;
  const auto add = [sign](std::uint64_t& total, std::uint64_t by) {
    total = sign > 0 ? total + by : total - by;
  };
  add(registry.pending, record.pending ? 1 : 0);
  add(registry.instances, record.instances);
  add(registry.eligible, record.eligible);
  add(registry.up, record.pods ? 0 : record.seen.up);
  add(registry.draining, record.pods ? 0 : record.draining);
  add(registry.down, record.pods ? 0 : record.down);
  add(registry.unpublished, record.unpublished ? 1 : 0);
  add(registry.doubtful[static_cast<std::size_t>(record.doubt)], 1);
  add(registry.imports, record.import ? 1 : 0);
  if (!record.pods) return;
  add(registry.namespaces, 1);
  add(registry.pods, record.instances);
  add(registry.pods_eligible, record.eligible);
}

void World::erase(const ServiceKey& key) {
  const auto index = registry_index(key.registry);
  if (index < 0) return;
  auto& registry = registries_[static_cast<std::size_t>(index)].second;
  registry.last_event = clock_.now();
  ++registry.events;
  const auto id = services_.find(key);
  if (id == kNoService) return;
  if (registry.holds.guarding(clock_.now())) return doubt_erase(id);
  remove(id);
}

void World::forget(const ServiceKey& key) {
  if (const auto id = services_.find(key); id != kNoService) remove(id);
}

void World::remove(ServiceId id) {
  auto& record = services_[id];
  copying_.before_change(record);
  registry_of(id).kept.changed = true;
  for (const auto& [zone, slot] : record.slots) drop_slot(slot, zone);
  record.slots.clear();
  count(record, -1);
  auto& registry = registries_[record.registry].second;
  --registry.services;
  registry.staged.erase(id);
  static_cast<void>(registry.holds.end(id, HoldEnd::Event));
  if (record.dirty) std::erase(dirty_, id);
  revisits_.remove(id);
  checks_.forget(id);
  last_known_.forget(id);
  composed_.touch(record.key);
  ramps_.forget(id);
  registry.storm.forget(id);
  registry.flaps.forget(id);
  services_.remove(id);
}

void World::end_list(const std::string& registry, Epoch epoch, Complete complete) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  state.last_event = clock_.now();
  state.listing = false;
  if (epoch != state.epoch) return;
  if (complete != Complete::No) ++state.lists;
  if (complete != Complete::No || state.tells()) settle_list(static_cast<std::uint16_t>(index), complete);
  if (complete == Complete::No) return;
  if (!std::exchange(state.kept.proven, true)) state.kept.changed = true;
  if (state.synced) return;
  const bool shown = state.tells();
  state.synced = true;
  state.lost_since.reset();
  flags_changed_ = true;
  if (!shown) {
    services_.for_each([&](ServiceId id) {
      if (services_[id].registry == index) mark(id);
    });
  }
  composed_.touch_registry(registry);
  log::info("registry.synced", {{"registry", registry},
                                {"services", state.own_services()},
                                {"instances", state.instances - state.pods}});
}

void World::caught_up(const std::string& registry, std::uint64_t revision) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  state.last_event = clock_.now();
  state.kept.revision = revision;
  state.holds.regained(clock_.now());
  if (!state.lost_since) return;
  state.lost_since.reset();
  flags_changed_ = true;
  log::info("registry.regained", {{"registry", registry}});
}

void World::lost_contact(const std::string& registry, const std::string& why) {
  const auto index = registry_index(registry);
  if (index < 0) return;
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  state.last_error = why;
  if (state.tells()) state.holds.lost();
  if (state.lost_since) return;
  state.lost_since = clock_.now();
  log::warning("registry.lost", {{"registry", registry}, {"why", why}, {"synced", state.synced}});
}

bool World::tick() {
  const bool more = tick_holds();
  tick_health();
  tick_drains();
  for (auto& [name, registry] : registries_) {
    if (std::exchange(registry.outdated, is_outdated(registry)) != registry.outdated)
      composed_.touch_registry(name);
  }
  composed_.touch_due(clock_.now());
  for (const auto id : revisits_.take_due(clock_.now())) mark(id);
  publish();
  store_.sweep();
  return more;
}

}  // namespace signpost
