// Which names an address has in a reverse zone, and which of them come first (SC7, SC8, SH8, N17).
//
// Workers ask it for each PTR question, the builder for each address that an event touched, explain for the
// names that were passed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "zones/snapshot/snapshot.h"

namespace signpost {

/// One name of an address: a host of a service, or the service whose virtual address it is. Trivial, since
/// workers have arrays of it on their stacks.
struct Pointer {
  static constexpr std::uint32_t kService = 0xffffffff;  // no host

  Slot slot;
  std::uint32_t host;      // its number in the block; kService: the service itself
  std::uint16_t place;     // of the name's zone in Zone::forward
  std::uint16_t spelling;  // which of the block's; the block owns it
  bool chosen;             // a host that the registry named, not its address

  bool is_service() const noexcept { return host == kService; }
};

/// More names than this of one address are left out, the last ones first: a response could not hold them.
inline constexpr std::size_t kPointersMax = 256;

/// Why one name comes before another, in this order.
enum class PointerRule : std::uint8_t {
  VirtualAddress,  // a Service's own address names the Service (SC7; CoreDNS never looks further)
  Zone,            // the order of `reverse_of`
  ChosenName,      // a host name that the registry gives: `hostname -f` of a Pod (SH8), before 10-0-0-1
  FewerLabels,
  Alphabet,  // of the services' names: replicas agree whatever came first
};
std::string_view to_string(PointerRule rule) noexcept;  // "zone listed first"

/// Names of the address that the zone may give, best first, at most best.size() and always the same ones
/// whatever the order of events. Only names that the service really owns, so that forward and reverse agree.
std::size_t rank_pointers(const Snapshot& snapshot, const Zone& reverse, const AddressKey& key,
                          std::span<Pointer> best) noexcept;

/// Whether the i-th of the ranked names is in the answer. `ptr: one`: the first. `ptr: all`: all, but a
/// virtual address hides the endpoints that share it in its zone (kubernetes.md 3.6).
bool is_given(const Zone& reverse, std::span<const Pointer> ranked, std::size_t i) noexcept;

/// The rule that puts `a` before `b`.
PointerRule rule_between(const Snapshot& snapshot, const Pointer& a, const Pointer& b) noexcept;

/// Length octet and text of the host's label, in the block or in `room`, empty for the service itself; then
/// the name that follows it.
std::span<const std::uint8_t> label_of(const Snapshot& snapshot, const Pointer& pointer,
                                       LabelRoom& room) noexcept;
NameView service_of(const Snapshot& snapshot, const Pointer& pointer) noexcept;

/// The first of the block's spellings that no other service has; spelling_count() when there is none, and
/// then no name of the block exists.
std::size_t owned_spelling(const Snapshot& snapshot, const Block& block) noexcept;

}  // namespace signpost
