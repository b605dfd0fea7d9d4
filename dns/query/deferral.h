// Queries that wait for something that a worker must not wait for.
//
// The life of a deferred query: the responder keeps context.ticket and context.mailbox and answers Deferred;
// the worker copies the query into a slot of its table; some thread calls mailbox->resume(ticket); the worker
// wakes, takes the slot and asks the responder again, with resumed + 1 and a new ticket. At the deadline it
// asks a last time, with `expired` set.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "dns/query/query.h"

namespace signpost {

/// The letter box of one worker. Tickets name a slot and its generation, so one that comes late opens
/// nothing. No locks: a slot is armed or resumed, and those resumed hang on a list that the worker takes as a
/// whole.
class DeferralMailbox {
 public:
  /// `wake_descriptor` is an eventfd (not owned) that the worker polls.
  DeferralMailbox(std::size_t slot_count, int wake_descriptor);

  /// Any thread, any time while the server lives; never waits for the worker, nor the worker for it. False:
  /// the ticket is over, because the query was answered or resumed before.
  bool resume(std::uint64_t ticket) noexcept;

 private:
  friend class DeferralTable;
  struct Slot {
    std::atomic<std::uint64_t> state;    // generation, and kResumed
    std::atomic<std::uint32_t> next{0};  // of the list of resumed slots: index + 1, 0 ends it
  };
  static constexpr std::uint64_t kResumed = std::uint64_t{1} << 63;

  std::unique_ptr<Slot[]> slots_;
  std::size_t slot_count_;
  int wake_descriptor_;
  std::atomic<std::uint32_t> resumed_{0};  // head of that list
};

/// The queries that wait, of one worker. A fixed number of slots, no allocation after construction. Worker
/// thread.
class DeferralTable {
 public:
  static constexpr std::size_t kQueryOctetsMax = 1232;  // longer queries are not deferred: SERVFAIL
  static constexpr std::size_t kSlotsMax = 65535;

  struct Waiting {
    QueryContext context;
    std::uint64_t origin = 0;  // the transport's word for where the answer goes
    std::array<std::uint8_t, kQueryOctetsMax> octets;
    std::uint16_t size = 0;
    std::span<const std::uint8_t> message() const noexcept { return std::span(octets).first(size); }
  };

  DeferralTable(std::size_t slot_count, Duration deadline, int wake_descriptor);

  DeferralMailbox& mailbox() noexcept { return mailbox_; }
  /// The ticket that keep() will use next; 0 when the table is full or the query too long.
  std::uint64_t next_ticket(std::size_t octets) const noexcept {
    return octets <= kQueryOctetsMax ? next_ticket_ : 0;
  }
  /// Copies a query whose context holds next_ticket().
  void keep(const QueryContext& context, std::span<const std::uint8_t> message, std::uint64_t origin,
            Monotonic now) noexcept;

  /// A query that is to be asked again: resumed, or over its deadline at `now`. Its context is ready (ticket,
  /// resumed, expired); it stays good until release() or keep_again(), one of which must follow.
  Waiting* take(Monotonic now) noexcept;
  /// It is done with.
  void release(Waiting* waiting) noexcept;
  /// The responder deferred it once more; its deadline stays what it was.
  void keep_again(Waiting* waiting) noexcept;

  /// When take() has something to do though nobody resumes.
  std::optional<Monotonic> next_deadline() const noexcept;
  std::size_t waiting() const noexcept { return waiting_; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  struct Slot : Waiting {
    Monotonic deadline;
    std::uint32_t previous = kNone, next = kNone;  // by deadline, oldest first; `next` also links free slots
    bool occupied = false, last_call = false;
  };

  std::uint32_t pop_resumed() noexcept;
  std::uint32_t pop_expired(Monotonic now) noexcept;
  Waiting* ask_again(std::uint32_t index, bool expired) noexcept;
  void rearm(std::uint32_t index) noexcept;
  void unlink(std::uint32_t index) noexcept;
  void update_next_ticket() noexcept;
  std::uint64_t ticket_of(std::uint32_t index) const noexcept;
  std::uint32_t index_of(const Waiting* waiting) const noexcept;

  DeferralMailbox mailbox_;
  Duration deadline_;
  std::unique_ptr<Slot[]> slots_;
  std::size_t waiting_ = 0;
  std::uint64_t next_ticket_ = 0;
  std::uint32_t free_ = kNone, oldest_ = kNone, newest_ = kNone;
  std::uint32_t taken_ = 0;  // rest of the list last taken from the mailbox: index + 1
};

}  // namespace signpost
