// A registry as its state file has it, checked service by service: what the world begins with.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dns/base/result.h"
#include "zones/state/content.h"
#include "zones/state/reader.h"
#include "zones/table/service_table.h"

namespace signpost {

/// One service; parts of a HeldRecord.
struct RestoredService {
  ServiceKey key;
  std::string packed;
  HealthSeen seen;
  std::uint32_t instances = 0, draining = 0, down = 0;
  bool pending = false;
  bool pods = false;
};

struct Restored {
  state::Source source;
  std::int64_t written = 0;  // Unix time
  std::uint64_t revision = 0;
  bool complete = false;  // what is not in it did not exist then
  std::vector<RestoredService> services;
};

/// Octets that anybody may have written: an error when they are of another version, when a service in them is
/// none that a backend could have told, or is there twice.
Result<Restored> read_restored(const state::Image& image);

/// The serials that zones must not fall behind, by the name of the zone ("cart.internal.").
using KeptSerials = std::map<std::string, std::uint32_t>;
/// They have a pair of files of their own; no registry has a dot in its name.
state::Source serials_source();
state::Content pack_serials(const KeptSerials& serials);
Result<KeptSerials> read_serials(const state::Image& image);

}  // namespace signpost
