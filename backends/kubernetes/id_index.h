// Finds entries that have numbers by the hash of what names them: open addressing over (hash, number) pairs,
// so that growing looks at no entry, in 64 parts, so that growing is never long (1,000,000 entries: 16,000
// pairs at once).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace signpost::kubernetes {

using Id = std::uint32_t;
inline constexpr Id kNoId = 0xffffffff;

using Hash = std::uint32_t;
Hash hash_of(std::string_view text, std::uint64_t salt = 0) noexcept;

/// One owner. Knows no names: who asks compares.
class IdIndex {
 public:
  /// The entry of that hash for which `is(id)` holds; kNoId without one.
  template <class Is>
  Id find(Hash hash, Is&& is) const {
    const auto& part = parts_[hash % kParts];
    if (part.slots.empty()) return kNoId;
    for (auto at = home(hash, part);; at = (at + 1) & (part.slots.size() - 1)) {
      const auto& slot = part.slots[at];
      if (slot.id == kNoId) return kNoId;
      if (slot.hash == hash && is(slot.id)) return slot.id;
    }
  }
  /// It is not in yet.
  void add(Hash hash, Id id);
  /// It is in, with that hash.
  void remove(Hash hash, Id id) noexcept;
  std::size_t size() const noexcept;

 private:
  static constexpr std::size_t kParts = 64;
  struct Slot {
    Hash hash = 0;
    Id id = kNoId;
  };
  struct Part {
    std::vector<Slot> slots;  // a power of two, at most 4/5 full
    std::uint32_t used = 0;
  };
  static std::size_t home(Hash hash, const Part& part) noexcept {
    return (hash / kParts) & (part.slots.size() - 1);
  }
  static void place(Part& part, Slot slot) noexcept;
  static void resize(Part& part, std::size_t slots);

  std::array<Part, kParts> parts_;
};

}  // namespace signpost::kubernetes
