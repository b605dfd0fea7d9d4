// Octets to a ServiceState: of our own memory, and of a file that anybody may have written.
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "zones/table/packed_bits.h"
#include "zones/table/packed_state.h"

namespace signpost {
namespace {

using namespace packed;

/// An Instance is some hundred times what it may be packed in; beyond this many a list grows as it is read.
constexpr std::size_t kReserveMost = 1000;

/// What is not there is 0 or empty, and failed() from then on. Nothing is made that is larger than what is
/// left to read: each element of a list takes at least one octet.
class Unpacker {
 public:
  explicit Unpacker(std::string_view octets) : rest_(octets) { seen_.reserve(16); }
  bool failed() const noexcept { return failed_; }
  bool at_end() const noexcept { return rest_.empty(); }
  void fail() noexcept {
    failed_ = true;
    rest_ = {};
  }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }
  template <class Value>
  Value copy() {
    Value value{};
    const auto octets = raw(sizeof value);
    if (!octets.empty()) std::memcpy(&value, octets.data(), sizeof value);
    return value;
  }
  unsigned octet() { return copy<unsigned char>(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto next = octet();
      value |= std::uint64_t{next & 0x7f} << shift;
      if ((next & 0x80) == 0) return value;
    }
    fail();
    return 0;
  }
  /// `most`: the largest that its place can have.
  template <class Small>
  Small small(std::uint64_t most = std::numeric_limits<Small>::max()) {
    const auto value = number();
    if (value > most) fail();
    return failed_ ? Small{} : static_cast<Small>(value);
  }
  std::size_t count() { return small<std::size_t>(rest_.size()); }
  std::string plain() { return std::string(raw(number())); }
  std::string shared() {
    const auto head = number();
    if (head % 2 == 1) {
      seen_.push_back(raw(head / 2));
      return std::string(seen_.back());
    }
    if (head / 2 < seen_.size()) return std::string(seen_[head / 2]);
    fail();
    return {};
  }
  std::vector<IpAddress> addresses() {
    std::vector<IpAddress> addresses(count());
    for (auto& address : addresses) address = octet() != 0 ? v6() : v4();
    return addresses;
  }
  IpAddress v4() { return IpAddress::v4(copy<std::array<std::uint8_t, 4>>()); }
  IpAddress v6() { return IpAddress::v6(copy<std::array<std::uint8_t, 16>>()); }
  std::vector<Port> ports() {
    std::vector<Port> ports(count());
    for (auto& port : ports) {
      port.name = shared();
      const auto both = small<std::uint32_t>(65535 * 4 + 3);
      port.number = static_cast<std::uint16_t>(both / 4);
      if (both % 4 > static_cast<unsigned>(Protocol::Sctp)) fail();
      port.protocol = failed_ ? Protocol::Tcp : static_cast<Protocol>(both % 4);
    }
    return ports;
  }
  Metadata metadata() {
    Metadata metadata(count());
    for (auto& [key, value] : metadata) {
      key = shared();
      value = shared();
    }
    return metadata;
  }
  std::vector<std::string> words() {
    std::vector<std::string> words(count());
    for (auto& word : words) word = shared();
    return words;
  }

 private:
  std::string_view rest_;
  std::vector<std::string_view> seen_;
  bool failed_ = false;
};

void unpack_id(Unpacker& in, unsigned first, unsigned second, Instance& instance) {
  if ((second & kIdIsHostName) != 0) {
    instance.id = instance.host_name;
    return;
  }
  const bool derived = (second & kIdIsAddress) != 0 || (first & kIdFromAddress) != 0;
  if (!derived) {
    instance.id = in.plain();
    return;
  }
  instance.id.clear();
  if (!instance.v4 && !instance.v6) return in.fail();
  instance.id += address_text(instance);
  if ((second & kIdIsAddress) == 0) add_port_suffix(instance, instance.id);
}

std::chrono::system_clock::time_point unpack_time(Unpacker& in) {
  using std::chrono::system_clock;
  return system_clock::time_point(system_clock::duration(in.copy<system_clock::rep>()));
}

/// As new, but with the room that it had for what every instance has. unpack_instance() gives these two a
/// value.
void renew(Instance& instance) {
  Instance fresh;
  fresh.id = std::move(instance.id);
  fresh.ports = std::move(instance.ports);
  instance = std::move(fresh);
}

/// `instance` is new or renewed.
void unpack_instance(Unpacker& in, const std::vector<Port>& ports_before, Instance& instance) {
  const auto first = in.octet();
  const auto second = in.octet();
  instance.health = static_cast<Health>(second & kHealthBits);
  instance.leaving = (second & kLeaving) != 0;
  instance.enabled = (first & kEnabled) != 0;
  if ((first & kHasV4) != 0) instance.v4 = in.v4();
  if ((first & kHasV6) != 0) instance.v6 = in.v6();
  if ((first & kSamePorts) != 0) {
    instance.ports = ports_before;
  } else {
    instance.ports = in.ports();
  }
  if ((second & kHasHostName) != 0) instance.host_name = in.plain();
  unpack_id(in, first, second, instance);
  if ((first & kWeightOne) == 0) instance.weight = in.copy<double>();
  if ((first & kHasPlace) != 0) {
    instance.zone = in.shared();
    instance.region = in.shared();
    instance.node = in.shared();
  }
  if ((second & kHasForZones) != 0) instance.for_zones = in.words();
  if ((second & kHasFirstSeen) != 0) instance.first_seen = unpack_time(in);
  if ((first & kHasMore) == 0) return;
  instance.cluster = in.shared();
  instance.version = in.shared();
  instance.tags = in.words();
  instance.metadata = in.metadata();
}

void unpack_extras(Unpacker& in, ServiceState& state) {
  state.external_ips = in.addresses();
  state.external_hosts = in.words();
  state.traffic_distribution = in.shared();
  state.group_weights.resize(in.count());
  if (!state.group_weights.empty()) state.group_key = in.shared();
  for (auto& group : state.group_weights) {
    group.word = in.shared();
    group.weight = in.copy<double>();
  }
  const auto bits = in.octet();
  if ((bits & kWishesAnswer) != 0) {
    const auto mode = in.octet();
    if (mode > static_cast<unsigned>(config::AnswerMode::Sticky)) return in.fail();
    state.wishes.answer = config::Answer{static_cast<config::AnswerMode>(mode), in.small<std::uint16_t>()};
  }
  if ((bits & kWishesTtl) != 0) state.wishes.ttl = in.small<std::uint32_t>();
  if ((bits & kWishesHealth) != 0) {
    const auto health = in.octet();
    if (health > static_cast<unsigned>(config::HealthPolicy::Any)) return in.fail();
    state.wishes.health = static_cast<config::HealthPolicy>(health);
  }
}

void unpack_from(Unpacker& in, const ServiceKey& key, ServiceState& state) {
  auto room = std::move(state.instances);
  if (room.capacity() > kReserveMost) room = {};
  state = ServiceState();
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
  const auto count = in.count();
  room.reserve(std::min(count, kReserveMost));
  std::size_t made = 0;
  for (; made < count && !in.failed(); ++made) {
    made < room.size() ? renew(room[made]) : void(room.emplace_back());
    unpack_instance(in, made == 0 ? state.ports : room[made - 1].ports, room[made]);
  }
  room.resize(made);
  state.instances = std::move(room);
}

bool is_weight(double weight) { return std::isfinite(weight) && weight >= 0; }

/// Empty, or what one label can have (Kubernetes' `hostname`).
bool is_host_label(const std::string& text) {
  constexpr std::size_t kLabelOctetsMax = 63;
  return text.size() <= kLabelOctetsMax && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

template <class List, class Key>
bool is_sorted_and_unique(const List& list, Key key) {
  return std::adjacent_find(list.begin(), list.end(),
                            [key](const auto& a, const auto& b) { return key(a) >= key(b); }) == list.end();
}

bool has_order(const Metadata& metadata) {
  return is_sorted_and_unique(metadata, [](const auto& pair) { return pair.first; });
}

bool is_sound(const Instance& instance) {
  return (instance.v4 || instance.v6) && is_weight(instance.weight) &&
         instance.first_seen.time_since_epoch().count() >= 0 && is_host_label(instance.host_name) &&
         has_order(instance.metadata);
}

/// What backends/registry/service_state.h promises of a state.
bool is_sound(const ServiceState& state) {
  const auto families = std::count_if(state.virtual_ips.begin(), state.virtual_ips.end(),
                                      [](const auto& address) { return address.is_v4(); });
  const auto& groups = state.group_weights;
  if (state.wishes.answer && state.wishes.answer->sample == 0) return false;
  return state.virtual_ips.size() <= 2 && families <= 1 &&
         static_cast<std::ptrdiff_t>(state.virtual_ips.size()) - families <= 1 && has_order(state.metadata) &&
         is_sorted_and_unique(groups, [](const auto& group) { return group.word; }) &&
         std::all_of(groups.begin(), groups.end(),
                     [](const auto& group) { return is_weight(group.weight); }) &&
         std::all_of(state.instances.begin(), state.instances.end(),
                     [](const auto& instance) { return is_sound(instance); });
}

}  // namespace

void unpack(const ServiceKey& key, std::string_view packed, ServiceState& state) {
  Unpacker in(packed);
  unpack_from(in, key, state);
  assert(!in.failed() && in.at_end());
}

ServiceState unpack(const ServiceKey& key, std::string_view packed) {
  ServiceState state;
  unpack(key, packed, state);
  return state;
}

bool unpack_any(const ServiceKey& key, std::string_view octets, ServiceState& state) {
  Unpacker in(octets);
  unpack_from(in, key, state);
  return !in.failed() && in.at_end() && is_sound(state);
}

std::optional<ServiceState> unpack_any(const ServiceKey& key, std::string_view octets) {
  std::optional<ServiceState> state(std::in_place);
  if (!unpack_any(key, octets, *state)) state.reset();
  return state;
}

}  // namespace signpost
