#include "zones/snapshot/snapshot.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace signpost {

std::uint32_t hash_name(NameView name, std::uint64_t seed) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(name.data(), name.size(), seed) >> 32);
}

std::uint32_t Snapshot::hash(NameView name) const noexcept { return hash_name(name, hash_seed); }

const Block* Snapshot::find(NameView name, Slot* slot) const noexcept {
  const auto found =
      names.find(hash(name), [&](Slot candidate) { return slots[candidate]->is_spelled(name); });
  if (slot != nullptr) *slot = found;
  return found == kNoSlot ? nullptr : slots[found];
}

}  // namespace signpost
