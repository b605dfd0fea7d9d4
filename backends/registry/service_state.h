// What any registry can say about one service: the only words that cross from `backends` into `zones`.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "dns/base/ip_address.h"

namespace signpost {

/// Which service: plain string equality, case-sensitive, in the registry's own spelling.
struct ServiceKey {
  std::string registry;  // the name of the registry in the configuration
  std::string space;     // Kubernetes or Nacos namespace; empty for `file`
  std::string group;     // Nacos group; empty elsewhere
  std::string name;

  /// "nacos/public/DEFAULT_GROUP/cart": for logs, explain and status; empty parts are left out.
  std::string to_string() const;
  friend auto operator<=>(const ServiceKey&, const ServiceKey&) = default;
};

enum class Protocol : std::uint8_t { Tcp, Udp, Sctp };
std::string_view to_string(Protocol protocol) noexcept;  // "tcp"
/// Any case; nullopt for a word that is none.
std::optional<Protocol> parse_protocol(std::string_view word) noexcept;

/// `name` may be empty: an unnamed port has SRV at the service name only.
struct Port {
  std::string name;
  std::uint16_t number = 0;
  Protocol protocol = Protocol::Tcp;
  friend auto operator<=>(const Port&, const Port&) = default;
};

/// Up: may receive traffic. Draining: still serving, on its way out (terminating). Down: must not.
/// Unknown: the registry does not say.
enum class Health : std::uint8_t { Up, Draining, Down, Unknown };
std::string_view to_string(Health health) noexcept;  // "up"

using Metadata = std::vector<std::pair<std::string, std::string>>;  // sorted by key, keys unique

/// One process that may serve. At least one of `v4` and `v6` is set; both: one dual-stack instance.
struct Instance {
  std::string id;  // stable within the service; survives health and weight changes
  std::optional<IpAddress> v4;
  std::optional<IpAddress> v6;
  std::string host_name;    // Kubernetes endpoint hostname, one lower-case DNS label; empty elsewhere
  std::vector<Port> ports;  // the instance's own, by name; empty: the service's ports hold
  Health health = Health::Up;
  bool leaving =
      false;  // not Draining, but on its way out all the same (terminating and not serving any more)
  bool enabled = true;  // the operator's switch in the registry
  double weight = 1;    // finite, >= 0; a backend turns anything else into 0 and counts it
  std::string zone;
  std::string region;
  std::string node;
  std::string cluster;
  std::string version;
  std::vector<std::string> tags;
  std::vector<std::string>
      for_zones;  // Kubernetes hints.forZones: whose clients the registry wants to send here
  Metadata metadata;
  std::chrono::system_clock::time_point first_seen{};  // zero: unknown
  friend bool operator==(const Instance&, const Instance&) = default;
};

/// How clients reach the service.
enum class ServiceKind : std::uint8_t {
  Instances,  // by its instances (file, Nacos, headless Kubernetes)
  VirtualIp,  // by `virtual_ips` (ClusterIP); instances are still known
  Alias,      // by `alias` alone (ExternalName)
  Pods,       // no service: the Pods of a Kubernetes namespace, each known by its address alone
};

/// What the service's owner asks of its answers, in the service's own words; a zone says which of it counts
/// and within which bounds (DESIGN.md section 3).
struct Wishes {
  std::optional<config::Answer> answer;
  std::optional<std::uint32_t> ttl;  // seconds
  std::optional<config::HealthPolicy> health;
  friend bool operator==(const Wishes&, const Wishes&) = default;
};

/// All instances with one word together get this part of the answers (DESIGN.md section 3, groups).
struct GroupWeight {
  std::string word;
  double weight = 1;  // finite, >= 0
  friend bool operator==(const GroupWeight&, const GroupWeight&) = default;
};

/// A service whole, never a delta. Empty is not absent: one without instances exists until it is erased.
struct ServiceState {
  ServiceKey key;
  ServiceKind kind = ServiceKind::Instances;
  /// Listed but not yet read: its names answer SERVFAIL, not NXDOMAIN and not NODATA.
  bool pending = false;
  /// The registry says that its health words are not to be believed now (Nacos reachProtectionThreshold).
  bool health_masked = false;
  std::vector<IpAddress> virtual_ips;       // VirtualIp: at most one of each family
  std::string alias;                        // Alias: a host name in text, as the registry spells it
  std::vector<IpAddress> external_ips;      // reach it from outside (LoadBalancer ingress, externalIPs)
  std::vector<std::string> external_hosts;  // the same by name, as the registry spells them
  std::string traffic_distribution;         // Kubernetes: "PreferClose"; empty: none asked
  Wishes wishes;
  std::string group_key = "version";       // what they are words of; see word_of()
  std::vector<GroupWeight> group_weights;  // sorted by word, unique; empty: no groups
  std::vector<Port> ports;
  Metadata metadata;
  std::vector<Instance> instances;
  friend bool operator==(const ServiceState&, const ServiceState&) = default;
};

/// What tells instances apart: the instance's version, zone or cluster, or else its metadata under this key;
/// empty: it has none.
std::string_view word_of(const Instance& instance, std::string_view key) noexcept;

/// Sorts by key and keeps the first of equal keys, as Metadata wants to be.
void normalise(Metadata& metadata);

}  // namespace signpost
