#include "zones/demand/marks.h"

namespace signpost {

Marks::Marks(std::size_t sets)
    : set_count_(sets),
      sets_(std::make_unique<Set[]>(sets)),
      used_(std::make_unique<std::atomic<bool>[]>(sets * kWays)) {
  clear();
}

std::atomic<std::uint64_t>* Marks::place_of(std::uint64_t mark) const noexcept {
  for (auto& place : sets_[(mark >> 32) % set_count_].marks) {
    if (place.load(std::memory_order_acquire) == mark) return &place;
  }
  return nullptr;
}

std::atomic<bool>& Marks::used(const std::atomic<std::uint64_t>* place) const noexcept {
  const auto octets = reinterpret_cast<const char*>(place) - reinterpret_cast<const char*>(sets_.get());
  return used_[static_cast<std::size_t>(octets) / sizeof *place];
}

void Marks::use(std::uint64_t mark) noexcept {
  const auto* place = place_of(mark);
  if (place == nullptr) return;
  auto& flag = used(place);
  if (!flag.load(std::memory_order_relaxed)) flag.store(true, std::memory_order_relaxed);
}

void Marks::add(std::uint64_t mark) noexcept {
  if (has(mark)) return;
  auto& marks = sets_[(mark >> 32) % set_count_].marks;
  auto* place = &marks[mark >> 8 & (kWays - 1)];  // bits that choose neither the set nor are always 1
  for (auto& each : marks) {
    if (each.load(std::memory_order_relaxed) == 0) place = &each;
  }
  used(place).store(false, std::memory_order_relaxed);
  place->store(mark, std::memory_order_release);
}

void Marks::remove(std::uint64_t mark) noexcept {
  if (auto* place = place_of(mark)) place->store(0, std::memory_order_release);
}

void Marks::clear() noexcept {
  for (std::size_t i = 0; i < set_count_; ++i) {
    for (auto& place : sets_[i].marks) place.store(0, std::memory_order_release);
  }
}

bool Marks::take_use(std::uint64_t mark) noexcept {
  const auto* place = place_of(mark);
  return place != nullptr && used(place).exchange(false, std::memory_order_relaxed);
}

}  // namespace signpost
