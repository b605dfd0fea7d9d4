// What the builder knows about itself, as values: for /status, /metrics, /ready and explain.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"
#include "dns/base/durations.h"
#include "zones/guard/holds.h"
#include "zones/policy/doubt.h"

namespace signpost {

/// The states of facts that an operator sees (DESIGN.md section 3).
enum class RegistryPhase : std::uint8_t {
  Cold,      // no complete list yet: its names answer SERVFAIL
  Snapshot,  // no complete list yet, but what its state file has (zones/state): TTL at most 5 s
  Live,      // listed, and heard from since the last loss
  Lagging,   // contact lost for less than kFreshness: answers as before
  Stale,     // contact lost for longer: answers as before, with EDE 3
  Held,      // live, but a guard does not believe all it says: what would vanish answers as before
};
inline constexpr std::array kRegistryPhases{RegistryPhase::Cold,  RegistryPhase::Snapshot,
                                            RegistryPhase::Live,  RegistryPhase::Lagging,
                                            RegistryPhase::Stale, RegistryPhase::Held};
std::string_view to_string(RegistryPhase phase) noexcept;  // "cold"

/// How long a lost registry's data counts as fresh.
inline constexpr std::chrono::minutes kFreshness{5};

/// What one guard holds of a registry now, and did since the start.
struct GuardStatus {
  ListGuard guard = ListGuard::EmptyRead;
  std::uint64_t services = 0;         // held
  std::uint64_t instances = 0;        // of them, shown though the registry does not tell them
  double age_seconds = -1;            // of the oldest hold; -1: none
  double left_seconds = -1;           // until the last one ends by time; -1: not by time, or none
  std::vector<std::string> examples;  // "local/cart", a few
  Holds::Counts counts;
};

/// Services that answer, or answered since the start, by a rule that takes back what health dropped.
struct DoubtStatus {
  policy::Doubt doubt = policy::Doubt::None;
  std::uint64_t services = 0;  // now
  std::uint64_t times = 0;     // since the start
};

/// What became of what other servers of a registry said of held services, since the start.
struct OpinionCounts {
  std::uint64_t gone_too = 0;     // services: believed
  std::uint64_t still_there = 0;  // held on
  std::uint64_t unsure = 0;       // the same
  std::uint64_t failed = 0;       // questions without an answer

  OpinionCounts& operator+=(const OpinionCounts& more) {
    gone_too += more.gone_too, still_there += more.still_there, unsure += more.unsure, failed += more.failed;
    return *this;
  }
};

/// What a guard that watches health does of a registry now, and did since the start.
struct HealthGuardStatus {
  std::string guard;                  // "health_loss" (G4), "flapping" (G6)
  std::uint64_t services = 0;         // concerned now
  std::uint64_t instances = 0;        // ill within the last minute; damped
  double age_seconds = -1;            // -1: not now, or not known
  std::vector<std::string> examples;  // "cluster/shop/cart", a few
  std::uint64_t begun = 0, quiet = 0, released = 0;
  std::uint64_t hidden = 0;  // changes that were not shown
};

/// From a change in a cluster to the snapshot that shows it: kubernetes_dns_programming_duration_seconds of
/// CoreDNS, with its buckets.
struct ProgrammingTimes {
  static constexpr std::size_t kBounds = 20;         // 1 ms x 2^i
  std::array<std::uint64_t, kBounds + 1> buckets{};  // the last one: all longer
  double seconds = 0;                                // the sum

  /// Clocks of two machines: a negative time counts as none.
  void count(WallTime changed, WallTime shown) noexcept {
    const auto took = std::max(std::chrono::duration<double>(shown - changed).count(), 0.0);
    std::size_t bucket = 0;
    for (double bound = 0.001; bucket < kBounds && took > bound; bound *= 2) ++bucket;
    ++buckets[bucket];
    seconds += took;
  }
};

inline constexpr std::size_t kHealthCount = 4;  // words of Health

struct RegistryStatus {
  std::string name;
  bool required = false;
  bool synced = false;  // one complete list since the start: never false again
  RegistryPhase phase = RegistryPhase::Cold;
  double restored_age_seconds = -1;    // Snapshot: since its state file was written
  bool ready_from_state = false;       // Snapshot, and that is enough for /ready
  double last_event_age_seconds = -1;  // since the last proof of life; -1: none yet
  std::string last_error;              // why contact was lost the last time; empty: never
  std::uint64_t services = 0;
  std::uint64_t pending = 0;    // listed, not yet read
  std::uint64_t instances = 0;  // of services and imports
  std::uint64_t eligible = 0;
  std::array<std::uint64_t, kHealthCount> by_health{};  // of the same instances, by the registry's word
  Durations lag;  // of its events, from the backend's hand to the snapshot that shows them
  ProgrammingTimes programmed_cluster_ip, programmed_headless;  // of a Kubernetes registry
  // Of a Kubernetes registry, which counts none of them as a service:
  std::uint64_t namespaces = 0;
  std::uint64_t pods = 0;
  std::uint64_t imports = 0;        // ServiceImports
  std::uint64_t lists = 0;          // complete lists taken
  std::uint64_t events = 0;         // upserts and erases taken
  std::uint64_t held = 0;           // services of which something is shown that the registry no longer tells
  std::vector<GuardStatus> guards;  // all of them, by Guard
  std::vector<DoubtStatus> doubts;  // all but None
  std::vector<HealthGuardStatus> health_guards;
  OpinionCounts opinions;
  std::string last_opinion;  // while something is held: "nacos-1:8848: 1 gone there too, ..."; empty: none
  std::uint64_t unpublished = 0;  // services without any name (not a host name, too long)
};

/// `signpost drain` and `undrain`.
struct DrainOrder {
  std::string registry;
  std::string service;   // the rest of its key: "shop/cart"
  std::string instance;  // an id, or an address
  bool begin = true;
  std::optional<std::chrono::seconds> length;  // nullopt: until undrain
};

struct DrainOutcome {
  std::string error;  // what is not there, and what is; empty: well
  std::string service;
  std::vector<std::string> instances;  // ids
  bool drained = true;
  std::int64_t seconds = 0;  // 0: until undrain
  std::string note;
};

struct DrainStatus {
  std::string service;
  std::string instance;
  double left_seconds = -1;  // -1: until undrain
  bool known = false;        // the registry tells it
};

/// What `signpost release` came to.
struct ReleaseOutcome {
  std::string error;                  // what is not there, and what is; empty: well
  std::vector<std::string> released;  // "local/cart"
};

/// Services with `locality: prefer` that answer clients beyond their own zone now.
struct SpillStatus {
  std::uint64_t services = 0;
  std::uint64_t client_zones = 0;  // of all of them together, whose clients hear of other zones
};

struct ZoneStatus {
  std::string name;  // "cluster.local."
  std::uint32_t serial = 0;
  std::uint64_t services = 0;  // slots: service names of the zone, each once
  std::uint64_t collisions = 0;
  bool cold = false;
  std::uint64_t static_names = 0;         // owners from its file, records and aliases
  bool held = false;                      // a guard holds something of a registry of it
  std::vector<DoubtStatus> doubts = {};   // of its composed services, all but None; empty: it has none
  std::optional<SpillStatus> spill = {};  // nullopt: nothing in it prefers the client's zone
};

/// A name over services of several registries.
struct ComposedStatus {
  std::string name;  // "cart.shop.internal."
  std::string combine;
  std::vector<std::string> members;  // "cluster/shop/cart"
  std::uint64_t instances = 0;       // that take part
  std::uint64_t eligible = 0;
  bool cold = false;
  std::vector<std::string> notes;  // members that are missing, who answers in whose place
  policy::Doubt doubt = policy::Doubt::None;
};

/// Addresses of a name before and after; -1: there was or is no such name.
struct ChangedName {
  std::string name;  // "cart.demo.internal."
  int before = -1, after = -1;
};

/// What one publication changed in one zone.
struct RecentChange {
  WallTime at{};
  std::string zone;
  std::uint32_t serial = 0;        // since then
  std::uint64_t names = 0;         // services and static names
  std::vector<ChangedName> first;  // a few of them
};

struct BuilderStatus {
  std::vector<RegistryStatus> registries;
  std::vector<ZoneStatus> zones;
  std::vector<ComposedStatus> composed;
  std::vector<DrainStatus> drains;
  std::vector<RecentChange> changes;  // the newest first, a few
  std::uint64_t publishes = 0;
  std::uint64_t blocks_built = 0;
  std::uint64_t snapshot_version = 0;
  std::uint64_t names = 0;          // spellings in the name table
  std::uint64_t block_octets = 0;   // all published blocks together
  double last_publish_seconds = 0;  // from the first pending event to the new version
  double longest_step_seconds = 0;  // since the start
  Durations steps;                  // uninterrupted, of the builder
};

}  // namespace signpost
