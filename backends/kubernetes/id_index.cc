#include "backends/kubernetes/id_index.h"

#include <cassert>
#include <functional>
#include <utility>

namespace signpost::kubernetes {

Hash hash_of(std::string_view text, std::uint64_t salt) noexcept {
  const auto mixed = (std::hash<std::string_view>()(text) ^ salt) * 0x9e3779b97f4a7c15ULL;
  return static_cast<Hash>(mixed >> 32);
}

void IdIndex::place(Part& part, Slot slot) noexcept {
  auto at = home(slot.hash, part);
  while (part.slots[at].id != kNoId) at = (at + 1) & (part.slots.size() - 1);
  part.slots[at] = slot;
}

void IdIndex::resize(Part& part, std::size_t slots) {
  const auto before = std::exchange(part.slots, std::vector<Slot>(slots));
  for (const auto& slot : before) {
    if (slot.id != kNoId) place(part, slot);
  }
}

void IdIndex::add(Hash hash, Id id) {
  auto& part = parts_[hash % kParts];
  if ((part.used + 1) * 5 > part.slots.size() * 4) {
    resize(part, part.slots.empty() ? 4 : part.slots.size() * 2);
  }
  place(part, {hash, id});
  ++part.used;
}

/// Closes the gap by moving back what would no longer be found behind it.
void IdIndex::remove(Hash hash, Id id) noexcept {
  auto& part = parts_[hash % kParts];
  const auto mask = part.slots.size() - 1;
  auto gap = home(hash, part);
  while (part.slots[gap].id != id) {
    assert(part.slots[gap].id != kNoId);
    gap = (gap + 1) & mask;
  }
  for (auto at = (gap + 1) & mask; part.slots[at].id != kNoId; at = (at + 1) & mask) {
    const auto way = (at - home(part.slots[at].hash, part)) & mask;
    if (way < ((at - gap) & mask)) continue;  // its home is behind the gap
    part.slots[gap] = part.slots[at];
    gap = at;
  }
  part.slots[gap] = {};
  --part.used;
}

std::size_t IdIndex::size() const noexcept {
  std::size_t sum = 0;
  for (const auto& part : parts_) sum += part.used;
  return sum;
}

}  // namespace signpost::kubernetes
