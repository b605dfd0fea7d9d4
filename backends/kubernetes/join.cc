#include "backends/kubernetes/join.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace signpost::kubernetes {
namespace {

/// An endpoint and the slice that its ports are in.
struct Place {
  const SliceRecord* slice;
  const EndpointRecord* endpoint;
};

/// By address; of one address the healthiest first (Up < Draining < Down), then by words, so that the order
/// in which slices came does not matter.
bool before(const Place& a, const Place& b) {
  const auto rank = [](const Place& place) {
    const auto& e = *place.endpoint;
    return std::tuple(e.address, e.health, e.host_name.text().empty(), e.host_name.text(), e.node.text(),
                      e.zone.text());
  };
  return rank(a) < rank(b);
}

std::vector<Place> sorted_places(std::span<const SliceRecord* const> slices) {
  std::size_t count = 0;
  for (const auto* slice : slices) count += slice->endpoints.size();
  std::vector<Place> places;
  places.reserve(count);
  for (const auto* slice : slices) {
    for (const auto& endpoint : slice->endpoints) places.push_back({slice, &endpoint});
  }
  std::sort(places.begin(), places.end(), before);
  return places;
}

void add_ports(std::vector<Port>& ports, const Place& place) {
  const auto first = place.slice->ports.begin() + place.endpoint->first_port;
  for (auto port = first; port != first + place.endpoint->port_count; ++port) {
    if (std::find(ports.begin(), ports.end(), *port) == ports.end()) ports.push_back(*port);
  }
}

Instance instance_of(const Place& place, bool publish_not_ready) {
  const auto& endpoint = *place.endpoint;
  Instance instance;
  instance.id = endpoint.address.to_string();
  (endpoint.address.is_v4() ? instance.v4 : instance.v6) = endpoint.address;
  instance.host_name = endpoint.host_name.text();
  instance.health = publish_not_ready ? Health::Up : endpoint.health;
  instance.node = endpoint.node.text();
  instance.zone = endpoint.zone.text();
  add_ports(instance.ports, place);
  return instance;
}

/// A second sight of the same address: what the first one lacked.
void merge(Instance& instance, const Place& place) {
  if (instance.host_name.empty()) instance.host_name = place.endpoint->host_name.text();
  if (instance.node.empty()) instance.node = place.endpoint->node.text();
  if (instance.zone.empty()) instance.zone = place.endpoint->zone.text();
  add_ports(instance.ports, place);
}

}  // namespace

ServiceState join(ServiceKey key, const ServiceRecord& service, std::span<const SliceRecord* const> slices) {
  ServiceState state;
  state.key = std::move(key);
  state.kind = service.kind;
  state.ports = service.ports;
  if (service.kind == ServiceKind::Alias) {
    state.alias = service.external_name;
    return state;
  }
  state.virtual_ips = service.cluster_ips;
  const auto places = sorted_places(slices);
  const IpAddress* last = nullptr;
  for (const auto& place : places) {
    if (last != nullptr && *last == place.endpoint->address) {
      merge(state.instances.back(), place);
    } else {
      state.instances.push_back(instance_of(place, service.publish_not_ready));
    }
    last = &place.endpoint->address;
  }
  return state;
}

}  // namespace signpost::kubernetes
