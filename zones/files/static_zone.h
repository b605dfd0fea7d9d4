// What a zone's master file, `records:` and `aliases:` say: static data as values, before it becomes blocks.
//
// zones/files makes it (off the builder's thread) and never changes it; zones/table turns each node into one
// immutable block and publishes it beside the services of the same zone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

/// Records of one owner and type. RDATA is whole, uncompressed wire octets, names in it spelled as they were
/// written; no two are equal (RFC 2181, section 5), and all have the lowest TTL that was written for any.
struct StaticRRset {
  RRType type{};
  std::uint32_t ttl = 0;  // seconds
  std::vector<std::vector<std::uint8_t>> rdata;
  friend bool operator==(const StaticRRset&, const StaticRRset&) = default;
};

/// One owner name at or below the apex. A CNAME stands alone; `types` are in ascending order.
struct StaticNode {
  Name name;  // folded; a first label `*` is a wildcard (RFC 4592)
  std::vector<StaticRRset> rrsets;
  std::string origin;  // where the first record was written: "example.org.zone:12"
  friend bool operator==(const StaticNode&, const StaticNode&) = default;
};

/// One zone's static data. Nodes are in ascending order of their wire names, each once. Data below a
/// delegation or a DNAME is kept only as far as it is glue; what is dropped was reported.
struct StaticZone {
  Name apex;  // folded
  std::vector<StaticNode> nodes;
  /// The SOA of the file, RDATA as written, when it has one: it is not among the apex' rrsets.
  std::vector<std::uint8_t> soa;
  std::uint32_t soa_ttl = 0;

  bool empty() const noexcept { return nodes.empty() && soa.empty(); }
  friend bool operator==(const StaticZone&, const StaticZone&) = default;
};

/// By zone, in the order of config::Config::zones; null: the zone has no static data.
using StaticZones = std::vector<std::shared_ptr<const StaticZone>>;

}  // namespace signpost
