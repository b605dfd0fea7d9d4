// The two persistent tables of a snapshot: spelling -> slot, and slot -> block.
//
// Both are trees of two levels whose pieces are shared between snapshots. The builder changes a piece in
// place while it alone knows it (stamp_ equal), and copies it once when a published snapshot can see it: so
// an event copies one chunk of 2 KB and its directory, whatever the size of the world. Replaced pieces go to
// Garbage.
//   SlotTable: chunks of 256 block pointers.   100,000 slots: directory of 391 pointers, 3 KB.
//   NameTable: extendible hashing (Fagin 1979), shards of at most 256 places of 8 octets. 32 bits of hash:
//   the top
//              ones choose the shard, the lowest the place; the block itself confirms the name.
//              300,000 names: about 2,500 shards behind a directory of 4,096 pointers, 32 KB, copied only
//              when names come or go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "zones/snapshot/garbage.h"

namespace signpost {

class Block;

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = 0xffffffff;

struct SlotChunk {
  static constexpr std::size_t kSize = 256;
  std::uint64_t stamp;
  const Block* blocks[kSize];
};
struct SlotDirectory {
  std::uint64_t stamp;
  std::uint32_t chunks;  // used
  std::uint32_t capacity;
  SlotChunk* chunk[1];  // capacity of them
};

struct NameEntry {
  std::uint32_t hash;
  std::uint32_t slot;  // kNoSlot: free
};
struct NameShard {
  std::uint64_t stamp;
  std::uint32_t depth;  // how many hash bits all its names share
  std::uint32_t used;
  std::uint32_t mask;  // places - 1
  std::uint32_t pad;
  NameEntry entries[1];  // mask + 1 of them
};
struct NameDirectory {
  std::uint64_t stamp;
  std::uint32_t depth;  // 2^depth shards, chosen by the top bits
  std::uint32_t pad;
  NameShard* shard[1];
};

/// What readers see. Null roots: empty.
struct SlotView {
  const SlotDirectory* root = nullptr;
  const Block* operator[](Slot slot) const noexcept { return *place(slot); }
  /// Where the pointer to the block stands: for fetching ahead.
  const Block* const* place(Slot slot) const noexcept {
    return &root->chunk[slot / SlotChunk::kSize]->blocks[slot % SlotChunk::kSize];
  }
};

struct NameTableView {
  const NameDirectory* root = nullptr;

  /// The slot for `hash` whose block `is_it(slot)` confirms, or kNoSlot. Hashes alone decide nothing.
  template <class Confirm>
  Slot find(std::uint32_t hash, Confirm&& is_it) const noexcept {
    if (root == nullptr) return kNoSlot;
    const auto* shard = root->shard[index(hash, root->depth)];
    for (auto at = hash & shard->mask;; at = (at + 1) & shard->mask) {
      const auto& entry = shard->entries[at];
      if (entry.slot == kNoSlot) return kNoSlot;
      if (entry.hash == hash && is_it(entry.slot)) return entry.slot;
    }
  }
  static std::size_t index(std::uint32_t hash, std::uint32_t depth) noexcept {
    return depth == 0 ? 0 : static_cast<std::size_t>(hash >> (32 - depth));
  }
};

/// Builder thread only. `stamp` counts the version under construction: bump() after each publish.
class SlotTable {
 public:
  SlotTable() = default;
  ~SlotTable();
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;

  Slot add(const Block* block, Garbage& garbage);
  void set(Slot slot, const Block* block, Garbage& garbage);  // the old block goes to garbage
  void remove(Slot slot, Garbage& garbage);                   // the slot is used again
  const Block* operator[](Slot slot) const noexcept { return view()[slot]; }
  SlotView view() const noexcept { return {root_}; }
  std::uint32_t size() const noexcept { return next_; }
  void bump();
  /// Gives everything up: pieces and blocks go to garbage, the table is empty.
  void release(Garbage& garbage);

 private:
  SlotChunk* writable(std::uint32_t chunk, Garbage& garbage);
  SlotDirectory* writable_root(std::uint32_t chunks, Garbage& garbage);

  SlotDirectory* root_ = nullptr;
  std::uint64_t stamp_ = 1;
  Slot next_ = 0;
  std::vector<Slot> free_;  // removed slots; used again only after a publish, so no reader mixes two services
  std::vector<Slot> freed_now_;
};

/// Builder thread only; stamps as in SlotTable.
class NameTable {
 public:
  NameTable() = default;
  ~NameTable();
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  /// The name is not in the table yet (the caller looked).
  void insert(std::uint32_t hash, Slot slot, Garbage& garbage);
  /// The entry (hash, slot) is in the table.
  void erase(std::uint32_t hash, Slot slot, Garbage& garbage);
  /// Points the entry (hash, from) at another slot.
  void move(std::uint32_t hash, Slot from, Slot to, Garbage& garbage);
  NameTableView view() const noexcept { return {root_}; }
  std::size_t size() const noexcept { return size_; }
  void bump() noexcept { ++stamp_; }
  void release(Garbage& garbage);

 private:
  NameShard* writable(std::uint32_t hash, Garbage& garbage);
  NameDirectory* writable_root(Garbage& garbage);
  void make_room(std::uint32_t hash, Garbage& garbage);
  void split(std::uint32_t hash, Garbage& garbage);
  void replace(std::uint32_t hash, const NameShard* old, NameShard* fresh, Garbage& garbage);
  NameShard* make_shard(std::uint32_t places, std::uint32_t depth) const;

  NameDirectory* root_ = nullptr;
  std::uint64_t stamp_ = 1;
  std::size_t size_ = 0;
};

}  // namespace signpost
