// `access:` of the configuration, compiled: who may ask about which zone.
//
// Rules are tried in the order written, the first that matches the source and the name decides, and who
// matches none is allowed. That order is resolved when the rules are made, not when a query comes: the edges
// of all prefixes cut the address space into ranges, each range knows its verdict, or, where rules name
// zones, its verdict for each of these zones. A query costs a binary search over the ranges and, only where
// the verdict depends on the name, a walk down the labels of the name: some steps for ten thousand rules as
// for ten. "Longest match" is asked nowhere, neither of prefixes nor of names as texts, so the traps of
// comparing them (CVE-2026-33489) are not there to fall into.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/query/admit.h"
#include "dns/wire/name.h"

namespace signpost {

struct AccessRule {
  Admission verdict = Admission::Allow;
  IpAddress address;        // IPv4 rules are for IPv4 sources, mapped into IPv6 or not; IPv6 has its own
  unsigned bits = 0;        // of `address` that count
  std::vector<Name> zones;  // folded; a zone and all below; empty: whatever is asked, and what asks nothing
  friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

class AccessRules final : public AdmissionPolicy {
 public:
  /// Main thread.
  explicit AccessRules(std::span<const AccessRule> rules);

  Admission decide(const QueryContext& context, const Asked& asked) const noexcept override;
  Admission decide_followed(const QueryContext& context, NameView folded) const noexcept override;

 private:
  using Key =
      std::array<std::uint64_t, 2>;  // an address as a number, the upper half first; IPv4 in the lower
  using Row =
      std::uint32_t;  // below kUniform: the verdict for every name; otherwise kUniform + a row's number
  static constexpr Row kUniform = 3;

  /// The ranges of one family, by their first address; the first begins at 0.
  struct Ranges {
    std::vector<Key> starts;
    std::vector<Row> rows;
  };
  /// The zones that rules name, as a tree of labels from the root down.
  struct Node {
    std::uint32_t first_child = 0, child_count = 0;
    std::uint32_t label = 0;  // in labels_: a length octet and the octets
    std::uint32_t zone = 0;   // the nearest listed zone at or above; 0: none
  };
  class Compiler;

  Row find(const IpAddress& source) const noexcept;
  Admission verdict(Row row, NameView folded) const noexcept;
  std::uint32_t zone_of(NameView folded) const noexcept;

  std::array<Ranges, 2> families_;  // IPv4, IPv6
  std::vector<Node> nodes_;         // the root first; children stand together, by label
  std::vector<std::uint8_t> labels_;
  std::size_t zone_count_ = 1;       // zone 0 is everything outside the listed ones
  std::vector<Admission> verdicts_;  // rows of zone_count_
};

}  // namespace signpost
