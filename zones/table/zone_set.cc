#include "zones/table/zone_set.h"

#include <algorithm>
#include <cstdlib>

#include <ifaddrs.h>
#include <netinet/in.h>

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

bool is_reverse(const Name& name) {
  static const auto v4 = checked_name("in-addr.arpa");
  static const auto v6 = checked_name("ip6.arpa");
  return is_at_or_below(name.wire(), v4.wire()) || is_at_or_below(name.wire(), v6.wire());
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

/// SV1, and the infix labels that exist in every cluster domain (N5).
void add_kubernetes_names(ZoneSet& set, std::uint16_t index) {
  const auto& rules = set.rules(index);
  BlockDraft version = host_block(index, *set.zones[index], below("dns-version", rules.name), {});
  version.txt = {5, '1', '.', '1', '.', '0'};
  set.own_blocks.push_back({index, std::move(version)});
  set.own_empties.push_back({index, below("svc", rules.name)});
}

names::Layout layout_of(const config::Registry& registry) {
  if (std::holds_alternative<config::KubernetesRegistry>(registry.options)) return names::Layout::Kubernetes;
  if (std::holds_alternative<config::NacosRegistry>(registry.options)) return names::Layout::Nacos;
  return names::Layout::File;
}

std::shared_ptr<Zone> make_zone(const config::Zone& rules, const std::vector<config::NameServer>& servers) {
  auto zone = std::make_shared<Zone>();
  zone->name = checked_name(rules.name);
  zone->ttl = rules.ttl;
  zone->negative_ttl = rules.negative_ttl;
  zone->soa_ttl = std::min<std::uint32_t>(rules.ttl, 300);
  zone->reverse = is_reverse(zone->name);
  zone->registries = rules.registries;
  for (const auto& server : servers) zone->nameservers.push_back(checked_name(server.name));
  write_soa(rules, *zone);
  return zone;
}

}  // namespace

ZoneSet make_zone_set(std::shared_ptr<const config::Config> config) {
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
    auto servers = rules.nameservers;
    if (servers.empty()) servers.push_back({below("ns.dns", rules.name).to_string(), addresses});
    made.push_back(make_zone(rules, servers));
    set.zones.push_back(made.back());
    add_own_names(set, index, servers);
    bool kubernetes = false;
    for (auto& registry : set.registries) {
      if (std::find(rules.registries.begin(), rules.registries.end(), registry.name) ==
          rules.registries.end())
        continue;
      if (!made.back()->reverse) registry.zones.push_back(index);
      kubernetes = kubernetes || registry.layout == names::Layout::Kubernetes;
    }
    if (kubernetes && !made.back()->reverse) add_kubernetes_names(set, index);
  }
  for (auto& zone : made) {  // a reverse zone points into the first forward zone of each of its registries
    if (!zone->reverse) continue;
    for (const auto& registry : set.registries) {
      const bool shown = std::find(zone->registries.begin(), zone->registries.end(), registry.name) !=
                         zone->registries.end();
      if (shown && !registry.zones.empty()) zone->forward.push_back(registry.zones.front());
    }
  }
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
