// Who owns which name: the builder's side of the name table, with precedence, collisions and empty
// non-terminals.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "zones/snapshot/address_index.h"
#include "zones/snapshot/snapshot.h"
#include "zones/snapshot/tables.h"

namespace signpost {

/// Builder thread only. A name has one owner and any number of losers; who wins never depends on the order of
/// arrival (`precedes` is a total order over slots), so replicas agree.
class NameIndex {
 public:
  /// True when slot `a` comes before slot `b` on this name.
  using Precedes = std::function<bool(NameView name, Slot a, Slot b)>;

  NameIndex(std::uint64_t hash_seed, Precedes precedes);

  Slot add_block(const Block* block) { return slots_.add(block, garbage_); }
  void set_block(Slot slot, const Block* block) { slots_.set(slot, block, garbage_); }
  const Block* block(Slot slot) const noexcept { return slots_[slot]; }
  /// The slot holds no name any more.
  void remove_block(Slot slot) { slots_.remove(slot, garbage_); }

  /// `slot` wants `name`, which its block already spells. `apex` octets at its end are the zone's.
  void claim(NameView name, std::size_t apex_octets, Slot slot);
  /// The slot's block must still spell the name.
  void release(NameView name, std::size_t apex_octets, Slot slot);
  /// A node that must exist without records of its own, like svc.<zone>.
  void add_empty(NameView name, std::size_t apex_octets, std::uint16_t zone);

  /// Who answers for exactly this name; kNoSlot: nobody.
  Slot owner(NameView name) const noexcept;
  /// Those who wanted the name in vain.
  std::vector<Slot> losers(NameView name) const;
  /// Once for each name that a slot wanted in vain.
  template <class Visit>
  void for_each_loser(Visit&& visit) const {
    for (const auto& [name, slots] : losers_) {
      for (const auto slot : slots) visit(slot);
    }
  }
  /// Slots that won or lost a name to another one since the last call; some may be free again.
  std::vector<Slot> take_moved() { return std::exchange(moved_, {}); }
  std::size_t size() const noexcept { return names_.size(); }
  std::uint8_t labels_max() const noexcept { return labels_max_; }

  AddressIndex& addresses() noexcept { return addresses_; }
  Garbage& garbage() noexcept { return garbage_; }
  /// The tables as they are now go into `snapshot`; further changes copy. Returns what died since the last
  /// time.
  Garbage publish_into(Snapshot& snapshot);
  /// Everything dies: after this only the destructor is called.
  Garbage release_all();

 private:
  struct Empty {
    std::uint32_t below = 0;  // owned names right or further below, and add_empty()'s own one
    Slot slot = kNoSlot;
  };
  static std::string key(NameView name) { return {reinterpret_cast<const char*>(name.data()), name.size()}; }
  void take(NameView name, std::size_t apex_octets, Slot slot);
  void drop(NameView name, std::size_t apex_octets, Slot slot);
  void add_ancestors(NameView name, std::size_t apex_octets, std::uint16_t zone);
  void remove_ancestors(NameView name, std::size_t apex_octets);
  void count_empty(NameView name, std::uint16_t zone);
  void note_nested(Slot slot) noexcept;
  void note_label(NameView name) noexcept;
  void uncount_empty(NameView name);

  std::uint64_t hash_seed_;
  Precedes precedes_;
  NameTable names_;
  SlotTable slots_;
  AddressIndex addresses_;
  Garbage garbage_;
  boost::unordered_flat_map<std::string, Empty> empties_;
  std::map<std::string, std::vector<Slot>> losers_;
  std::vector<Slot> moved_;
  std::uint8_t labels_max_ = 0;
  // The next three stay true until the next configuration: a look-up more for a question, never a wrong one.
  bool wildcards_ = false;
  bool underscored_ = false;
  bool nested_ = false;
};

}  // namespace signpost
