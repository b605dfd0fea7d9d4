// What is remembered of the objects that the apiserver lists and watches: only what can change an answer.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "backends/kubernetes/words.h"
#include "backends/registry/registry_sink.h"
#include "backends/registry/service_state.h"
#include "dns/base/clock.h"
#include "dns/base/ip_address.h"

namespace signpost::kubernetes {

/// What is watched. Endpoints: EndpointSlices, or v1 Endpoints where discovery.k8s.io/v1 is not served (K30).
/// Imports: ServiceImports of multicluster.x-k8s.io. Only Services and Endpoints are always watched. Nodes
/// are no part of a Cluster (nodes.h).
enum class Resource : std::uint8_t { Services, Endpoints, Pods, Namespaces, Imports, Nodes };

/// One v1 Service, or one ServiceImport (ClusterSetIP is VirtualIp, Headless is Instances).
struct ServiceRecord {
  ServiceKind kind = ServiceKind::VirtualIp;  // Instances: headless; Alias: ExternalName
  bool publish_not_ready = false;             // spec.publishNotReadyAddresses
  std::vector<IpAddress> cluster_ips;         // at most one of each family
  std::string external_name;
  std::vector<IpAddress> external_ips;  // status.loadBalancer.ingress[].ip, spec.externalIPs; sorted, unique
  std::vector<std::string> external_hosts;  // status.loadBalancer.ingress[].hostname
  std::string traffic_distribution;         // spec.trafficDistribution
  Wishes wishes;                            // annotations signpost.dns/answer, ttl, health
  std::string group_key = "version";        // what these are words of
  std::vector<GroupWeight> group_weights;   // annotation signpost.dns/weights
  std::vector<Port> ports;
  friend bool operator==(const ServiceRecord&, const ServiceRecord&) = default;
};

/// One address of one endpoint. Its ports are ports[first_port, first_port + port_count) of the slice.
struct EndpointRecord {
  IpAddress address;
  Health health = Health::Up;
  bool leaving = false;  // Down and terminating
  std::uint16_t first_port = 0;
  std::uint16_t port_count = 0;
  Word host_name;
  Word node;
  Word zone;
  Word for_zones;  // hints.forZones[].name, sorted, joined by commas
  Word pod;        // targetRef of kind Pod: its name; kept only when Pods are watched or name endpoints
  friend bool operator==(const EndpointRecord&, const EndpointRecord&) = default;
};

/// One discovery.k8s.io/v1 EndpointSlice, or one v1 Endpoints with all its subsets.
struct SliceRecord {
  std::string service;  // "namespace/name"; empty: belongs to none and is not kept
  bool import = false;  // of a ServiceImport (multicluster.kubernetes.io/service-name)
  std::string cluster;  // multicluster.kubernetes.io/source-cluster, where that is known
  double weight =
      1;  // annotation signpost.dns/weight, on slices that no controller manages; of each endpoint
  std::vector<Port> ports;
  std::vector<EndpointRecord> endpoints;
  friend bool operator==(const SliceRecord&, const SliceRecord&) = default;
};

/// One v1 Pod that runs. Without addresses it is none (Succeeded, Failed, being deleted, no address yet) and
/// is not kept.
struct PodRecord {
  std::vector<IpAddress> addresses;  // status.podIPs: at most one of each family
  double weight = 1;                 // annotation signpost.dns/weight
  Word version;                      // of the label that the registry's options name
  Word tags;                         // of that label: sorted, joined by commas
  friend bool operator==(const PodRecord&, const PodRecord&) = default;
};

/// One v1 Namespace: that it is listed (by the selector, if there is one) is nearly all that matters.
struct NamespaceRecord {
  std::string uid;  // metadata.uid; of kube-system it names the cluster
  friend bool operator==(const NamespaceRecord&, const NamespaceRecord&) = default;
};

/// One v1 Node: where the clients on it are.
struct NodeRecord {
  std::string zone;                      // label topology.kubernetes.io/zone; empty: not known
  std::vector<config::Prefix> networks;  // spec.podCIDRs, and its InternalIPs as the whole of an address
  friend bool operator==(const NodeRecord&, const NodeRecord&) = default;
};

/// One object as far as it could be read.
struct Object {
  std::string key;  // "namespace/name" (a Namespace, a Node: its name); empty: not even that could be read
  Revision revision = 0;  // metadata.resourceVersion; 0: absent or no number
  /// monostate: the rest makes no sense, keep the version known so far (K25, K38).
  std::variant<std::monostate, ServiceRecord, SliceRecord, PodRecord, NamespaceRecord, NodeRecord> record{};
  /// Of endpoints: when the Pod or Service changed that changed them, by their controller's annotation; zero:
  /// it does not say. Never kept.
  WallTime triggered{};
};

enum class EventType : std::uint8_t { Added, Modified, Deleted, Bookmark, Error, Unknown };

/// A v1 Status: the body of an error response, or the object of an ERROR event.
struct Status {
  int code = 0;
  std::string reason;  // "Expired"
  std::string message;
  int retry_after_s = 0;
  bool revision_too_large = false;  // a cause ResourceVersionTooLarge: the server is behind (K3)
};

struct Event {
  EventType type = EventType::Unknown;
  bool initial_events_end = false;  // of a Bookmark: everything that there was has been told (K26)
  Object object;
  Status status;  // of an Error
};

/// metadata of a list.
struct ListMeta {
  Revision revision = 0;
  std::string continue_token;  // empty: this was the last page
};

}  // namespace signpost::kubernetes
