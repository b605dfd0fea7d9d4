#include "zones/table/zone_set.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include <ifaddrs.h>
#include <netinet/in.h>

#include "dns/query/counted_zones.h"
#include "zones/demand/candidates.h"
#include "zones/synthesis/static_node.h"

namespace signpost {
namespace {

// SOA timers for secondaries: CoreDNS' numbers (kubernetes.md 4.2), since nobody transfers these zones often.
constexpr std::uint32_t kRefresh = 7200;
constexpr std::uint32_t kRetry = 1800;
constexpr std::uint32_t kExpire = 86400;

Name checked_name(std::string_view text) {
  auto name = Name::parse(text);
  return name ? name->folded() : Name();
}

/// "ns.dns" under "cluster.local"; under the root just "ns.dns".
Name below(std::string_view labels, const std::string& zone) {
  return checked_name(zone == "." ? std::string(labels) : std::string(labels) + "." + zone);
}

void put_u32(std::vector<std::uint8_t>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void write_soa(const config::Zone& rules, Zone& zone) {
  const auto mname = rules.soa_mname.empty() ? zone.nameservers.front() : checked_name(rules.soa_mname);
  const auto rname =
      rules.soa_rname.empty() ? below("hostmaster", rules.name) : checked_name(rules.soa_rname);
  for (const auto& name : {mname, rname})
    zone.soa.insert(zone.soa.end(), name.wire().begin(), name.wire().end());
  zone.soa_serial_at = zone.soa.size();
  for (const auto value : {std::uint32_t{0}, kRefresh, kRetry, kExpire, rules.negative_ttl})
    put_u32(zone.soa, value);
}

BlockDraft host_block(std::uint16_t zone, const Zone& data, const Name& name,
                      const std::vector<IpAddress>& addresses) {
  BlockDraft draft;
  draft.zone = zone;
  draft.ttl = data.ttl;
  draft.answer.mode = config::AnswerMode::All;
  draft.spellings.push_back(name);
  for (const auto& address : addresses) {
    const auto octets = address.octets();
    if (address.is_v4()) {
      std::copy(octets.begin(), octets.end(), draft.v4.emplace_back(AddressV4{{}, 1}).octets.begin());
    } else {
      std::copy(octets.begin(), octets.end(), draft.v6.emplace_back(AddressV6{{}, 1}).octets.begin());
    }
  }
  return draft;
}

void add_own_names(ZoneSet& set, std::uint16_t index, const std::vector<config::NameServer>& servers) {
  const auto& zone = *set.zones[index];
  BlockDraft apex;
  apex.kind = BlockKind::Apex;
  apex.zone = index;
  apex.ttl = zone.ttl;
  apex.spellings.push_back(zone.name);
  set.own_blocks.push_back({index, std::move(apex)});
  for (const auto& server : servers) {
    const auto name = checked_name(server.name);
    if (!is_at_or_below(name.wire(), zone.name.wire()) || name == zone.name) continue;
    set.own_blocks.push_back({index, host_block(index, zone, name, server.addresses)});
  }
}

/// SV1, and the infix labels that exist in every cluster domain (N5). Of a clusterset the version is that of
/// its own specification (KEP-1645); outsiders get neither.
void add_kubernetes_names(ZoneSet& set, std::uint16_t index) {
  const auto& rules = set.rules(index);
  if (rules.layout == config::Layout::External) return;
  const bool clusterset = rules.layout == config::Layout::Clusterset;
  BlockDraft version = host_block(index, *set.zones[index], below("dns-version", rules.name), {});
  version.txt = {5, '1', '.', clusterset ? std::uint8_t{'0'} : std::uint8_t{'1'}, '.', '0'};
  set.own_blocks.push_back({index, std::move(version)});
  set.own_empties.push_back({index, below("svc", rules.name)});
  if (!clusterset) set.own_empties.push_back({index, below("pod", rules.name)});
}

names::Layout layout_of(const config::Registry& registry) {
  if (std::holds_alternative<config::KubernetesRegistry>(registry.options)) return names::Layout::Kubernetes;
  if (std::holds_alternative<config::NacosRegistry>(registry.options)) return names::Layout::Nacos;
  return names::Layout::File;
}

/// The name servers that the zone's own file names.
std::vector<Name> written_servers(const StaticZone* data) {
  std::vector<Name> names;
  const auto* apex = data == nullptr ? nullptr : find_node(*data, data->apex.wire());
  if (apex == nullptr) return names;
  for (const auto& set : apex->rrsets) {
    if (set.type != RRType::NS) continue;
    for (const auto& rdata : set.rdata) names.push_back(Name::from_wire(rdata).folded());
  }
  return names;
}

/// DS that the file has for zones of ours further down.
void take_child_ds(const config::Config& config, const StaticZone& data, Zone& zone) {
  for (const auto& other : config.zones) {
    const auto name = checked_name(other.name);
    const auto* node = name == data.apex ? nullptr : find_node(data, name.wire());
    if (node == nullptr) continue;
    std::vector<RRType> too_large;
    const auto draft = draft_static_node(*node, 0, data, {}, too_large);
    for (const auto& set : draft.sets) {
      if (set.type != RRType::DS) continue;
      const auto first = draft.records.begin() + set.at;
      zone.child_ds.push_back({name, set.count, {first, first + set.octets}});
    }
  }
}

/// The SOA of the file in place of the made one; only its serial is the builder's (zones/README.md).
void take_soa(const StaticZone& data, Zone& zone) {
  constexpr std::size_t kNumbers = 20;  // serial, refresh, retry, expire, MINIMUM
  assert(data.soa.size() > kNumbers);
  zone.soa = data.soa;
  zone.soa_serial_at = data.soa.size() - kNumbers;
  zone.soa_ttl = data.soa_ttl;
  const auto minimum = std::span(data.soa).last(4);
  zone.negative_ttl = std::uint32_t{minimum[0]} << 24 | std::uint32_t{minimum[1]} << 16 |
                      std::uint32_t{minimum[2]} << 8 | minimum[3];
  std::fill_n(zone.soa.begin() + static_cast<std::ptrdiff_t>(zone.soa_serial_at), 4, std::uint8_t{0});
}

std::shared_ptr<Zone> make_zone(const config::Zone& rules, const std::vector<config::NameServer>& servers,
                                const StaticZone* data) {
  auto zone = std::make_shared<Zone>();
  zone->name = checked_name(rules.name);
  zone->counted_as = counted_zone(zone->name.to_string());
  zone->ttl = rules.ttl;
  zone->negative_ttl = rules.negative_ttl;
  zone->soa_ttl = std::min<std::uint32_t>(rules.ttl, 300);
  zone->reverse = rules.is_reverse();
  zone->one_pointer = rules.ptr == config::PointerMode::One;
  zone->registries = rules.registries;
  zone->composed = !rules.services.empty();
  zone->nameservers = written_servers(data);
  if (zone->nameservers.empty()) {
    for (const auto& server : servers) zone->nameservers.push_back(checked_name(server.name));
  }
  write_soa(rules, *zone);
  if (data != nullptr && !data->soa.empty()) take_soa(*data, *zone);
  return zone;
}

/// What this registry may know beyond its lists, for the workers.
void add_on_query(const config::Config& config, const std::string& name, const config::Zone& rules,
                  Zone& zone) {
  for (const auto& registry : config.registries) {
    const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options);
    if (registry.name == name && nacos != nullptr && nacos->on_query.enabled)
      zone.on_query.push_back(demand::on_query_of(rules, *nacos));
  }
}

/// The zones that a reverse zone points into, the preferred first: those of `reverse_of`, or the first zone
/// that shows each of its registries. It knows as much, and as little, as the registries behind them.
void find_forward(const ZoneSet& set, const config::Zone& rules, Zone& zone) {
  const auto add = [](auto& all, const auto& one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  };
  for (const auto& name : rules.reverse_of) {
    const auto& zones = set.config->zones;
    const auto found =
        std::find_if(zones.begin(), zones.end(), [&](const config::Zone& z) { return z.name == name; });
    if (found == zones.end() || found->layout == config::Layout::Clusterset) continue;  // KEP-1645: none
    add(zone.forward, static_cast<std::uint16_t>(found - zones.begin()));
  }
  for (const auto& name : rules.registries) {
    const auto found = std::find_if(set.registries.begin(), set.registries.end(),
                                    [&](const ShownRegistry& registry) { return registry.name == name; });
    if (found == set.registries.end()) continue;
    const auto shown = std::find_if(found->zones.begin(), found->zones.end(), [&](std::uint16_t z) {
      return set.rules(z).layout == config::Layout::Cluster;
    });
    if (shown != found->zones.end()) add(zone.forward, *shown);
  }
  for (const auto shown : zone.forward) {
    for (const auto& registry : set.rules(shown).all_registries()) add(zone.registries, registry);
  }
}

/// The names between an apex and the zone above it exist, since something below them does (N5).
void add_names_above_apexes(ZoneSet& set) {
  for (const auto& zone : set.zones) {
    int above = -1;
    for (std::size_t i = 0; i < set.zones.size(); ++i) {
      const auto& other = set.zones[i]->name;
      if (other.size() >= zone->name.size() || !is_at_or_below(zone->name.wire(), other.wire())) continue;
      if (above < 0 || other.size() > set.zones[static_cast<std::size_t>(above)]->name.size())
        above = static_cast<int>(i);
    }
    if (above < 0) continue;
    const auto name = parent(zone->name.wire());
    if (name.size() == set.zones[static_cast<std::size_t>(above)]->name.size()) continue;
    set.own_empties.push_back({static_cast<std::uint16_t>(above), Name::from_wire(name)});
  }
}

}  // namespace

ZoneSet make_zone_set(std::shared_ptr<const config::Config> config, const StaticZones& statics) {
  ZoneSet set;
  set.config = config;
  for (const auto& registry : config->registries) {
    set.registries.push_back({registry.name, layout_of(registry), registry.required, {}});
  }
  const auto addresses = own_addresses(*config);
  std::vector<std::shared_ptr<Zone>> made;
  for (std::size_t i = 0; i < config->zones.size(); ++i) {
    const auto& rules = config->zones[i];
    const auto index = static_cast<std::uint16_t>(i);
    const auto* data = i < statics.size() ? statics[i].get() : nullptr;
    auto servers = rules.nameservers;
    if (servers.empty() && written_servers(data).empty())
      servers.push_back({below("ns.dns", rules.name).to_string(), addresses});
    made.push_back(make_zone(rules, servers, data));
    if (data != nullptr) take_child_ds(*config, *data, *made.back());
    set.zones.push_back(made.back());
    add_own_names(set, index, servers);
    bool kubernetes = false;
    for (auto& registry : set.registries) {
      if (std::find(rules.registries.begin(), rules.registries.end(), registry.name) ==
          rules.registries.end())
        continue;
      if (!made.back()->reverse) registry.zones.push_back(index);
      if (!made.back()->reverse) add_on_query(*config, registry.name, rules, *made.back());
      kubernetes = kubernetes || registry.layout == names::Layout::Kubernetes;
    }
    if (kubernetes && !made.back()->reverse) add_kubernetes_names(set, index);
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (made[i]->reverse) find_forward(set, config->zones[i], *made[i]);
  }
  add_names_above_apexes(set);
  return set;
}

std::vector<IpAddress> own_addresses(const config::Config& config) {
  std::vector<IpAddress> found;
  const auto add = [&](const IpAddress& address) {
    if (std::find(found.begin(), found.end(), address) == found.end()) found.push_back(address);
  };
  for (const char* variable : {"POD_IP", "POD_IPS"}) {
    const char* value = std::getenv(variable);
    std::string_view rest = value == nullptr ? "" : value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (const auto address = IpAddress::parse(rest.substr(0, comma))) add(*address);
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    }
  }
  if (!found.empty()) return found;
  bool wildcard = false;
  for (const auto& listen : config.listen.dns) {
    listen.ip.is_unspecified() ? void(wildcard = true) : add(listen.ip);
  }
  if (!wildcard && !found.empty()) return found;
  std::vector<IpAddress> loopback;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return found;
  for (const auto* one = interfaces; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    IpAddress address;
    if (one->ifa_addr->sa_family == AF_INET) {
      std::array<std::uint8_t, 4> octets;
      std::copy_n(reinterpret_cast<const std::uint8_t*>(
                      &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr),
                  4, octets.begin());
      address = IpAddress::v4(octets);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      std::array<std::uint8_t, 16> octets;
      std::copy_n(reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr.s6_addr, 16,
                  octets.begin());
      address = IpAddress::v6(octets);
    } else {
      continue;
    }
    if (address.is_link_local()) continue;
    address.is_loopback() ? loopback.push_back(address) : add(address);
  }
  freeifaddrs(interfaces);
  return found.empty() ? loopback : found;
}

}  // namespace signpost
