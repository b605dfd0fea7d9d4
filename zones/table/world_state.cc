// World: what it begins with, read from state files, and what of it is written there (zones/state).
#include <algorithm>
#include <utility>

#include "dns/base/log.h"
#include "zones/table/packed_state.h"
#include "zones/table/state_source.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

/// A serial that is kept may be behind the one served by half of this, so that a write is not due with each
/// change: 10,000 of them in the five seconds between two writes would be 2,000 publishes a second. A start
/// after a crash begins that much later.
constexpr std::uint32_t kSerialReserve = 20000;

}  // namespace

void World::restore_serials(KeptSerials serials) {
  for (const auto& [zone, serial] : serials) keep_serial(zone, serial);
}

/// A zone begins behind neither the time nor what it once served.
std::uint32_t World::first_serial(const Zone& zone) const {
  const auto now = static_cast<std::uint32_t>(std::chrono::system_clock::to_time_t(clock_.wall()));
  const auto kept = kept_serials_.find(zone.name.to_string());
  return kept != kept_serials_.end() && is_newer(kept->second, now) ? kept->second : now;
}

void World::keep_serial(const std::string& zone, std::uint32_t serial) {
  const auto [known, fresh] = kept_serials_.try_emplace(zone, serial);
  if (!fresh && is_newer(serial, known->second)) known->second = serial;
}

/// The configuration is about to change: a registry that is another one now must not answer from what another
/// one's state file told, and what it told itself is not written down as the new one's.
void World::forget_other_sources(const config::Config& next) {
  if (copying_.active()) {
    registries_[copying_.registry()].second.kept.changed = true;
    copying_.drop();
  }
  for (auto& [name, state] : registries_) {
    const auto found = std::find_if(next.registries.begin(), next.registries.end(),
                                    [&, &key = name](const auto& one) { return one.name == key; });
    if (found == next.registries.end()) continue;
    const auto source = state_source(*found);
    const bool same = state.kept.source.type == source.type && state.kept.source.options == source.options;
    if (same) continue;
    if (!state.synced && state.restored) {
      log::warning("state.dropped", {{"registry", name}, {"why", "its options lead elsewhere now"}});
      reset(name);
    }
    state.kept.proven = false;
  }
}

/// Takes over what a state file has of a registry that has said nothing yet.
void World::restore(Restored restored) {
  const auto index = registry_index(restored.source.registry);
  if (index < 0) return;
  auto& [name, registry] = registries_[static_cast<std::size_t>(index)];
  if (registry.synced || registry.listing || registry.services > 0) return;  // it spoke first
  registry.restored = RestoredFacts{restored.written, restored.complete};
  registry.kept.source.identity = restored.source.identity;
  registry.kept.revision = restored.revision;
  // A registry that forgets when it restarts may have done so with us (nacos.md L14).
  registry.holds.lost();
  const bool kubernetes =
      set_.registries[static_cast<std::size_t>(index)].layout == names::Layout::Kubernetes;
  services_.reserve(restored.services.size());
  for (auto& service : restored.services) {
    service.key.registry = name;
    const auto id = services_.add(std::move(service.key));
    auto& record = services_[id];
    record.registry = static_cast<std::uint16_t>(index);
    record.packed = std::move(service.packed);
    record.seen = service.seen;
    record.instances = service.instances;
    record.draining = service.draining;
    record.down = service.down;
    record.pending = service.pending;
    record.pods = service.pods;
    record.import = kubernetes && record.key.group == names::kImports;
    ++registry.services;
    count(record, +1);
    mark(id);
  }
  composed_.touch_registry(name);
  log::info("registry.restored", {{"registry", name},
                                  {"services", registry.own_services()},
                                  {"instances", registry.instances - registry.pods},
                                  {"age_seconds", restored_age(*registry.restored).count()},
                                  {"complete", restored.complete}});
}

/// What the registry calls itself. If that is another name than that of the state file, nothing that the file
/// has is this registry's.
void World::identify(const std::string& registry, const std::string& identity) {
  const auto index = registry_index(registry);
  if (index < 0 || identity.empty()) return;
  auto& state = registries_[static_cast<std::size_t>(index)].second;
  auto& known = state.kept.source.identity;
  if (known == identity) return;
  if (!known.empty() && !state.synced && state.restored) {
    log::warning("state.dropped", {{"registry", registry},
                                   {"why", "its state file is of another registry of that name"},
                                   {"file", known},
                                   {"registry_says", identity}});
    reset(registry);
  }
  known = identity;
  state.kept.changed = true;
}

void World::keep_state(std::function<void(state::Content)> save) {
  copying_.drop();
  save_ = std::move(save);
  promised_serials_.clear();
  serials_writing_ = false;
  for (auto& [name, registry] : registries_) {
    registry.kept.changed = true;
    registry.kept.writing = false;
  }
}

/// Begins and goes on with copies; true: there is more to do at once.
bool World::save_some() {
  if (!save_) return false;
  if (copying_.active()) {
    if (copying_.step(services_)) return true;
    hand_over();
  }
  save_serials(false);
  const auto now = clock_.now();
  for (std::size_t i = 0; i < registries_.size(); ++i) {
    const auto& kept = registries_[i].second.kept;
    if (!kept.changed || !kept.proven || kept.writing || now < kept.due) continue;
    begin_copy(i);
    return true;
  }
  return false;
}

void World::begin_copy(std::size_t registry) {
  auto& kept = registries_[registry].second.kept;
  state::Content content;
  content.source = kept.source;
  content.packed_version = kPackedVersion;
  content.revision = kept.revision;
  content.complete = true;  // nothing is proven before the first whole list
  kept.changed = false;
  kept.due = clock_.now() + Copying::kPause;
  copying_.begin(static_cast<std::uint16_t>(registry), std::move(content));
}

void World::hand_over() {
  registries_[copying_.registry()].second.kept.writing = true;
  save_(copying_.take());
}

/// What became of a write; `registry` may be gone.
void World::state_saved(const std::string& registry, bool well) {
  if (registry == serials_source().registry) {
    if (!well) promised_serials_.clear();
    serials_writing_ = false;
    return;
  }
  const auto index = registry_index(registry);
  if (index < 0) return;
  auto& kept = registries_[static_cast<std::size_t>(index)].second.kept;
  kept.writing = false;
  if (well) {
    kept.failed = 0;
    return;
  }
  kept.changed = true;
  const Duration pause = Copying::kPause * (1u << std::min(kept.failed++, 4u));
  kept.due = clock_.now() + std::min<Duration>(pause, Copying::kPauseLongest);
}

/// At the end: all that is not written yet, in one go.
void World::save_all() {
  if (!save_) return;
  if (copying_.active()) {
    registries_[copying_.registry()].second.kept.changed = true;
    copying_.drop();
  }
  for (std::size_t i = 0; i < registries_.size(); ++i) {
    const auto& kept = registries_[i].second.kept;
    const bool old =
        phase(registries_[i].second) == RegistryPhase::Live && clock_.now() >= kept.due + Copying::kConfirm;
    if (!kept.proven || (!kept.changed && !old)) continue;
    begin_copy(i);
    while (copying_.step(services_)) {
    }
    hand_over();
  }
  save_serials(true);
}

/// `last`: those that are served, to the number; else later ones, before they are reached.
void World::save_serials(bool last) {
  if (!last && (serials_writing_ || clock_.now() < serials_due_)) return;
  serials_due_ = clock_.now() + Copying::kPause;
  bool due = last;
  for (std::size_t z = 0; z < zones_.size() && !due; ++z) {
    if (serial_rules_[z].only_static) continue;
    const auto promised = promised_serials_.find(zones_[z].zone->name.to_string());
    due = promised == promised_serials_.end() ||
          !is_newer(promised->second, zones_[z].serial + kSerialReserve / 2);
  }
  if (!due) return;
  auto serials = kept_serials_;  // also of zones that are not configured now
  for (std::size_t z = 0; z < zones_.size(); ++z) {
    if (serial_rules_[z].only_static) continue;
    serials[zones_[z].zone->name.to_string()] = zones_[z].serial + (last ? 0 : kSerialReserve);
  }
  promised_serials_ = serials;
  serials_writing_ = true;
  save_(pack_serials(serials));
}

}  // namespace signpost
