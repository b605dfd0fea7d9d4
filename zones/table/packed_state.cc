#include "zones/table/packed_state.h"

#include <unordered_map>
#include <utility>

#include "zones/table/packed_bits.h"

namespace signpost {
namespace {

using namespace packed;

class Packer {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) octets_ += static_cast<char>(value | 0x80);
    octets_ += static_cast<char>(value);
  }
  void octet(unsigned value) { octets_ += static_cast<char>(value); }
  void raw(const void* data, std::size_t size) { octets_.append(static_cast<const char*>(data), size); }
  void plain(std::string_view text) {
    number(text.size());
    octets_ += text;
  }
  /// 2 x index of a string seen before, or 2 x length + 1 and the string.
  void shared(std::string_view text) {
    const auto [known, fresh] = seen_.try_emplace(std::string(text), seen_.size());
    if (!fresh) return number(known->second * 2);
    number(text.size() * 2 + 1);
    octets_ += text;
  }
  void address(const IpAddress& address) { raw(address.octets().data(), address.octets().size()); }
  void addresses(const std::vector<IpAddress>& addresses) {
    number(addresses.size());
    for (const auto& one : addresses) {
      octet(one.is_v6() ? 1 : 0);
      address(one);
    }
  }
  void real(double value) { raw(&value, sizeof value); }
  void ports(const std::vector<Port>& ports) {
    number(ports.size());
    for (const auto& port : ports) {
      shared(port.name);
      number(std::uint64_t{port.number} * 4 + static_cast<unsigned>(port.protocol));
    }
  }
  void metadata(const Metadata& metadata) {
    number(metadata.size());
    for (const auto& [key, value] : metadata) {
      shared(key);
      shared(value);
    }
  }
  std::string take() { return std::move(octets_); }

 private:
  std::string octets_;
  std::unordered_map<std::string, std::uint64_t> seen_;
};

void pack_words(Packer& out, const std::vector<std::string>& words) {
  out.number(words.size());
  for (const auto& word : words) out.shared(word);
}

/// How the id can be told without writing it: one of the bits, or 0.
struct DerivedId {
  unsigned first = 0;
  unsigned second = 0;
  bool any() const noexcept { return (first | second) != 0; }
};
DerivedId derived_id(const Instance& instance) {
  auto text = address_text(instance);
  if (instance.id == text) return {0, kIdIsAddress};
  if (instance.id == instance.host_name) return {0, kIdIsHostName};
  add_port_suffix(instance, text);
  return {instance.id == text ? kIdFromAddress : 0u, 0};
}

void pack_instance(Packer& out, const Instance& instance, const std::vector<Port>& ports_before) {
  const bool place = !instance.zone.empty() || !instance.region.empty() || !instance.node.empty();
  const bool more = !instance.cluster.empty() || !instance.version.empty() || !instance.tags.empty() ||
                    !instance.metadata.empty();
  const bool same_ports = instance.ports == ports_before;
  const auto id = derived_id(instance);
  const auto first_seen = instance.first_seen.time_since_epoch().count();
  out.octet((instance.v4 ? kHasV4 : 0u) | (instance.v6 ? kHasV6 : 0u) | (instance.enabled ? kEnabled : 0u) |
            (instance.weight == 1 ? kWeightOne : 0u) | (same_ports ? kSamePorts : 0u) | id.first |
            (place ? kHasPlace : 0u) | (more ? kHasMore : 0u));
  out.octet(static_cast<unsigned>(instance.health) | id.second |
            (instance.host_name.empty() ? 0u : kHasHostName) |
            (instance.for_zones.empty() ? 0u : kHasForZones) | (first_seen == 0 ? 0u : kHasFirstSeen) |
            (instance.leaving ? kLeaving : 0u));
  if (instance.v4) out.address(*instance.v4);
  if (instance.v6) out.address(*instance.v6);
  if (!same_ports) out.ports(instance.ports);
  if (!instance.host_name.empty()) out.plain(instance.host_name);
  if (!id.any()) out.plain(instance.id);
  if (instance.weight != 1) out.real(instance.weight);
  if (place) {
    out.shared(instance.zone);
    out.shared(instance.region);
    out.shared(instance.node);
  }
  if (!instance.for_zones.empty()) pack_words(out, instance.for_zones);
  if (first_seen != 0) out.raw(&first_seen, sizeof first_seen);
  if (!more) return;
  out.shared(instance.cluster);
  out.shared(instance.version);
  pack_words(out, instance.tags);
  out.metadata(instance.metadata);
}

/// What only few services have.
bool has_extras(const ServiceState& state) {
  return !state.external_ips.empty() || !state.external_hosts.empty() ||
         !state.traffic_distribution.empty() || !state.group_weights.empty() || state.wishes != Wishes{};
}

void pack_extras(Packer& out, const ServiceState& state) {
  out.addresses(state.external_ips);
  pack_words(out, state.external_hosts);
  out.shared(state.traffic_distribution);
  out.number(state.group_weights.size());
  if (!state.group_weights.empty()) out.shared(state.group_key);
  for (const auto& group : state.group_weights) {
    out.shared(group.word);
    out.real(group.weight);
  }
  const auto& wishes = state.wishes;
  out.octet((wishes.answer ? kWishesAnswer : 0u) | (wishes.ttl ? kWishesTtl : 0u) |
            (wishes.health ? kWishesHealth : 0u));
  if (wishes.answer) {
    out.octet(static_cast<unsigned>(wishes.answer->mode));
    out.number(wishes.answer->sample);
  }
  if (wishes.ttl) out.number(*wishes.ttl);
  if (wishes.health) out.octet(static_cast<unsigned>(*wishes.health));
}

}  // namespace

std::string pack(const ServiceState& state) {
  Packer out;
  const bool extras = has_extras(state);
  out.octet(static_cast<unsigned>(state.kind) | (state.pending ? kPending : 0u) |
            (state.health_masked ? kHealthMasked : 0u) | (extras ? kHasExtras : 0u));
  out.addresses(state.virtual_ips);
  out.plain(state.alias);
  if (extras) pack_extras(out, state);
  out.ports(state.ports);
  out.metadata(state.metadata);
  out.number(state.instances.size());
  const auto* ports_before = &state.ports;
  for (const auto& instance : state.instances) {
    pack_instance(out, instance, *ports_before);
    ports_before = &instance.ports;
  }
  auto packed = out.take();
  packed.shrink_to_fit();
  return packed;
}

}  // namespace signpost
