#include "zones/snapshot/address_index.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace signpost {
namespace {

void* allocate(std::size_t octets) {
  void* memory = std::malloc(octets);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

AddressKey address_key(const IpAddress& address) noexcept {
  AddressKey key{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const auto octets = address.octets();
  std::copy(octets.begin(), octets.end(), address.is_v4() ? key.begin() + 12 : key.begin());
  return key;
}

AddressView::Place AddressView::lower_bound(const AddressEntry& wanted) const noexcept {
  if (root == nullptr) return {};
  // The last chunk whose first entry is not above the wanted one may hold it; chunks are never empty.
  std::uint32_t low = 0;
  for (std::uint32_t high = root->chunks; low < high;) {
    const auto middle = (low + high) / 2;
    if (root->chunk[middle]->entries[0] <= wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == 0) return {0, 0};
  const auto* chunk = root->chunk[low - 1];
  const auto* found = std::lower_bound(chunk->entries, chunk->entries + chunk->used, wanted);
  const auto entry = static_cast<std::uint32_t>(found - chunk->entries);
  return entry == chunk->used ? Place{low, 0} : Place{low - 1, entry};
}

const AddressEntry* AddressView::at(Place place) const noexcept {
  return root == nullptr || place.chunk >= root->chunks ? nullptr
                                                        : &root->chunk[place.chunk]->entries[place.entry];
}

AddressView::Place AddressView::next(Place place) const noexcept {
  return ++place.entry < root->chunk[place.chunk]->used ? place : Place{place.chunk + 1, 0};
}

bool AddressView::any_between(const AddressKey& low, const AddressKey& high) const noexcept {
  const auto* first = at(lower_bound({low, 0}));
  return first != nullptr && first->key <= high;
}

AddressIndex::~AddressIndex() {
  Garbage last;
  release(last);
}

void AddressIndex::release(Garbage& garbage) {
  if (root_ == nullptr) return;
  for (std::uint32_t c = 0; c < root_->chunks; ++c) garbage.add(root_->chunk[c]);
  garbage.add(std::exchange(root_, nullptr));
  size_ = 0;
}

/// A directory of our own with room for `chunks`; its count is still the old one.
AddressDirectory* AddressIndex::resized(std::uint32_t chunks, Garbage& garbage) {
  const auto old = root_ == nullptr ? 0 : root_->chunks;
  if (root_ != nullptr && root_->stamp == stamp_ && chunks == old) return root_;
  const auto octets = offsetof(AddressDirectory, chunk) + std::max(chunks, old) * sizeof(AddressChunk*);
  auto* fresh = static_cast<AddressDirectory*>(allocate(std::max(octets, sizeof(AddressDirectory))));
  fresh->stamp = stamp_;
  fresh->chunks = old;
  fresh->pad = 0;
  if (old > 0) std::memcpy(fresh->chunk, root_->chunk, old * sizeof(AddressChunk*));
  garbage.add(std::exchange(root_, fresh));
  return fresh;
}

AddressChunk* AddressIndex::writable(std::uint32_t chunk, Garbage& garbage) {
  auto*& current = resized(root_->chunks, garbage)->chunk[chunk];
  if (current->stamp == stamp_) return current;
  auto* fresh = static_cast<AddressChunk*>(allocate(sizeof(AddressChunk)));
  std::memcpy(fresh, current, sizeof(AddressChunk));
  fresh->stamp = stamp_;
  garbage.add(std::exchange(current, fresh));
  return fresh;
}

void AddressIndex::insert(const AddressEntry& entry, Garbage& garbage) {
  auto place = view().lower_bound(entry);
  if (const auto* there = view().at(place); there != nullptr && *there == entry) return;
  ++size_;
  const auto insert_chunk = [&](std::uint32_t before) {
    auto* root = resized((root_ == nullptr ? 0 : root_->chunks) + 1, garbage);
    std::copy_backward(root->chunk + before, root->chunk + root->chunks, root->chunk + root->chunks + 1);
    auto* fresh = static_cast<AddressChunk*>(allocate(sizeof(AddressChunk)));
    fresh->stamp = stamp_;
    fresh->used = 0;
    fresh->pad = 0;
    root->chunk[before] = fresh;
    ++root->chunks;
    return fresh;
  };
  if (root_ == nullptr || root_->chunks == 0) {
    auto* only = insert_chunk(0);
    only->entries[0] = entry;
    only->used = 1;
    return;
  }
  if (place.entry == 0 && place.chunk > 0) {  // between two chunks: append to the left one
    place = {place.chunk - 1, root_->chunk[place.chunk - 1]->used};
  }
  auto* chunk = writable(place.chunk, garbage);
  if (chunk->used == AddressChunk::kSize) {
    auto* right = insert_chunk(place.chunk + 1);
    chunk = root_->chunk[place.chunk];
    const auto half = AddressChunk::kSize / 2;
    std::copy(chunk->entries + half, chunk->entries + chunk->used, right->entries);
    right->used = chunk->used - half;
    chunk->used = half;
    if (place.entry > half) {
      chunk = right;
      place.entry -= half;
    }
  }
  std::copy_backward(chunk->entries + place.entry, chunk->entries + chunk->used,
                     chunk->entries + chunk->used + 1);
  chunk->entries[place.entry] = entry;
  ++chunk->used;
}

void AddressIndex::erase(const AddressEntry& entry, Garbage& garbage) {
  const auto place = view().lower_bound(entry);
  if (const auto* there = view().at(place); there == nullptr || *there != entry) return;
  --size_;
  auto* chunk = writable(place.chunk, garbage);
  std::copy(chunk->entries + place.entry + 1, chunk->entries + chunk->used, chunk->entries + place.entry);
  if (--chunk->used > 0) return;
  auto* root = root_;
  garbage.add(chunk);
  std::copy(root->chunk + place.chunk + 1, root->chunk + root->chunks, root->chunk + place.chunk);
  --root->chunks;
}

}  // namespace signpost
