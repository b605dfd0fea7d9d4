// What every worker answers from: zones, names and blocks of one moment, immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "dns/wire/name.h"
#include "zones/snapshot/address_index.h"
#include "zones/snapshot/block.h"
#include "zones/snapshot/client_zones.h"
#include "zones/snapshot/tables.h"

namespace signpost {

/// One zone's own records and rules; made when the configuration is taken, shared by all snapshots until the
/// next.
struct Zone {
  Name name;  // folded
  std::uint32_t ttl = 5;
  std::uint32_t negative_ttl = 1;  // SOA MINIMUM
  std::uint32_t soa_ttl = 5;       // min(ttl, 300)
  /// SOA RDATA; the serial of the moment goes to soa_serial_at.
  std::vector<std::uint8_t> soa;
  std::size_t soa_serial_at = 0;
  std::vector<Name> nameservers;       // NS targets; those inside the zone have blocks of their own
  bool reverse = false;                // owners are addresses; answered from the address index
  std::vector<std::uint16_t> forward;  // reverse: the zones whose names PTR may give, the preferred first
  bool one_pointer = true;             // reverse: only the best of them
  std::uint8_t counted_as = 0;         // counted_zone()
  std::vector<std::string> registries;
  bool composed = false;  // has names over several registries, which know by themselves what is cold or stale

  /// A registry of it may know more names than it lists (zones/demand): which ones, in folded labels.
  struct OnQuery {
    std::vector<std::string> spaces;  // namespaces that it follows
    std::vector<std::string> listed;  // groups of which a list names everything
    bool default_space = false;       // it follows the zone's default namespace: group and bare form
    bool bare = false;                // and nobody lists the zone's default group
  };
  std::vector<OnQuery> on_query;

  /// DS of a zone below this one that is served here too: the parent answers it.
  struct ChildDs {
    Name name;
    std::uint16_t count = 0;
    std::vector<std::uint8_t> records;  // as of StaticSet
  };
  std::vector<ChildDs> child_ds;
};

inline constexpr std::uint32_t kNoTtlMax = 0xffffffff;
/// What may be dead is not to be cached for long (operations.md 2).
inline constexpr std::uint32_t kStaleTtlMax = 5;
inline constexpr std::uint32_t kRestoredNegativeTtlMax = 1;

/// A zone with what moves.
struct ZoneView {
  std::shared_ptr<const Zone> zone;
  std::uint32_t serial = 0;
  bool cold = false;  // a registry of it has no complete list yet: what is missing is not known to be missing
  bool stale = false;     // a registry of it was lost longer than kFreshness ago (EDE 3)
  bool restored = false;  // a registry of it was not heard yet: its state file answers
  // What no TTL of a registry's records goes beyond, and none of a negative answer.
  std::uint32_t ttl_max = kNoTtlMax;
  std::uint32_t negative_ttl_max = kNoTtlMax;
};

struct Snapshot {
  std::uint64_t hash_seed = 0;
  /// Rises with each publication, also over a restart; what clients are told as a version (E21).
  std::uint64_t revision = 0;
  std::vector<ZoneView> zones;
  NameTableView names;
  SlotView slots;
  AddressView addresses;
  std::shared_ptr<const ClientZones> clients;  // null: no client's zone is known
  std::uint8_t labels_max = 0;  // of the longest spelling: look-ups of deeper names start there

  bool nested = false;  // some service name lies below another's: derived names of the upper one come first
  bool wildcards = false;    // some name starts with `*`: what is missing may be answered by it
  bool underscored = false;  // some name of its own starts with `_`, which services' names never do

  /// Hash of a folded name: seeded, since strangers choose names (XXH3).
  std::uint32_t hash(NameView name) const noexcept;
  /// The block that has exactly this folded name as a spelling, or null; `slot` gets its slot.
  const Block* find(NameView name, Slot* slot = nullptr) const noexcept;
};

/// The hash under `seed`; also for the builder, which fills the table.
std::uint32_t hash_name(NameView name, std::uint64_t seed) noexcept;

}  // namespace signpost
