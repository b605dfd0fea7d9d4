// From an address to what the longest prefix over it says: small numbers by address prefix.
//
// Which prefix wins is settled when the table is made: the edges of all prefixes cut the address space into
// ranges, each range knows its number, and neighbours with one number become one range. A look-up is one
// binary search; 10,000 prefixes cost 14 comparisons and, for IPv4, 6 octets each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dns/base/ip_address.h"

namespace signpost {

/// Immutable once made; look-ups from any thread.
class PrefixTable {
 public:
  struct Entry {
    IpAddress address;  // IPv4 inside IPv6 is not IPv4 here: callers unmap
    unsigned bits = 0;  // of `address` that count
    std::uint16_t value = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  /// What no prefix covers.
  static constexpr std::uint16_t kNone = 0xffff;

  PrefixTable() = default;
  /// Of two entries for one prefix the first wins. No value is kNone.
  explicit PrefixTable(std::span<const Entry> entries);

  struct Found {
    std::uint16_t value = kNone;
    /// So many leading bits of the address decide: every address with the same ones has the same value.
    std::uint8_t bits = 0;
  };
  /// Of this family only.
  Found find(const IpAddress& address) const noexcept;
  bool empty() const noexcept { return v4_.values.empty() && v6_.values.empty(); }
  /// Ranges of both families that the address space was cut into.
  std::size_t size() const noexcept { return v4_.values.size() + v6_.values.size(); }

 private:
  using Wide = std::array<std::uint64_t, 2>;  // an IPv6 address as a number, the upper half first
  /// Ranges by their first address; the first begins at 0. Empty: no prefix of the family.
  template <class Number>
  struct Ranges {
    std::vector<Number> starts;
    std::vector<std::uint16_t> values;
  };
  template <class Number>
  static void cut(std::span<const Entry> entries, bool v6, Ranges<Number>& ranges);

  Ranges<std::uint32_t> v4_;
  Ranges<Wide> v6_;
};

}  // namespace signpost
