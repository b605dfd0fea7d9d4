// Answerer: from an address back to names (SC7, SC8, SH8, N17; CoreDNS' choices in kubernetes.md 3.6).
#include <algorithm>

#include "dns/wire/writer.h"
#include "zones/answer/answerer.h"
#include "zones/synthesis/names.h"

namespace signpost {
namespace {

/// What one block calls an address: a host of it, or, when only the service name has it, the service itself.
struct Called {
  bool known = false;
  bool virtual_address = false;
  std::uint32_t label = 0;  // Block::label() of the host
};

Called called(const Block& block, const IpAddress& address) noexcept {
  const auto octets = address.octets();
  const auto matches = [&](const auto& own) {
    return std::equal(own.begin(), own.end(), octets.begin(), octets.end());
  };
  for (const auto& host : block.hosts()) {
    const auto v4 = block.host_v4().subspan(host.v4_first, host.v4_count);
    const auto v6 = block.host_v6().subspan(host.v6_first, host.v6_count);
    if (std::any_of(v4.begin(), v4.end(), matches) || std::any_of(v6.begin(), v6.end(), matches)) {
      return {true, false, host.label};
    }
  }
  const bool v4 =
      std::any_of(block.v4().begin(), block.v4().end(), [&](const auto& a) { return matches(a.octets); });
  const bool v6 =
      std::any_of(block.v6().begin(), block.v6().end(), [&](const auto& a) { return matches(a.octets); });
  return {v4 || v6, true, 0};
}

/// The first spelling that the block really owns, so that forward and reverse agree.
NameView owned_spelling(const Snapshot& snapshot, Slot slot) noexcept {
  const auto* block = snapshot.slots[slot];
  for (std::size_t i = 0; i < block->spelling_count(); ++i) {
    if (snapshot.find(block->spelling(i)) == block) return block->spelling(i);
  }
  return {};
}

bool points_into(const Zone& reverse, std::uint16_t zone) noexcept {
  return std::find(reverse.forward.begin(), reverse.forward.end(), zone) != reverse.forward.end();
}

}  // namespace

void Answerer::answer_reverse(Ask& ask) noexcept {
  const auto range = names::parse_reverse(ask.name);
  if (!range) return negative(ask, Rcode::NxDomain);
  const auto first = address_key(range->first);
  const auto last = address_key(range->last);
  const auto& index = ask.snapshot->addresses;
  for (auto place = index.lower_bound({first, 0}); const auto* entry = index.at(place);
       place = index.next(place)) {
    if (entry->key > last) break;
    if (!points_into(*ask.zone->zone, ask.snapshot->slots[entry->slot]->zone())) continue;
    if (!range->complete() || (ask.type != RRType::PTR && ask.type != RRType::ANY)) return no_data(ask);
    return write_pointers(ask, first);
  }
  negative(ask, Rcode::NxDomain);
}

void Answerer::write_pointers(Ask& ask, const AddressKey& key) noexcept {
  auto& response = *ask.response;
  const auto address = IpAddress::v6(key).unmapped();
  const auto& index = ask.snapshot->addresses;
  // A virtual address hides the endpoints that share it: exactly one PTR (kubernetes.md 3.6).
  for (const bool virtual_only : {true, false}) {
    for (auto place = index.lower_bound({key, 0}); const auto* entry = index.at(place);
         place = index.next(place)) {
      if (entry->key != key) break;
      const auto& block = *ask.snapshot->slots[entry->slot];
      if (!points_into(*ask.zone->zone, block.zone())) continue;
      const auto name = called(block, address);
      const auto service = owned_spelling(*ask.snapshot, entry->slot);
      if (!name.known || name.virtual_address != virtual_only || service.empty()) continue;
      const auto label = name.virtual_address ? std::span<const std::uint8_t>() : block.label(name.label);
      const auto size = 12 + label.size() + service.size();
      auto* at = response.reserve(size);
      if (at == nullptr) return too_large(ask);
      at = put_u16(put_u16(put_u16(at, ask.owner), static_cast<std::uint16_t>(RRType::PTR)),
                   static_cast<std::uint16_t>(RRClass::IN));
      at = put_u16(put_u32(at, ask.zone->zone->ttl),
                   static_cast<std::uint16_t>(label.size() + service.size()));
      at = std::copy(label.begin(), label.end(), at);
      std::copy(service.begin(), service.end(), at);
      response.add(Section::Answer, size, 1);
      if (virtual_only) return;
    }
  }
  if (response.count(Section::Answer) == 0) negative(ask, Rcode::NxDomain);
}

}  // namespace signpost
