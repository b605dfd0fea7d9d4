// Address -> slots: what PTR is answered from. A persistent sorted list in chunks, so that an inner reverse
// node (10.in-addr.arpa) is one range look-up (N5, N17). Kept only where a reverse zone is configured: 20
// octets an entry.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dns/base/ip_address.h"
#include "zones/snapshot/tables.h"

namespace signpost {

/// IPv4 as ::ffff:a.b.c.d, so that both families sort in one list; octets compare as they stand.
using AddressKey = std::array<std::uint8_t, 16>;
AddressKey address_key(const IpAddress& address) noexcept;

struct AddressEntry {
  AddressKey key;
  Slot slot;
  friend auto operator<=>(const AddressEntry&, const AddressEntry&) = default;
};

struct AddressChunk {
  static constexpr std::uint32_t kSize = 256;
  std::uint64_t stamp;
  std::uint32_t used;
  std::uint32_t pad;
  AddressEntry entries[kSize];
};
struct AddressDirectory {
  std::uint64_t stamp;
  std::uint32_t chunks;
  std::uint32_t pad;
  AddressChunk* chunk[1];
};

struct AddressView {
  const AddressDirectory* root = nullptr;

  /// Where the first entry not below `key` stands; chunk == root->chunks at the end.
  struct Place {
    std::uint32_t chunk = 0;
    std::uint32_t entry = 0;
  };
  Place lower_bound(const AddressEntry& wanted) const noexcept;
  /// The entry at `place`, or null at the end; next() steps on.
  const AddressEntry* at(Place place) const noexcept;
  Place next(Place place) const noexcept;
  /// Whether any address lies between both keys, ends included.
  bool any_between(const AddressKey& low, const AddressKey& high) const noexcept;
};

/// Builder thread only; pieces are shared and replaced as in SlotTable. An entry may be added more than once
/// by its owner's mistake: it is there once.
class AddressIndex {
 public:
  AddressIndex() = default;
  ~AddressIndex();
  AddressIndex(const AddressIndex&) = delete;
  AddressIndex& operator=(const AddressIndex&) = delete;

  void insert(const AddressEntry& entry, Garbage& garbage);
  void erase(const AddressEntry& entry, Garbage& garbage);
  AddressView view() const noexcept { return {root_}; }
  std::size_t size() const noexcept { return size_; }
  void bump() noexcept { ++stamp_; }
  void release(Garbage& garbage);

 private:
  AddressDirectory* resized(std::uint32_t chunks, Garbage& garbage);
  AddressChunk* writable(std::uint32_t chunk, Garbage& garbage);

  AddressDirectory* root_ = nullptr;
  std::uint64_t stamp_ = 1;
  std::size_t size_ = 0;
};

}  // namespace signpost
