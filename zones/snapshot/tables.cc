#include "zones/snapshot/tables.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace signpost {
namespace {

constexpr std::uint32_t kPlacesMin = 16;
constexpr std::uint32_t kPlacesMax = 256;

void* allocate(std::size_t octets) {
  void* memory = std::malloc(octets);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

std::size_t shard_octets(std::uint32_t places) {
  return offsetof(NameShard, entries) + places * sizeof(NameEntry);
}
std::size_t root_octets(std::uint32_t depth) {
  return offsetof(NameDirectory, shard) + (std::size_t{1} << depth) * sizeof(NameShard*);
}
std::size_t root_octets_slots(std::uint32_t capacity) {
  return offsetof(SlotDirectory, chunk) + capacity * sizeof(SlotChunk*);
}

void put(NameShard* shard, NameEntry entry) {
  auto at = entry.hash & shard->mask;
  while (shard->entries[at].slot != kNoSlot) at = (at + 1) & shard->mask;
  shard->entries[at] = entry;
  ++shard->used;
}

std::uint32_t place_of(const NameShard* shard, std::uint32_t hash, Slot slot) {
  auto at = hash & shard->mask;
  while (shard->entries[at].hash != hash || shard->entries[at].slot != slot) {
    assert(shard->entries[at].slot != kNoSlot);
    at = (at + 1) & shard->mask;
  }
  return at;
}

}  // namespace

// ---- SlotTable

SlotTable::~SlotTable() {
  Garbage last;
  release(last);
}

void SlotTable::release(Garbage& garbage) {
  if (root_ == nullptr) return;
  for (std::uint32_t c = 0; c < root_->chunks; ++c) {
    for (const auto* block : root_->chunk[c]->blocks) garbage.add(block);
    garbage.add(root_->chunk[c]);
  }
  garbage.add(std::exchange(root_, nullptr));
  next_ = 0;
  free_.clear();
  freed_now_.clear();
}

void SlotTable::bump() {
  ++stamp_;
  free_.insert(free_.end(), freed_now_.begin(), freed_now_.end());
  freed_now_.clear();
}

SlotDirectory* SlotTable::writable_root(std::uint32_t chunks, Garbage& garbage) {
  if (root_ != nullptr && root_->stamp == stamp_ && chunks <= root_->capacity) return root_;
  const auto capacity = std::max({chunks, std::uint32_t{8}, root_ == nullptr ? 0 : root_->capacity,
                                  root_ != nullptr && chunks > root_->capacity ? root_->capacity * 2 : 0});
  auto* fresh = static_cast<SlotDirectory*>(allocate(root_octets_slots(capacity)));
  fresh->stamp = stamp_;
  fresh->capacity = capacity;
  fresh->chunks = root_ == nullptr ? 0 : root_->chunks;
  if (fresh->chunks > 0) std::memcpy(fresh->chunk, root_->chunk, fresh->chunks * sizeof(SlotChunk*));
  garbage.add(std::exchange(root_, fresh));
  return fresh;
}

SlotChunk* SlotTable::writable(std::uint32_t chunk, Garbage& garbage) {
  auto* root = writable_root(chunk + 1, garbage);
  if (chunk == root->chunks) {
    auto* fresh = static_cast<SlotChunk*>(allocate(sizeof(SlotChunk)));
    fresh->stamp = stamp_;
    std::fill(std::begin(fresh->blocks), std::end(fresh->blocks), nullptr);
    root->chunk[chunk] = fresh;
    ++root->chunks;
    return fresh;
  }
  auto*& current = root->chunk[chunk];
  if (current->stamp == stamp_) return current;
  auto* fresh = static_cast<SlotChunk*>(allocate(sizeof(SlotChunk)));
  std::memcpy(fresh, current, sizeof(SlotChunk));
  fresh->stamp = stamp_;
  garbage.add(std::exchange(current, fresh));
  return fresh;
}

Slot SlotTable::add(const Block* block, Garbage& garbage) {
  Slot slot = next_;
  if (!free_.empty()) {
    slot = free_.back();
    free_.pop_back();
  } else {
    ++next_;
  }
  writable(static_cast<std::uint32_t>(slot / SlotChunk::kSize), garbage)->blocks[slot % SlotChunk::kSize] =
      block;
  return slot;
}

void SlotTable::set(Slot slot, const Block* block, Garbage& garbage) {
  auto& place =
      writable(static_cast<std::uint32_t>(slot / SlotChunk::kSize), garbage)->blocks[slot % SlotChunk::kSize];
  garbage.add(std::exchange(place, block));
}

void SlotTable::remove(Slot slot, Garbage& garbage) {
  set(slot, nullptr, garbage);
  freed_now_.push_back(slot);
}

// ---- NameTable

NameTable::~NameTable() {
  Garbage last;
  release(last);
}

void NameTable::release(Garbage& garbage) {
  if (root_ == nullptr) return;
  const auto shards = std::size_t{1} << root_->depth;
  for (std::size_t i = 0; i < shards;) {  // a shard of less depth stands at several places in a row
    auto* shard = root_->shard[i];
    i += std::size_t{1} << (root_->depth - shard->depth);
    garbage.add(shard);
  }
  garbage.add(std::exchange(root_, nullptr));
  size_ = 0;
}

NameShard* NameTable::make_shard(std::uint32_t places, std::uint32_t depth) const {
  auto* shard = static_cast<NameShard*>(allocate(shard_octets(places)));
  shard->stamp = stamp_;
  shard->depth = depth;
  shard->used = 0;
  shard->mask = places - 1;
  shard->pad = 0;
  std::fill_n(shard->entries, places, NameEntry{0, kNoSlot});
  return shard;
}

NameDirectory* NameTable::writable_root(Garbage& garbage) {
  if (root_ == nullptr) {
    root_ = static_cast<NameDirectory*>(allocate(root_octets(0)));
    root_->stamp = stamp_;
    root_->depth = 0;
    root_->pad = 0;
    root_->shard[0] = make_shard(kPlacesMin, 0);
  } else if (root_->stamp != stamp_) {
    auto* fresh = static_cast<NameDirectory*>(allocate(root_octets(root_->depth)));
    std::memcpy(fresh, root_, root_octets(root_->depth));
    fresh->stamp = stamp_;
    garbage.add(std::exchange(root_, fresh));
  }
  return root_;
}

void NameTable::replace(std::uint32_t hash, const NameShard* old, NameShard* fresh, Garbage& garbage) {
  const auto copies = std::size_t{1} << (root_->depth - old->depth);
  const auto first = NameTableView::index(hash, root_->depth) / copies * copies;
  std::fill_n(&root_->shard[first], copies, fresh);
  garbage.add(old);
}

NameShard* NameTable::writable(std::uint32_t hash, Garbage& garbage) {
  auto* root = writable_root(garbage);
  auto* shard = root->shard[NameTableView::index(hash, root->depth)];
  if (shard->stamp == stamp_) return shard;
  auto* fresh = static_cast<NameShard*>(allocate(shard_octets(shard->mask + 1)));
  std::memcpy(fresh, shard, shard_octets(shard->mask + 1));
  fresh->stamp = stamp_;
  replace(hash, shard, fresh, garbage);
  return fresh;
}

/// Doubles the directory by pointers only, when the shard of `hash` already uses all its bits.
void NameTable::split(std::uint32_t hash, Garbage& garbage) {
  auto* root = writable_root(garbage);
  const auto* shard = root->shard[NameTableView::index(hash, root->depth)];
  if (shard->depth == root->depth) {
    auto* wider = static_cast<NameDirectory*>(allocate(root_octets(root->depth + 1)));
    wider->stamp = stamp_;
    wider->depth = root->depth + 1;
    wider->pad = 0;
    for (std::size_t i = 0; i < std::size_t{1} << root->depth; ++i) {
      wider->shard[2 * i] = wider->shard[2 * i + 1] = root->shard[i];
    }
    garbage.add(root);
    root_ = root = wider;
  }
  const auto depth = shard->depth + 1;
  auto* low = make_shard(shard->mask + 1, depth);
  auto* high = make_shard(shard->mask + 1, depth);
  for (std::uint32_t i = 0; i <= shard->mask; ++i) {
    const auto& entry = shard->entries[i];
    if (entry.slot != kNoSlot) put((entry.hash >> (32 - depth) & 1) != 0 ? high : low, entry);
  }
  const auto copies = std::size_t{1} << (root->depth - shard->depth);
  const auto first = NameTableView::index(hash, root->depth) / copies * copies;
  std::fill_n(&root->shard[first], copies / 2, low);
  std::fill_n(&root->shard[first + copies / 2], copies / 2, high);
  garbage.add(shard);
}

/// Leaves the shard of `hash` with a free place and at most three quarters full.
void NameTable::make_room(std::uint32_t hash, Garbage& garbage) {
  for (;;) {
    auto* root = writable_root(garbage);
    const auto* shard = root->shard[NameTableView::index(hash, root->depth)];
    const auto places = shard->mask + 1;
    if (4 * (shard->used + 1) <= 3 * places) return;
    // 2^20 shards hold 200 million names: beyond that a shard grows instead (equal hashes cannot be split).
    if (places < kPlacesMax || shard->depth >= 20) {
      auto* larger = make_shard(places * 2, shard->depth);
      for (std::uint32_t i = 0; i < places; ++i) {
        if (shard->entries[i].slot != kNoSlot) put(larger, shard->entries[i]);
      }
      replace(hash, shard, larger, garbage);
    } else {
      split(hash, garbage);
    }
  }
}

void NameTable::insert(std::uint32_t hash, Slot slot, Garbage& garbage) {
  make_room(hash, garbage);
  put(writable(hash, garbage), {hash, slot});
  ++size_;
}

void NameTable::erase(std::uint32_t hash, Slot slot, Garbage& garbage) {
  auto* shard = writable(hash, garbage);
  auto hole = place_of(shard, hash, slot);
  // Linear probing without tombstones: pull back what may stand nearer to its own place (Knuth 6.4, algorithm
  // R).
  for (auto at = (hole + 1) & shard->mask; shard->entries[at].slot != kNoSlot; at = (at + 1) & shard->mask) {
    const auto home = shard->entries[at].hash & shard->mask;
    if (((at - home) & shard->mask) >= ((at - hole) & shard->mask)) {
      shard->entries[hole] = shard->entries[at];
      hole = at;
    }
  }
  shard->entries[hole] = {0, kNoSlot};
  --shard->used;
  --size_;
}

void NameTable::move(std::uint32_t hash, Slot from, Slot to, Garbage& garbage) {
  auto* shard = writable(hash, garbage);
  shard->entries[place_of(shard, hash, from)].slot = to;
}

}  // namespace signpost
