#include "zones/table/packed_state.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <unordered_map>

namespace signpost {
namespace {

// Bits of an instance's flag octets; the lowest two of the second are its health.
enum InstanceBit : unsigned {
  kHasV4 = 1,
  kHasV6 = 2,
  kEnabled = 4,
  kWeightOne = 8,
  kSamePorts = 16,
  kIdFromAddress = 32,  // "address#port", as Nacos and files have it
  kHasPlace = 64,
  kHasMore = 128,
};
enum SecondInstanceBit : unsigned {
  kHealthBits = 3,
  kIdIsAddress = 4,  // as Kubernetes endpoints have it
  kIdIsHostName = 8,
  kHasHostName = 16,
  kHasForZones = 32,
  kHasFirstSeen = 64,
  kLeaving = 128,
};

// Bits of a state's first octet; the lowest two are its kind.
enum StateBit : unsigned {
  kKindBits = 3,
  kPending = 4,
  kHealthMasked = 8,
  kHasExtras = 16,
};

enum WishBit : unsigned { kWishesAnswer = 1, kWishesTtl = 2, kWishesHealth = 4 };

std::string address_text(const Instance& instance) {
  return (instance.v4 ? *instance.v4 : *instance.v6).to_string();
}

std::string port_suffix(const Instance& instance) {
  return "#" + std::to_string(instance.ports.empty() ? 0 : instance.ports.front().number);
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
  double real() {
    double value = 0;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }
  std::vector<IpAddress> addresses() {
    std::vector<IpAddress> addresses(number());
    for (auto& address : addresses) address = octet() != 0 ? v6() : v4();
    return addresses;
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

void pack_words(Packer& out, const std::vector<std::string>& words) {
  out.number(words.size());
  for (const auto& word : words) out.shared(word);
}

std::vector<std::string> unpack_words(Unpacker& in) {
  std::vector<std::string> words(in.number());
  for (auto& word : words) word = in.shared();
  return words;
}

/// How the id can be told without writing it: one of the bits, or 0.
struct DerivedId {
  unsigned first = 0;
  unsigned second = 0;
  bool any() const noexcept { return (first | second) != 0; }
};
DerivedId derived_id(const Instance& instance) {
  const auto text = address_text(instance);
  if (instance.id == text) return {0, kIdIsAddress};
  if (instance.id == instance.host_name) return {0, kIdIsHostName};
  if (!instance.id.starts_with(text) || instance.id.substr(text.size()) != port_suffix(instance)) return {};
  return {kIdFromAddress, 0};
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

std::string unpack_id(Unpacker& in, const Instance& instance, unsigned first, unsigned second) {
  if ((second & kIdIsAddress) != 0) return address_text(instance);
  if ((second & kIdIsHostName) != 0) return instance.host_name;
  if ((first & kIdFromAddress) != 0) return address_text(instance) + port_suffix(instance);
  return in.plain();
}

std::chrono::system_clock::time_point unpack_time(Unpacker& in) {
  std::chrono::system_clock::rep count = 0;
  std::memcpy(&count, in.raw(sizeof count).data(), sizeof count);
  return std::chrono::system_clock::time_point(std::chrono::system_clock::duration(count));
}

Instance unpack_instance(Unpacker& in, const std::vector<Port>& ports_before) {
  Instance instance;
  const auto first = in.octet();
  const auto second = in.octet();
  instance.health = static_cast<Health>(second & kHealthBits);
  instance.leaving = (second & kLeaving) != 0;
  instance.enabled = (first & kEnabled) != 0;
  if ((first & kHasV4) != 0) instance.v4 = in.v4();
  if ((first & kHasV6) != 0) instance.v6 = in.v6();
  instance.ports = (first & kSamePorts) != 0 ? ports_before : in.ports();
  if ((second & kHasHostName) != 0) instance.host_name = in.plain();
  instance.id = unpack_id(in, instance, first, second);
  if ((first & kWeightOne) == 0) instance.weight = in.real();
  if ((first & kHasPlace) != 0) {
    instance.zone = in.shared();
    instance.region = in.shared();
    instance.node = in.shared();
  }
  if ((second & kHasForZones) != 0) instance.for_zones = unpack_words(in);
  if ((second & kHasFirstSeen) != 0) instance.first_seen = unpack_time(in);
  if ((first & kHasMore) == 0) return instance;
  instance.cluster = in.shared();
  instance.version = in.shared();
  instance.tags = unpack_words(in);
  instance.metadata = in.metadata();
  return instance;
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

void unpack_extras(Unpacker& in, ServiceState& state) {
  state.external_ips = in.addresses();
  state.external_hosts = unpack_words(in);
  state.traffic_distribution = in.shared();
  state.group_weights.resize(in.number());
  if (!state.group_weights.empty()) state.group_key = in.shared();
  for (auto& group : state.group_weights) {
    group.word = in.shared();
    group.weight = in.real();
  }
  const auto bits = in.octet();
  if ((bits & kWishesAnswer) != 0) {
    const auto mode = static_cast<config::AnswerMode>(in.octet());
    state.wishes.answer = config::Answer{mode, static_cast<std::uint16_t>(in.number())};
  }
  if ((bits & kWishesTtl) != 0) state.wishes.ttl = static_cast<std::uint32_t>(in.number());
  if ((bits & kWishesHealth) != 0) state.wishes.health = static_cast<config::HealthPolicy>(in.octet());
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

ServiceState unpack(const ServiceKey& key, std::string_view packed) {
  Unpacker in(packed);
  ServiceState state;
  state.key = key;
  const auto bits = in.octet();
  state.kind = static_cast<ServiceKind>(bits & kKindBits);
  state.pending = (bits & kPending) != 0;
  state.health_masked = (bits & kHealthMasked) != 0;
  state.virtual_ips = in.addresses();
  state.alias = in.plain();
  if ((bits & kHasExtras) != 0) unpack_extras(in, state);
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
