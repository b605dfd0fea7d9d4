#include "zones/synthesis/pointers.h"

#include <algorithm>
#include <compare>

namespace signpost {
namespace {

/// How well a label calls an address: chosen by the registry, made of this address, made of another one of
/// the same instance (dual stack: both families have the name of the IPv4 address).
enum class Fit : std::uint8_t { None, Other, Own, Chosen };

Fit fit_of(std::span<const std::uint8_t> label, const IpAddress& address) noexcept {
  const auto made_of = parse_label({reinterpret_cast<const char*>(label.data()) + 1, label.size() - 1});
  if (!made_of) return Fit::Chosen;
  return *made_of == address ? Fit::Own : Fit::Other;
}

/// What a block calls an address.
struct Called {
  Fit fit = Fit::None;
  std::uint32_t host = Pointer::kService;
};

Called find_host(const Block& block, const IpAddress& address) noexcept {
  Called called;
  if (const auto plain = block.find_plain(address); plain >= 0)
    called = {Fit::Own, static_cast<std::uint32_t>(plain)};
  block.for_each_named_with(address, [&](std::size_t host) {
    LabelRoom room;
    const auto fit = fit_of(block.host_label(host, room), address);
    if (fit > called.fit) called = {fit, static_cast<std::uint32_t>(host)};
    return called.fit != Fit::Chosen;
  });
  return called;
}

template <class Address>
bool has(std::span<const Address> all, const IpAddress& address) noexcept {
  const auto octets = address.octets();
  return std::any_of(all.begin(), all.end(), [&](const Address& own) {
    return std::equal(own.octets.begin(), own.octets.end(), octets.begin(), octets.end());
  });
}

/// False when the block does not know the address; otherwise host and kind of `out`.
bool call(const Block& block, const IpAddress& address, Pointer& out) noexcept {
  const auto called = find_host(block, address);
  out.chosen = called.fit == Fit::Chosen;
  out.host = called.host;
  if (called.fit != Fit::None) return true;
  return address.is_v4() ? has(block.v4(), address) : has(block.v6(), address);
}

/// The text of the first label; a label is its length octet and its text.
std::string_view text_of(std::span<const std::uint8_t> label) noexcept {
  return {reinterpret_cast<const char*>(label.data()) + 1, label[0]};
}

/// Label by label from the left, as people sort names; the wire's length octets would sort short labels
/// first.
std::strong_ordering compare_names(NameView a, NameView b) noexcept {
  for (; a.size() > 1 && b.size() > 1; a = parent(a), b = parent(b)) {
    if (const auto order = text_of(a) <=> text_of(b); order != 0) return order;
  }
  return a.size() <=> b.size();
}

std::pair<std::strong_ordering, PointerRule> compare(const Snapshot& snapshot, const Pointer& a,
                                                     const Pointer& b) noexcept {
  if (a.is_service() != b.is_service())
    return {b.is_service() <=> a.is_service(), PointerRule::VirtualAddress};
  if (a.place != b.place) return {a.place <=> b.place, PointerRule::Zone};
  if (a.chosen != b.chosen) return {b.chosen <=> a.chosen, PointerRule::ChosenName};
  const auto service_a = service_of(snapshot, a);
  const auto service_b = service_of(snapshot, b);
  const auto labels = label_count(service_a) <=> label_count(service_b);
  if (labels != 0) return {labels, PointerRule::FewerLabels};
  return {compare_names(service_a, service_b), PointerRule::Alphabet};
}

}  // namespace

std::string_view to_string(PointerRule rule) noexcept {
  switch (rule) {
    case PointerRule::VirtualAddress:
      return "a virtual address comes first";
    case PointerRule::Zone:
      return "a zone listed earlier comes first";
    case PointerRule::ChosenName:
      return "a host name comes before one made of the address";
    case PointerRule::FewerLabels:
      return "fewer labels come first";
    case PointerRule::Alphabet:
      return "alphabetical order";
  }
  return "alphabetical order";
}

std::size_t owned_spelling(const Snapshot& snapshot, const Block& block) noexcept {
  std::size_t i = 0;
  while (i < block.spelling_count() && snapshot.find(block.spelling(i)) != &block) ++i;
  return i;
}

std::span<const std::uint8_t> label_of(const Snapshot& snapshot, const Pointer& pointer,
                                       LabelRoom& room) noexcept {
  if (pointer.is_service()) return {};
  return snapshot.slots[pointer.slot]->host_label(pointer.host, room);
}

NameView service_of(const Snapshot& snapshot, const Pointer& pointer) noexcept {
  return snapshot.slots[pointer.slot]->spelling(pointer.spelling);
}

std::size_t rank_pointers(const Snapshot& snapshot, const Zone& reverse, const AddressKey& key,
                          std::span<Pointer> best) noexcept {
  const auto before = [&](const Pointer& a, const Pointer& b) { return compare(snapshot, a, b).first < 0; };
  const auto address = IpAddress::v6(key).unmapped();
  const auto& index = snapshot.addresses;
  std::size_t count = 0;
  for (auto at = index.lower_bound({key, 0}); const auto* entry = index.at(at); at = index.next(at)) {
    if (entry->key != key) break;
    const auto& block = *snapshot.slots[entry->slot];
    const auto zone = std::find(reverse.forward.begin(), reverse.forward.end(), block.zone());
    if (zone == reverse.forward.end()) continue;
    Pointer found{entry->slot, 0, static_cast<std::uint16_t>(zone - reverse.forward.begin()), 0, false};
    const auto spelling = owned_spelling(snapshot, block);
    if (spelling == block.spelling_count() || !call(block, address, found)) continue;
    found.spelling = static_cast<std::uint16_t>(spelling);
    // A heap whose top is the last one kept: what comes later falls out, in whatever order they are met.
    if (count == best.size()) {
      if (count == 0 || !before(found, best[0])) continue;
      std::pop_heap(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count--), before);
    }
    best[count++] = found;
    std::push_heap(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), before);
  }
  std::sort_heap(best.begin(), best.begin() + static_cast<std::ptrdiff_t>(count), before);
  return count;
}

bool is_given(const Zone& reverse, std::span<const Pointer> ranked, std::size_t i) noexcept {
  if (reverse.one_pointer) return i == 0;
  if (ranked[i].is_service()) return true;
  return std::none_of(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(i),
                      [&](const Pointer& p) { return p.is_service() && p.place == ranked[i].place; });
}

PointerRule rule_between(const Snapshot& snapshot, const Pointer& a, const Pointer& b) noexcept {
  return compare(snapshot, a, b).second;
}

}  // namespace signpost
