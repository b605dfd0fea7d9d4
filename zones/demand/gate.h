// Where workers leave the names that they miss, and learn what became of them.
//
// One miss in a zone with `on_query`: the worker asks is_settled(); if nobody knows yet it leaves the name
// and the ticket of its query in a ring and defers; the demand thread takes it from there (table.h). A hit in
// such a zone says use(): one hash, one cache line. Nothing on the worker's side allocates, locks or throws.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

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
  /// Names that have marks: those that are there, and, apart from them, those that are not: a flood of what
  /// nobody has rubs out nothing else. 128 KiB and 32 KiB.
  static constexpr std::size_t kThereSets = 2048, kAbsentSets = 512;
  enum class Found : std::uint8_t { Absent, There };

  /// `seed` hides the hash from those who choose names. `wake_descriptor`: an eventfd (not owned), or -1.
  DemandGate(std::uint64_t seed, int wake_descriptor);

  /// Workers. False: no room, or shut; the query cannot wait. Rings only when the other side may sleep.
  bool push(NameView name, std::uint64_t ticket, DeferralMailbox* mailbox) noexcept;
  /// Workers. The registry has answered for this name: what the snapshot does not have is not there.
  bool is_settled(NameView name) const noexcept;
  /// Workers: a service of this name has answered. Nothing happens to names that nobody had to ask for.
  void use(NameView name) noexcept { there_.use(hash(name)); }
  /// Any thread: asks refused by push().
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  /// Demand thread, after its descriptor was read and before it empties the ring: the next push() rings.
  void listen() noexcept { rung_.exchange(false, std::memory_order_seq_cst); }
  /// Demand thread. False: empty.
  bool pop(Ask& ask) noexcept;
  /// Demand thread.
  void settle(NameView name, Found found) noexcept;
  void unsettle(NameView name) noexcept;
  /// Demand thread: whether a service of this name has answered since the last call, as far as is known.
  bool take_use(NameView name) noexcept { return there_.take_use(hash(name)); }
  void unsettle_all() noexcept;
  /// Demand thread. Shut: push() refuses at once, which costs less than any answer (a flood of names).
  void shut(bool shut) noexcept { shut_.store(shut, std::memory_order_relaxed); }

 private:
  struct Cell {
    std::atomic<std::size_t> turn;  // whose it is: of the pusher when equal to its place, then one more
    Ask ask;
  };
  std::uint64_t hash(NameView name) const noexcept;

  const std::uint64_t seed_;
  const int wake_descriptor_;
  std::unique_ptr<Cell[]> cells_;
  Marks there_{kThereSets}, absent_{kAbsentSets};
  std::size_t head_ = 0;  // demand thread
  alignas(64) std::atomic<std::size_t> tail_{0};
  alignas(64) std::atomic<bool> rung_{false};
  std::atomic<bool> shut_{false};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace signpost
