// The configured zones as the builder needs them: their own records, their rules, and who shows which
// registry.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "zones/files/static_zone.h"
#include "zones/snapshot/snapshot.h"
#include "zones/synthesis/names.h"
#include "zones/synthesis/synthesise.h"

namespace signpost {

/// One registry as the zones see it.
struct ShownRegistry {
  std::string name;
  names::Layout layout = names::Layout::File;
  bool required = false;
  std::vector<std::uint16_t> zones;  // forward zones that show it, in the order of the configuration
};

/// A name that a zone has by itself: apex, NS host, dns-version; precedes every service (DESIGN.md section
/// 2).
struct OwnBlock {
  std::uint16_t zone = 0;
  BlockDraft draft;
};
struct OwnEmpty {
  std::uint16_t zone = 0;
  Name name;
};

/// Made once for each configuration, immutable; builder thread.
struct ZoneSet {
  std::shared_ptr<const config::Config> config;
  std::vector<std::shared_ptr<const Zone>> zones;  // parallel to config->zones
  std::vector<ShownRegistry> registries;           // parallel to config->registries
  std::vector<OwnBlock> own_blocks;
  std::vector<OwnEmpty> own_empties;

  const config::Zone& rules(std::uint16_t zone) const { return config->zones[zone]; }
};

/// The configuration was checked: every name in it is legal, every registry exists. `statics`: by index of
/// its zones, as many as there are; SOA and NS written there come before those of the configuration.
ZoneSet make_zone_set(std::shared_ptr<const config::Config> config, const StaticZones& statics = {});

/// Addresses of this server for ns.dns.<zone>: POD_IP (or POD_IPS), else the listen addresses, else those of
/// the interfaces, loopback last.
std::vector<IpAddress> own_addresses(const config::Config& config);

}  // namespace signpost
