// What can only be seen with the whole configuration in hand: zones against registries, zones against each
// other.
#pragma once

#include "config/config.h"
#include "config/node.h"
#include "config/report.h"

namespace signpost::config {

/// `written` is the text that `config` was read from; element i of its `zones` is config.zones[i] before, and
/// no longer after: a zone written as a prefix has become all the zones that it needs. Not `complete`: some
/// file of it could not be read, and what seems to be missing may be there.
void check_whole(const Node& written, Config& config, Report& report, bool complete);

/// The registry is there and has a type; if it has none, that was reported, and nobody knows which words go
/// with it.
bool has_type(const Node& written, const std::string& registry);

// A step of check_whole() in checks_kubernetes.cc.

/// What zones ask of Kubernetes registries that these do not watch, and of others that know no such words.
void check_kubernetes_zones(const Node& written, const Config& config, Report& report);
/// `clients: {nodes: ...}` against the registries, which are told to watch Nodes; and zones that prefer the
/// client's own zone while nobody has any.
void check_clients(const Node& written, Config& config, Report& report);

// Steps of check_whole() in checks_shares.cc.

/// A sampled answer that a cache may keep for longer than kSampledTtlMax: its shares come in coarse pieces
/// (the arithmetic: zones/answer/SHARES.md). Warns.
void check_sampled_ttls(const Node& written, const Config& config, Report& report);
/// The same for whatever else has an answer and a TTL of its own.
void check_sampled_ttl(Mark mark, const Answer& answer, std::uint32_t ttl, Report& report);

// A step of check_whole() in checks_composed.cc.

/// Members of composed services: their registries must be there. Fills in what they leave to the zone, and
/// has Nacos registries follow members that their lists do not name.
void check_composed_services(const Node& written, Config& config, Report& report);

// Steps of check_whole() in checks_reverse.cc.

/// Whose names the pointers of a reverse zone give.
void check_reverse_zones(const Node& written, const Config& config, Report& report);
/// One zone an apex; warns of those that hide another's names. Last: afterwards the zones are counted anew.
void spell_out_apexes(Config& config, Report& report);

// In checks_access.cc, after the zones were counted anew.

/// Zones that `access` names must be there; a prefix for a zone becomes its names. Warns of entries that
/// cannot match.
void check_access(const Node& written, Config& config, Report& report);

}  // namespace signpost::config
