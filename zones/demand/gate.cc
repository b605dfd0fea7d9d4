#include "zones/demand/gate.h"

#include <algorithm>

#include <sys/eventfd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace signpost {

DemandGate::DemandGate(std::uint64_t seed, int wake_descriptor)
    : seed_(seed), wake_descriptor_(wake_descriptor), cells_(std::make_unique<Cell[]>(kAsks)) {
  for (std::size_t i = 0; i < kAsks; ++i) cells_[i].turn.store(i, std::memory_order_relaxed);
}

/// A bounded queue after Dmitry Vyukov: a cell's turn says whose it is, so pushers wait for nobody.
bool DemandGate::push(NameView name, std::uint64_t ticket, DeferralMailbox* mailbox) noexcept {
  const auto refuse = [this] {
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  };
  if (shut_.load(std::memory_order_relaxed)) return refuse();
  auto at = tail_.load(std::memory_order_relaxed);
  Cell* cell = nullptr;
  for (;;) {
    cell = &cells_[at % kAsks];
    const auto turn = cell->turn.load(std::memory_order_acquire);
    if (turn == at) {
      if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) break;
    } else if (turn < at) {
      return refuse();  // not emptied since the last time round
    } else {
      at = tail_.load(std::memory_order_relaxed);
    }
  }
  cell->ask = {Name::from_wire(name), ticket, mailbox};
  cell->turn.store(at + 1, std::memory_order_release);
  if (!rung_.exchange(true, std::memory_order_seq_cst) && wake_descriptor_ >= 0)
    (void)eventfd_write(wake_descriptor_, 1);
  return true;
}

bool DemandGate::pop(Ask& ask) noexcept {
  auto& cell = cells_[head_ % kAsks];
  if (cell.turn.load(std::memory_order_acquire) != head_ + 1) return false;
  ask = cell.ask;
  cell.turn.store(head_ + kAsks, std::memory_order_release);
  ++head_;
  return true;
}

std::uint64_t DemandGate::mark_of(NameView name) const noexcept {
  return XXH3_64bits_withSeed(name.data(), name.size(), seed_) | 1;  // never the mark of a free place
}

std::optional<DemandGate::Found> DemandGate::found(NameView name) const noexcept {
  const auto mark = mark_of(name);
  if (there().has(mark)) return Found::There;
  if (absent_.has(mark)) return Found::Absent;
  return std::nullopt;
}

void DemandGate::settle(NameView name, Found found) noexcept {
  const auto mark = mark_of(name);
  const bool is_there = found == Found::There;
  (is_there ? there() : absent_).add(mark);
  (is_there ? absent_ : there()).remove(mark);
}

void DemandGate::unsettle(NameView name) noexcept {
  const auto mark = mark_of(name);
  there().remove(mark);
  absent_.remove(mark);
}

void DemandGate::unsettle_all() noexcept {
  there().clear();
  absent_.clear();
}

/// Two names a set of eight, and of their spellings, three or so each, two as well: one in some thousands
/// finds no place (Poisson: more than 8 where 2 are expected, 0.02 %).
bool DemandGate::make_room(std::size_t services) {
  if (services <= room_) return false;
  room_ = std::max(services, 2 * room_);
  absent_.clear();
  there_.grow(room_ / 2);
  uses_.grow(room_ * 3 / 2);
  return true;
}

}  // namespace signpost
