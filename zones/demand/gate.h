// Where workers leave the names that they miss, and learn what became of them.
//
// One miss in a zone with `on_query`: the worker asks found(); if nobody knows yet it leaves the name and the
// ticket of its query in a ring and defers; the demand thread takes it from there (table.h). A hit in such a
// zone says use(): one hash, one cache line. Nothing on the worker's side allocates, locks or throws.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "dns/query/deferral.h"
#include "dns/wire/name.h"
#include "zones/demand/marks.h"

namespace signpost {

class DemandGate {
 public:
  /// What a worker leaves. `name`: the end of the question that a service may have (demand::service_part()).
  struct Ask {
    Name name;
    std::uint64_t ticket = 0;
    DeferralMailbox* mailbox = nullptr;
  };
  static constexpr std::size_t kAsks = 256;  // more at once are refused: some batches of all workers
  /// Names that have marks: those that are there, those that are not, and the spellings whose use is looked
  /// for, each apart: a flood of what nobody has rubs out nothing else. Sets of eight, of 72 octets; the
  /// first and the last grow with make_room().
  static constexpr std::size_t kThereSets = 512, kAbsentSets = 512, kUseSets = 1536;
  enum class Found : std::uint8_t { Absent, There };

  /// `seed` hides the hash from those who choose names. `wake_descriptor`: an eventfd (not owned), or -1.
  DemandGate(std::uint64_t seed, int wake_descriptor);

  /// Workers. False: no room, or shut; the query cannot wait. Rings only when the other side may sleep.
  bool push(NameView name, std::uint64_t ticket, DeferralMailbox* mailbox) noexcept;
  /// Workers. The registry has answered for this name: what the snapshot does not have is not there; but
  /// There: look into the newest one.
  std::optional<Found> found(NameView name) const noexcept;
  /// Workers: a service of this name has answered. Nothing happens to names that nobody watches.
  void use(NameView name) noexcept { uses().use(mark_of(name)); }
  /// Any thread: asks refused by push().
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  /// Demand thread, after its descriptor was read and before it empties the ring: the next push() rings.
  void listen() noexcept { rung_.exchange(false, std::memory_order_seq_cst); }
  /// Demand thread. False: empty.
  bool pop(Ask& ask) noexcept;
  /// Demand thread.
  void settle(NameView name, Found found) noexcept;
  void unsettle(NameView name) noexcept;
  void unsettle_all() noexcept;
  /// Demand thread: whether use of this name, by its mark, is looked for.
  void watch(std::uint64_t mark) noexcept { uses().add(mark); }
  void unwatch(std::uint64_t mark) noexcept { uses().remove(mark); }
  /// Demand thread: whether a service of this name has answered since the last call, as far as is known.
  bool take_use(std::uint64_t mark) noexcept { return uses().take_use(mark); }
  std::uint64_t mark_of(NameView name) const noexcept;
  /// Demand thread: so many services will be there. True: there is new room, and nothing is settled or
  /// watched any more.
  bool make_room(std::size_t services);
  /// Demand thread. Shut: push() refuses at once, which costs less than any answer (a flood of names).
  void shut(bool shut) noexcept { shut_.store(shut, std::memory_order_relaxed); }

 private:
  struct Cell {
    std::atomic<std::size_t> turn;  // whose it is: of the pusher when equal to its place, then one more
    Ask ask;
  };
  /// Workers may look at an old one for as long as the gate lives, so none is freed: each is at least twice
  /// the one before.
  struct Growing {
    explicit Growing(std::size_t sets) { grow(sets); }
    void grow(std::size_t sets) {
      all.push_back(std::make_unique<Marks>(sets));
      now.store(all.back().get(), std::memory_order_release);
    }
    std::vector<std::unique_ptr<Marks>> all;
    std::atomic<Marks*> now{nullptr};
  };
  Marks& there() const noexcept { return *there_.now.load(std::memory_order_acquire); }
  Marks& uses() const noexcept { return *uses_.now.load(std::memory_order_acquire); }

  const std::uint64_t seed_;
  const int wake_descriptor_;
  std::unique_ptr<Cell[]> cells_;
  Growing there_{kThereSets}, uses_{kUseSets};
  Marks absent_{kAbsentSets};
  std::size_t room_ = 2 * kThereSets;  // services
  std::size_t head_ = 0;               // demand thread
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<bool> rung_{false};
  std::atomic<bool> shut_{false};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace signpost
