// Publishes snapshots to the workers, and frees old ones when no worker can see them any more.
//
// A reader that is about to wait says so (idle()), and pins nothing while it waits; a busy one pins the
// version of its batch. So the builder frees on its own timer and never has to wake anybody. Cost for a
// worker: one relaxed load a batch while nothing changed; a short lock when something did; one fenced store
// before it sleeps and one after.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "zones/snapshot/garbage.h"

namespace signpost {

struct Snapshot;

/// Owns the current snapshot and the old ones that somebody may still see. publish() and sweep() on the
/// builder thread.
class SnapshotStore {
 public:
  SnapshotStore();
  ~SnapshotStore();

  /// Builder thread. `next` becomes current; `garbage` is what it no longer shares with the version before.
  void publish(std::unique_ptr<const Snapshot> next, Garbage garbage);
  /// Builder thread, after a publish and on its timer: frees what no reader pins, so much of it at once that
  /// it takes about 0.2 ms. True: there is more.
  bool sweep();
  /// Versions published so far; the first one is the empty snapshot, version 1.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  /// Old versions that wait for a reader; for /metrics. Builder thread.
  std::size_t retired() const noexcept { return retired_.size(); }

 private:
  friend class SnapshotReader;
  static constexpr std::uint64_t kPinsNothing = ~std::uint64_t{0};
  struct alignas(64) Pin {
    std::atomic<std::uint64_t> version{kPinsNothing};
    bool taken = false;  // under mutex_
  };
  struct Retired {
    std::uint64_t last_version;  // a reader that pins this version or an older one may still look
    std::unique_ptr<const Snapshot> snapshot;
    Garbage garbage;
  };

  void take_dead();

  std::atomic<std::uint64_t> version_{1};
  std::mutex mutex_;  // current_ and the list of pins; held for some instructions
  std::unique_ptr<const Snapshot> current_;
  std::deque<Pin> pins_;  // addresses stay
  std::vector<Retired> retired_;
  Garbage dead_;  // nobody looks at it any more
};

/// One reader's view; used by one thread at a time. The store outlives it.
class SnapshotReader {
 public:
  explicit SnapshotReader(SnapshotStore& store);
  ~SnapshotReader();
  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  /// The newest snapshot; it stays good until refresh() or idle() is called again.
  const Snapshot& refresh() noexcept;
  /// Pins nothing from here until the next refresh().
  void idle() noexcept;
  /// Something newer than what refresh() gave last has been published.
  bool is_outdated() const noexcept { return store_.version() != seen_; }

 private:
  SnapshotStore& store_;
  SnapshotStore::Pin* pin_;
  const Snapshot* held_ = nullptr;
  std::uint64_t seen_ = 0;
};

}  // namespace signpost
