#include "zones/snapshot/store.h"

#include <algorithm>
#include <cassert>

#include "zones/snapshot/snapshot.h"

namespace signpost {
namespace {

/// A reload leaves a block for each service; a change, five pieces.
constexpr std::size_t kPiecesASweep = 4096;

}  // namespace

SnapshotStore::SnapshotStore() : current_(std::make_unique<Snapshot>()) {}

SnapshotStore::~SnapshotStore() = default;

void SnapshotStore::publish(std::unique_ptr<const Snapshot> next, Garbage garbage) {
  {
    const std::lock_guard lock(mutex_);
    const auto before = version_.load(std::memory_order_relaxed);
    retired_.push_back({before, std::exchange(current_, std::move(next)), std::move(garbage)});
    version_.store(before + 1, std::memory_order_seq_cst);
  }
  sweep();
}

bool SnapshotStore::sweep() {
  if (!retired_.empty()) take_dead();
  return dead_.clear_some(kPiecesASweep);
}

void SnapshotStore::take_dead() {
  auto oldest = kPinsNothing;
  {
    const std::lock_guard lock(mutex_);  // a reader that picks up now pins under this lock
    for (const auto& pin : pins_) oldest = std::min(oldest, pin.version.load(std::memory_order_seq_cst));
  }
  for (auto& old : retired_) {
    if (old.last_version < oldest) dead_.absorb(std::move(old.garbage));
  }
  std::erase_if(retired_, [oldest](const Retired& old) { return old.last_version < oldest; });
}

SnapshotReader::SnapshotReader(SnapshotStore& store) : store_(store) {
  const std::lock_guard lock(store_.mutex_);
  auto free =
      std::find_if(store_.pins_.begin(), store_.pins_.end(), [](const auto& pin) { return !pin.taken; });
  pin_ = free != store_.pins_.end() ? &*free : &store_.pins_.emplace_back();
  pin_->taken = true;
}

SnapshotReader::~SnapshotReader() {
  idle();
  const std::lock_guard lock(store_.mutex_);
  pin_->taken = false;
}

const Snapshot& SnapshotReader::refresh() noexcept {
  if (const auto version = store_.version_.load(std::memory_order_acquire); version == seen_) {
    if (pin_->version.load(std::memory_order_relaxed) == seen_) return *held_;
    // Back from idle(): pin first, look again after. In the one order of all seq_cst operations a publish
    // comes either before the second look, which then sees it, or after the pin, which its sweep then sees.
    pin_->version.store(seen_, std::memory_order_seq_cst);
    if (store_.version_.load(std::memory_order_seq_cst) == seen_) return *held_;
  }
  const std::lock_guard lock(store_.mutex_);
  held_ = store_.current_.get();
  seen_ = store_.version_.load(std::memory_order_relaxed);
  pin_->version.store(seen_, std::memory_order_seq_cst);
  return *held_;
}

void SnapshotReader::idle() noexcept {
  pin_->version.store(SnapshotStore::kPinsNothing, std::memory_order_seq_cst);
}

}  // namespace signpost
