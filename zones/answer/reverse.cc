// Answerer: from an address back to names (SC7, SC8, SH8, N17; CoreDNS' choices in kubernetes.md 3.6).
#include "zones/answer/reverse.h"

#include <algorithm>

#include "dns/wire/writer.h"
#include "zones/answer/answerer.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

/// ::1:0:0:0, the first key behind ::ffff:0:0/96, where the index has the IPv4 addresses.
constexpr AddressKey kBehindV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

bool is_v4_key(const AddressKey& key) noexcept { return IpAddress::v6(key).unmapped().is_v4(); }

/// Whether an address of the range has a name that this zone may give. An IPv4 address has none under
/// ip6.arpa.
bool any_named(const Snapshot& snapshot, const Zone& reverse, const names::ReverseRange& range) noexcept {
  const auto& index = snapshot.addresses;
  const auto last = address_key(range.last);
  auto place = index.lower_bound({address_key(range.first), 0});
  while (const auto* entry = index.at(place)) {
    if (entry->key > last) break;
    if (range.first.is_v6() && is_v4_key(entry->key)) {
      place = index.lower_bound({kBehindV4, 0});
      continue;
    }
    const auto& block = *snapshot.slots[entry->slot];
    const auto& zones = reverse.forward;
    if (std::find(zones.begin(), zones.end(), block.zone()) != zones.end() &&
        owned_spelling(snapshot, block) < block.spelling_count()) {
      return true;
    }
    place = index.next(place);
  }
  return false;
}

/// The name is answered by the very block that the pointer comes from.
bool points_back(const Snapshot& snapshot, const Pointer& pointer) noexcept {
  const auto located = locate(snapshot, target_of(snapshot, pointer).wire());
  return located.block == snapshot.slots[pointer.slot] &&
         located.node.kind == (pointer.is_service() ? NodeKind::Service : NodeKind::Host);
}

}  // namespace

bool reverse_name_exists(const Snapshot& snapshot, const Zone& reverse, NameView owner) noexcept {
  const auto range = names::parse_reverse(owner);
  return range && any_named(snapshot, reverse, *range);
}

Name target_of(const Snapshot& snapshot, const Pointer& pointer) noexcept {
  auto name = Name::from_wire(service_of(snapshot, pointer));
  LabelRoom room;
  const auto label = label_of(snapshot, pointer, room);
  if (!label.empty()) name.prepend({reinterpret_cast<const char*>(label.data()) + 1, label.size() - 1});
  return name;
}

std::span<const Pointer> find_pointers(const Snapshot& snapshot, const Zone& reverse,
                                       const IpAddress& address, PointerRoom& room) noexcept {
  if (address.unmapped() != address) return {};
  const auto count = rank_pointers(snapshot, reverse, address_key(address), room);
  const auto end = std::remove_if(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count),
                                  [&](const Pointer& pointer) { return !points_back(snapshot, pointer); });
  return {room.begin(), end};
}

void Answerer::answer_reverse(Ask& ask) noexcept {
  const auto& zone = *ask.zone->zone;
  const bool apex = ask.name.size() == zone.name.size();
  const auto missing = apex ? Rcode::NoError : Rcode::NxDomain;
  const auto range = names::parse_reverse(ask.name);
  if (!range || (apex && !range->complete())) return negative(ask, missing);
  // One name of several, or none, is not the answer as long as a registry may have a better one.
  if (ask.zone->cold)
    return not_ready(ask, "a registry behind this reverse zone has not listed its services yet");
  if (!range->complete()) {
    return negative(ask, any_named(*ask.snapshot, zone, *range) ? Rcode::NoError : missing);
  }
  PointerRoom room;
  const auto found = find_pointers(*ask.snapshot, zone, range->first, room);
  if (found.empty()) return negative(ask, missing);
  if (ask.type != RRType::PTR && ask.type != RRType::ANY) return no_data(ask);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!is_given(zone, found, i) || write_pointer(ask, found[i])) continue;
    if (ask.may_truncate || i == 0) return too_large(ask);
    return;
  }
}

/// False: no room.
bool Answerer::write_pointer(Ask& ask, const Pointer& pointer) noexcept {
  LabelRoom room;
  const auto label = label_of(*ask.snapshot, pointer, room);
  const auto service = service_of(*ask.snapshot, pointer);
  const auto size = 12 + label.size() + service.size();
  auto* at = ask.response->reserve(size);
  if (at == nullptr) return false;
  at = put_u16(put_u16(put_u16(at, ask.owner), static_cast<std::uint16_t>(RRType::PTR)),
               static_cast<std::uint16_t>(RRClass::IN));
  at = put_u16(put_u32(at, ask.ttl), static_cast<std::uint16_t>(label.size() + service.size()));
  at = std::copy(label.begin(), label.end(), at);
  std::copy(service.begin(), service.end(), at);
  ask.response->add(Section::Answer, size, 1);
  return true;
}

}  // namespace signpost
