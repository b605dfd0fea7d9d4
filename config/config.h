// The configuration as values: what the file says after every check, with every default filled in.
// Who writes an option down, reads it in config/options.*; who uses it, reads it here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "config/place.h"
#include "config/prefix.h"
#include "config/registries.h"
#include "config/settings.h"
#include "config/sources.h"
#include "dns/base/ip_address.h"
#include "dns/base/log.h"

namespace signpost::config {

struct Server {
  std::string id;                  // "hidden": not told; empty: POD_NAME, or else the name of the host
  std::string version = "hidden";  // "hidden", "shown", or the text itself
};

struct Cookies {
  std::string secret_file;  // empty: a random secret
  Place place;              // of secret_file
};

struct Listen {
  std::vector<SocketAddress> dns;  // UDP and TCP each; port 0: a free one, the same for both, logged
  std::optional<SocketAddress> health;
  std::optional<SocketAddress> ready;
  std::optional<SocketAddress> metrics;
  std::optional<SocketAddress> page;
  std::string admin_socket;  // path of the Unix socket; empty: none
};

struct Log {
  log::Level level = log::Level::Info;
  log::Format format = log::Format::Text;
};

/// Every so many queries as lines.
struct QueryLog {
  std::string to;  // "stderr", or a path; empty: off
  std::uint32_t sample = 1;
};

enum class DnstapMessages : std::uint8_t { All, Queries, Responses };

struct Dnstap {
  std::string to;  // "unix:/run/dnstap.sock", or a path; empty: off
  DnstapMessages messages = DnstapMessages::All;
  std::uint32_t sample = 1;
};

struct Tcp {
  Milliseconds idle{10000};
  std::uint32_t clients = 10000;
  std::uint32_t per_source = 200;
};

/// How much one network is answered over UDP; 0: without that limit.
struct RateLimit {
  std::uint32_t per_network = 0;
  std::uint32_t per_answer = 0;
  std::uint32_t slip = 2;
  bool log_only = false;
  std::vector<Prefix> exempt;
};

enum class AnswerMode : std::uint8_t { Order, Sample, All, Sticky };
struct Answer {
  AnswerMode mode = AnswerMode::Order;
  std::uint16_t sample = 1;  // k of `sample k` and `sticky k`
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// Whether a client's own zone answers it first.
enum class Locality : std::uint8_t { Off, Prefer };

enum class HealthPolicy : std::uint8_t { Ready, Serving, Strict, Any };

/// Who answers when nobody is healthy enough, from the first rung to the last.
enum class LastResort : std::uint8_t { Serving, Any, LastKnown };

struct NameServer {
  std::string name;  // absolute host name
  std::vector<IpAddress> addresses;
  friend bool operator==(const NameServer&, const NameServer&) = default;
};

/// Under which names the Services of Kubernetes stand.
enum class Layout : std::uint8_t {
  Cluster,     // <service>.<namespace>.svc.<zone>, as the Kubernetes DNS specification has it
  External,    // <service>.<namespace>.<zone>, with the addresses that outsiders reach it by (k8s_external)
  Clusterset,  // ServiceImports, <service>.<namespace>.svc.<zone> (KEP-1645)
};

/// Which addresses have a name <a-b-c-d>.<namespace>.pod.<zone>.
enum class PodNames : std::uint8_t {
  Disabled,
  Insecure,  // every one that is spelled, in a namespace that there is
  Verified,  // those that a Pod of the namespace has
};

/// Kubernetes: a virtual IP without a ready endpoint.
enum class EmptyServices : std::uint8_t { Answer, Hide };

/// What objects of Kubernetes may say of their own answers (annotations signpost.dns/...).
enum class Wish : std::uint8_t { Weight, Answer, Ttl, Health };

struct Annotations {
  std::vector<Wish> allow{Wish::Weight};
  std::uint32_t ttl_min = 1;   // seconds; what is asked below or above is moved here
  std::uint32_t ttl_max = 60;  // seconds
  bool allows(Wish wish) const noexcept;
  friend bool operator==(const Annotations&, const Annotations&) = default;
};

/// How many names an address has in a reverse zone.
enum class PointerMode : std::uint8_t { One, All };

/// Master-file text inside the configuration.
struct RecordsText {
  std::string text;
  int line = 0;  // of the configuration, where the text begins
  friend bool operator==(const RecordsText&, const RecordsText&) = default;
};

/// A CNAME of a zone; both names as master files have them: relative to the zone without a final dot.
struct Alias {
  std::string name;
  std::string target;
  Place place;
};

enum class CheckType : std::uint8_t { Tcp, Http };

/// How an instance's port is asked whether somebody is there.
struct CheckWay {
  CheckType type = CheckType::Tcp;
  std::string path = "/";  // of the GET
  Milliseconds interval{5000};
  Milliseconds timeout{1000};
  std::uint16_t rise = 2;  // probes in a row that bring a failing one back
  std::uint16_t fall = 3;  // probes in a row that make it failing
  friend auto operator<=>(const CheckWay&, const CheckWay&) = default;
};

/// Active checks of the services that a pattern names.
struct Check {
  std::vector<std::string> services;  // patterns of names below the zone, see pattern.h
  std::string port;                   // a port's name or number; empty: the first TCP port
  CheckWay way;
  friend bool operator==(const Check&, const Check&) = default;
};

/// Bounds of all active checks together.
struct Checks {
  std::vector<Prefix> allow;       // may be asked though a registry should not send anybody there
  std::uint32_t per_second = 200;  // probes begun
  friend bool operator==(const Checks&, const Checks&) = default;
};

/// How several registries' words become one service's (zones/compose/README.md).
enum class Combine : std::uint8_t { Union, Prefer, Share, Only };
std::string_view to_string(Combine combine) noexcept;  // "union"
/// Union: whether one registry's bad word is enough, or one's good word.
enum class HealthOpinions : std::uint8_t { And, Or };
/// What a member of a Kubernetes registry means.
enum class MemberAddress : std::uint8_t { Endpoints, ClusterIp };

/// What tells instances apart, and what an instance has to be: the key is `version`, `zone`, `cluster`, `tag`
/// or one of the metadata.
struct Word {
  std::string key;
  std::string value;
  friend bool operator==(const Word&, const Word&) = default;
};

/// One service of one registry as a part of a composed one. Checked: the parts of the key are as the registry
/// spells them, with its defaults filled in.
struct Member {
  std::string registry;
  std::string space;  // namespace
  std::string group;
  std::string service;
  std::optional<double> weight;  // `combine: share` only, and there always
  MemberAddress address = MemberAddress::Endpoints;
  std::vector<Word> select;  // all of these; empty: every instance
  Place place;
};

/// Instances that share a word share a part of the answers; an instance that no word names has none.
struct Groups {
  std::string key;  // `version`, `registry`, `zone`, `cluster` or one of the metadata; empty: no groups
  std::vector<std::pair<std::string, double>> weights;  // by word, unique, in the order written
  friend bool operator==(const Groups&, const Groups&) = default;
};

/// One name over services of several registries.
struct ComposedService {
  std::string name;  // below the zone: "cart", "api.cart"; lower-case
  Combine combine = Combine::Union;
  HealthOpinions opinions = HealthOpinions::And;
  Milliseconds startup_wait{5000};
  std::vector<Member> members;
  Groups groups;
  Answer answer;  // these: what the zone says, where they are not written
  std::uint32_t ttl = 5;
  HealthPolicy health = HealthPolicy::Ready;
  std::uint32_t panic_threshold = 0;
  std::vector<LastResort> last_resort;
  Milliseconds ramp{0};
  Locality locality = Locality::Off;
  std::uint8_t spill_over = 50;
  Place place;
};

/// One apex. A prefix that no single reverse zone covers ("172.16.0.0/12") has become one Zone for each that
/// it needs.
struct Zone {
  std::string name;                     // lower-case, without the final dot; "." stays "."
  std::vector<std::string> registries;  // in order of precedence
  std::uint32_t ttl = 5;                // seconds
  std::uint32_t negative_ttl = 1;       // seconds; SOA MINIMUM
  Answer answer;
  HealthPolicy health = HealthPolicy::Ready;
  std::uint32_t panic_threshold = 0;    // percent; 0: off
  std::vector<LastResort> last_resort;  // in ascending order
  Milliseconds ramp{0};                 // 0: off
  Locality locality = Locality::Off;
  std::uint8_t spill_over = 50;  // percent of a zone's known instances that must be able to answer alone
  bool txt = true;
  std::vector<std::string> txt_metadata;  // allow-list of metadata keys shown in TXT
  std::string default_namespace = "public";
  std::string default_group = "DEFAULT_GROUP";
  std::vector<NameServer> nameservers;  // empty: ns.dns.<zone>
  std::string soa_mname;                // empty: the first name server
  std::string soa_rname;                // empty: hostmaster.<zone>
  Place place;
  std::string prefix;                   // "10.0.0.0/8" when that was written for the name; otherwise empty
  std::vector<std::string> reverse_of;  // zones whose names the pointers give, the preferred first
  PointerMode ptr = PointerMode::One;   // of a reverse zone
  std::string file;                     // master file (RFC 1035), absolute path; empty: none
  RecordsText records;
  std::vector<Alias> aliases;
  std::vector<std::string> exclude;  // patterns of service names that are not shown; see pattern.h
  std::vector<Check> checks;         // the first whose pattern a service's name fits
  std::vector<ComposedService> services;
  bool topology = true;  // <zone>.pin._zone.<service> and <zone>.prefer._zone.<service>
  // Of Kubernetes registries:
  Layout layout = Layout::Cluster;
  PodNames pod_names = PodNames::Disabled;
  EmptyServices empty_services = EmptyServices::Answer;
  bool external_headless = false;  // Layout::External: headless Services too, by their endpoints
  Annotations annotations;

  /// `registries`, then those of the members of `services`, each once.
  std::vector<std::string> all_registries() const;
  /// Under in-addr.arpa or ip6.arpa: its names are addresses.
  bool is_reverse() const;
  /// Some of its records are written, not found in a registry.
  bool has_static_data() const;
};

/// Where clients are, and who may say for whom it asks.
struct Clients {
  /// A zone in which instances may be too, and its networks.
  struct Zone {
    std::string name;
    std::vector<Prefix> prefixes;
    friend bool operator==(const Zone&, const Zone&) = default;
  };
  std::vector<Zone> zones;
  std::vector<std::string> nodes;  // Kubernetes registries whose Nodes say which networks are in which zone
  std::vector<Prefix> ecs_from;    // forwarders whose EDNS Client Subnet is believed
  friend bool operator==(const Clients&, const Clients&) = default;
};

enum class AccessVerb : std::uint8_t { Allow, Refuse, Drop };

/// One entry of `access`: what happens to queries from these prefixes about these zones.
struct AccessEntry {
  AccessVerb verb = AccessVerb::Allow;
  std::vector<Prefix> prefixes;
  std::vector<std::string> zones;  // names of configured zones; empty: whatever is asked
  Place place;
};

/// What makes a running Signpost read its configuration again.
enum class ReloadOn : std::uint8_t {
  Change,  // that its files changed, beside what Signal has
  Signal,  // SIGHUP, `signpost reload`
};

struct Config {
  std::string path;
  Sources sources;    // what it was read from
  Settings settings;  // what is written there
  ReloadOn reload = ReloadOn::Change;
  Server server;
  Listen listen;
  Milliseconds lameduck{0};
  std::uint32_t workers = 0;    // 0: auto
  std::string state_directory;  // absolute; empty: none
  bool ready_from_state = true;
  Log log;
  std::uint16_t edns_udp_size = 1232;
  Tcp tcp;
  Cookies cookies;
  RateLimit rate_limit;
  Checks checks;
  std::vector<AccessEntry> access;  // the first that matches decides; none: allowed
  Clients clients;
  std::vector<Registry> registries;
  std::vector<Zone> zones;
  QueryLog query_log;
  Dnstap dnstap;
};

}  // namespace signpost::config
