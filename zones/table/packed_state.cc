#include "zones/table/packed_state.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <unordered_map>

namespace signpost {
namespace {

// Bits of an instance's flag octets; the second one is health in two bits.
enum InstanceBit : unsigned {
  kHasV4 = 1,
  kHasV6 = 2,
  kEnabled = 4,
  kWeightOne = 8,
  kSamePorts = 16,
  kIdFromAddress = 32,
  kHasPlace = 64,
  kHasMore = 128,
};

std::string id_from_address(const Instance& instance) {
  const auto& address = instance.v4 ? *instance.v4 : *instance.v6;
  return address.to_string() + "#" +
         std::to_string(instance.ports.empty() ? 0 : instance.ports.front().number);
}

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

class Unpacker {
 public:
  explicit Unpacker(std::string_view octets) : rest_(octets) {}
  std::string_view raw(std::size_t size) {
    assert(size <= rest_.size());
    const auto part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }
  unsigned octet() { return static_cast<unsigned char>(raw(1)[0]); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto next = octet();
      value |= std::uint64_t{next & 0x7f} << shift;
      if ((next & 0x80) == 0) return value;
    }
  }
  std::string plain() { return std::string(raw(number())); }
  std::string shared() {
    const auto head = number();
    if (head % 2 == 0) return std::string(seen_[head / 2]);
    seen_.push_back(raw(head / 2));
    return std::string(seen_.back());
  }
  IpAddress v4() {
    std::array<std::uint8_t, 4> octets;
    std::memcpy(octets.data(), raw(4).data(), 4);
    return IpAddress::v4(octets);
  }
  IpAddress v6() {
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), raw(16).data(), 16);
    return IpAddress::v6(octets);
  }
  std::vector<Port> ports() {
    std::vector<Port> ports(number());
    for (auto& port : ports) {
      port.name = shared();
      const auto both = number();
      port.number = static_cast<std::uint16_t>(both / 4);
      port.protocol = static_cast<Protocol>(both % 4);
    }
    return ports;
  }
  Metadata metadata() {
    Metadata metadata(number());
    for (auto& [key, value] : metadata) {
      key = shared();
      value = shared();
    }
    return metadata;
  }

 private:
  std::string_view rest_;
  std::vector<std::string_view> seen_;
};

void pack_instance(Packer& out, const Instance& instance, const std::vector<Port>& ports_before) {
  const bool place = !instance.zone.empty() || !instance.region.empty() || !instance.node.empty();
  const bool more = !instance.host_name.empty() || !instance.cluster.empty() || !instance.version.empty() ||
                    !instance.tags.empty() || !instance.metadata.empty() ||
                    instance.first_seen.time_since_epoch().count() != 0;
  const bool same_ports = instance.ports == ports_before;
  const bool derived_id = instance.id == id_from_address(instance);
  out.octet((instance.v4 ? kHasV4 : 0u) | (instance.v6 ? kHasV6 : 0u) | (instance.enabled ? kEnabled : 0u) |
            (instance.weight == 1 ? kWeightOne : 0u) | (same_ports ? kSamePorts : 0u) |
            (derived_id ? kIdFromAddress : 0u) | (place ? kHasPlace : 0u) | (more ? kHasMore : 0u));
  out.octet(static_cast<unsigned>(instance.health));
  if (instance.v4) out.address(*instance.v4);
  if (instance.v6) out.address(*instance.v6);
  if (!same_ports) out.ports(instance.ports);
  if (!derived_id) out.plain(instance.id);
  if (instance.weight != 1) out.raw(&instance.weight, sizeof instance.weight);
  if (place) {
    out.shared(instance.zone);
    out.shared(instance.region);
    out.shared(instance.node);
  }
  if (!more) return;
  out.plain(instance.host_name);
  out.shared(instance.cluster);
  out.shared(instance.version);
  out.number(instance.tags.size());
  for (const auto& tag : instance.tags) out.shared(tag);
  out.metadata(instance.metadata);
  const auto first_seen = instance.first_seen.time_since_epoch().count();
  out.raw(&first_seen, sizeof first_seen);
}

Instance unpack_instance(Unpacker& in, const std::vector<Port>& ports_before) {
  Instance instance;
  const auto bits = in.octet();
  instance.health = static_cast<Health>(in.octet());
  instance.enabled = (bits & kEnabled) != 0;
  if ((bits & kHasV4) != 0) instance.v4 = in.v4();
  if ((bits & kHasV6) != 0) instance.v6 = in.v6();
  instance.ports = (bits & kSamePorts) != 0 ? ports_before : in.ports();
  instance.id = (bits & kIdFromAddress) != 0 ? id_from_address(instance) : in.plain();
  if ((bits & kWeightOne) == 0) std::memcpy(&instance.weight, in.raw(sizeof(double)).data(), sizeof(double));
  if ((bits & kHasPlace) != 0) {
    instance.zone = in.shared();
    instance.region = in.shared();
    instance.node = in.shared();
  }
  if ((bits & kHasMore) == 0) return instance;
  instance.host_name = in.plain();
  instance.cluster = in.shared();
  instance.version = in.shared();
  instance.tags.resize(in.number());
  for (auto& tag : instance.tags) tag = in.shared();
  instance.metadata = in.metadata();
  std::chrono::system_clock::rep first_seen = 0;
  std::memcpy(&first_seen, in.raw(sizeof first_seen).data(), sizeof first_seen);
  instance.first_seen =
      std::chrono::system_clock::time_point(std::chrono::system_clock::duration(first_seen));
  return instance;
}

}  // namespace

std::string pack(const ServiceState& state) {
  Packer out;
  out.octet(static_cast<unsigned>(state.kind) | (state.pending ? 4u : 0u) | (state.health_masked ? 8u : 0u));
  out.number(state.virtual_ips.size());
  for (const auto& address : state.virtual_ips) {
    out.octet(address.is_v6() ? 1 : 0);
    out.address(address);
  }
  out.plain(state.alias);
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

ServiceState unpack(const ServiceKey& key, std::string_view packed) {
  Unpacker in(packed);
  ServiceState state;
  state.key = key;
  const auto bits = in.octet();
  state.kind = static_cast<ServiceKind>(bits & 3);
  state.pending = (bits & 4) != 0;
  state.health_masked = (bits & 8) != 0;
  for (auto left = in.number(); left > 0; --left)
    state.virtual_ips.push_back(in.octet() != 0 ? in.v6() : in.v4());
  state.alias = in.plain();
  state.ports = in.ports();
  state.metadata = in.metadata();
  const auto count = in.number();
  state.instances.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    state.instances.push_back(unpack_instance(in, i == 0 ? state.ports : state.instances.back().ports));
  }
  return state;
}

}  // namespace signpost
