#include "backends/kubernetes/join.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kLabelBytesMax = 63;

/// An endpoint as it is found, and what it is sorted by. Instances are large, so only these are moved about.
struct Place {
  IpAddress address;
  Health health;
  std::uint32_t draft;
};

std::vector<std::string> split(std::string_view joined) {
  std::vector<std::string> words;
  while (!joined.empty()) {
    const auto comma = std::min(joined.find(','), joined.size());
    words.emplace_back(joined.substr(0, comma));
    joined.remove_prefix(std::min(comma + 1, joined.size()));
  }
  return words;
}

/// Lower-case letters, digits and inner hyphens; a Pod's name may have dots and may be longer.
bool is_label(std::string_view text) {
  if (text.empty() || text.size() > kLabelBytesMax || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

/// By address and cluster; of one address the healthiest first (Up < Draining < Down), then by words, so that
/// the order in which slices came does not matter.
class Before {
 public:
  explicit Before(const std::vector<Instance>& drafts) : drafts_(drafts) {}
  bool operator()(const Place& a, const Place& b) const {
    if (a.address != b.address) return a.address < b.address;
    const auto rank = [this](const Place& place) {
      const auto& one = drafts_[place.draft];
      return std::tie(one.cluster, place.health, one.weight, one.host_name, one.node, one.zone);
    };
    const auto named = [this](const Place& place) { return drafts_[place.draft].host_name.empty(); };
    const auto& x = drafts_[a.draft];
    const auto& y = drafts_[b.draft];
    if (x.cluster == y.cluster && a.health == b.health && named(a) != named(b)) return named(b);
    return rank(a) < rank(b);
  }

 private:
  const std::vector<Instance>& drafts_;
};

class Joiner {
 public:
  Joiner(const ServiceKey& key, const ServiceRecord& service, const JoinOptions& options)
      : key_(key), service_(service), options_(options) {}

  void add(SliceReader slice) {
    EndpointView endpoint;
    while (slice.next(endpoint)) {
      places_.push_back({endpoint.address, endpoint.health, static_cast<std::uint32_t>(drafts_.size())});
      drafts_.push_back(draft(slice, endpoint));
    }
  }

  std::vector<Instance> finish() {
    std::sort(places_.begin(), places_.end(), Before(drafts_));
    std::vector<Instance> instances;
    instances.reserve(places_.size());
    const Place* last = nullptr;
    for (const auto& place : places_) {
      auto& draft = drafts_[place.draft];
      if (last != nullptr && last->address == place.address && instances.back().cluster == draft.cluster) {
        merge(instances.back(), draft);
      } else {
        instances.push_back(std::move(draft));
        last = &place;
      }
    }
    return instances;
  }

 private:
  Instance draft(const SliceReader& slice, const EndpointView& endpoint) const {
    Instance instance;
    instance.id = endpoint.address.to_string();
    (endpoint.address.is_v4() ? instance.v4 : instance.v6) = endpoint.address;
    instance.cluster = slice.cluster();
    if (!instance.cluster.empty()) instance.id += "@" + instance.cluster;
    instance.host_name = endpoint.host_name;
    if (options_.pod_names && endpoint.host_name.empty() && is_label(endpoint.pod))
      instance.host_name = endpoint.pod;
    instance.health = service_.publish_not_ready ? Health::Up : endpoint.health;
    instance.leaving = !service_.publish_not_ready && endpoint.leaving;
    instance.node = endpoint.node;
    instance.zone = endpoint.zone;
    instance.for_zones = split(endpoint.for_zones);
    instance.weight = slice.weight();
    if (options_.pods != nullptr && !endpoint.pod.empty()) {
      const auto facts = options_.pods->pod(key_.space, endpoint.pod);
      instance.weight *= facts.weight;
      instance.version = facts.version;
      instance.tags = split(facts.tags);
    }
    const auto first = slice.ports().begin() + endpoint.first_port;
    for (auto port = first; port != first + endpoint.port_count; ++port) add(instance.ports, *port);
    return instance;
  }

  /// A second sight of the same address: what the first one lacked.
  static void merge(Instance& instance, Instance& other) {
    const auto fill = [](std::string& place, std::string& text) {
      if (place.empty()) place = std::move(text);
    };
    fill(instance.host_name, other.host_name);
    fill(instance.node, other.node);
    fill(instance.zone, other.zone);
    fill(instance.version, other.version);
    instance.leaving = instance.leaving && other.leaving;  // the address was given to another Pod
    if (instance.tags.empty()) instance.tags = std::move(other.tags);
    if (instance.for_zones.empty()) instance.for_zones = std::move(other.for_zones);
    for (const auto& port : other.ports) add(instance.ports, port);
  }

  static void add(std::vector<Port>& ports, const Port& port) {
    if (std::find(ports.begin(), ports.end(), port) == ports.end()) ports.push_back(port);
  }

  const ServiceKey& key_;
  const ServiceRecord& service_;
  const JoinOptions& options_;
  std::vector<Place> places_;
  std::vector<Instance> drafts_;
};

}  // namespace

ServiceState join(ServiceKey key, ServiceRecord service, std::span<const std::string_view> slices,
                  const Words& pool, const JoinOptions& options) {
  ServiceState state;
  state.key = std::move(key);
  state.kind = service.kind;
  if (service.kind != ServiceKind::Alias) {
    Joiner joiner(state.key, service, options);
    for (const auto slice : slices) joiner.add(SliceReader(slice, pool));
    state.instances = joiner.finish();
    state.virtual_ips = std::move(service.cluster_ips);
  } else {
    state.alias = std::move(service.external_name);
  }
  state.ports = std::move(service.ports);
  state.external_ips = std::move(service.external_ips);
  state.external_hosts = std::move(service.external_hosts);
  state.traffic_distribution = std::move(service.traffic_distribution);
  state.wishes = service.wishes;
  state.group_key = std::move(service.group_key);
  state.group_weights = std::move(service.group_weights);
  return state;
}

}  // namespace signpost::kubernetes
