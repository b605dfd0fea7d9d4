// The registries of the configuration as values: where the services are known, and how each is asked.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "config/place.h"

namespace signpost::config {

/// Kubernetes: the label of an endpoint that has no host name of its own.
enum class EndpointNames : std::uint8_t {
  HostName,  // its address, with hyphens
  Pod,       // the name of its Pod, where that is a label; else its address
};

struct KubernetesRegistry {
  std::string kubeconfig;  // path; empty with empty url: the in-cluster account
  std::string context;     // empty: the file's current-context
  std::string url;         // "https://127.0.0.1:6443"
  std::string token_file;
  std::string ca_file;
  Milliseconds silence{135000};         // no event and no bookmark for so long: the watch is dead (K7)
  std::vector<std::string> namespaces;  // each watched by itself; empty: all together
  std::string namespace_labels;  // a selector as the API server takes it, "a=b,c in (d,e)"; empty: none
  std::string labels;            // the same for Services, EndpointSlices and Pods
  bool watch_pods = false;
  EndpointNames endpoint_names = EndpointNames::HostName;
  bool endpoints = true;      // false: EndpointSlices are not asked for
  bool multicluster = false;  // ServiceImports are asked for
  bool watch_nodes = false;   // Nodes are asked for: the registry is one of `clients: {nodes: ...}`
  std::string version_label = "version";  // of a Pod
  std::string tag_label;                  // of a Pod; empty: no tags
  bool streamed_lists = false;            // lists are asked for as streams, not in pages (K26)
  Milliseconds audit_interval{1800000};   // between lists that only compare, +-25 % (K24)
  friend bool operator==(const KubernetesRegistry&, const KubernetesRegistry&) = default;
};

/// Under which metadata keys of an instance its facts stand; the first usable value wins. The defaults and
/// the reason for each: backends/nacos/README.md.
struct NacosMetadata {
  std::vector<std::string> port_name{"port_name", "protocol"};
  std::vector<std::string> protocol{"transport", "protocol"};
  std::vector<std::string> version{"version"};
  std::vector<std::string> zone{"zone"};
  std::vector<std::string> region{"region"};
  std::vector<std::string> tags{"tags", "dubbo.tag"};
  std::vector<std::string> ipv6{"IPv6"};
  friend bool operator==(const NacosMetadata&, const NacosMetadata&) = default;
};

/// What health means while Nacos calls every instance of a service healthy (reachProtectionThreshold).
enum class ProtectedHealth : std::uint8_t { All, LastKnown, Admin };

enum class NacosProtocol : std::uint8_t { Auto, Grpc, Http };

/// Services that no list names are followed once somebody asks for them.
struct OnQuery {
  bool enabled = false;
  std::uint32_t services = 1000;  // followed at once for such names
  Milliseconds budget{1000};      // how long a query waits for the registry
  Milliseconds idle{600000};      // names that nobody used for so long are let go
  friend bool operator==(const OnQuery&, const OnQuery&) = default;
};

struct NacosRegistry {
  struct Server {
    std::string host;  // name or literal address
    std::uint16_t port = 8848;
    friend bool operator==(const Server&, const Server&) = default;
  };
  std::vector<Server> servers;
  std::string address_server;  // the URL of a list of servers, instead of `servers`
  std::vector<std::string> namespaces{"public"};
  std::vector<std::string> groups{"DEFAULT_GROUP"};
  NacosProtocol protocol = NacosProtocol::Auto;
  std::string context_path = "/nacos";  // of the servers' HTTP; empty: "/"
  bool udp_push = true;                 // HTTP v1: changes may be announced by datagram
  std::int32_t grpc_port_offset = 1000;
  std::uint16_t grpc_port = 0;  // of every server, instead of the offset; 0: the offset
  std::string username;
  std::string password_file;
  bool tls = false;  // gRPC and login
  std::string tls_ca_file;
  std::string tls_certificate_file;  // ours, with its key in PEM: mutual TLS; both or neither
  std::string tls_key_file;
  std::string tls_name;                // in the servers' certificates; empty: the host as written
  Milliseconds list_interval{10000};   // how often the configured groups are listed
  Milliseconds audit_interval{60000};  // in which each service is pulled once beside its pushes (A11)
  std::vector<std::string> services;  // "GROUP/name", or "name" in DEFAULT_GROUP: followed whoever lists them
  std::vector<std::string> allow;     // patterns, see backends/nacos/choice.h; empty: everything
  std::vector<std::string> deny;
  bool fuzzy_watch = true;
  bool admin_list = false;           // list all groups by the admin API of 3.x
  Milliseconds absent_after{60000};  // a deleted name that no list contradicts goes then (L5)
  ProtectedHealth protection = ProtectedHealth::All;
  NacosMetadata metadata;
  OnQuery on_query;
  bool second_opinion = true;  // another of the servers is asked about what is held
  friend bool operator==(const NacosRegistry&, const NacosRegistry&) = default;
};

struct FileRegistry {
  std::string path;  // relative to the configuration file, made absolute here
  friend bool operator==(const FileRegistry&, const FileRegistry&) = default;
};

struct Registry {
  std::string name;
  bool required = false;
  std::variant<KubernetesRegistry, NacosRegistry, FileRegistry> options;
  Place place;
};

}  // namespace signpost::config
