#include "dns/query/deferral.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include <sys/eventfd.h>

namespace signpost {

namespace {

// A ticket: generation in the upper 48 bits, slot in the lower 16. Generations start at 1, so no ticket is 0.
constexpr unsigned kSlotBits = 16;

std::uint64_t make_ticket(std::uint64_t generation, std::uint32_t index) noexcept {
  return generation << kSlotBits | index;
}

}  // namespace

DeferralMailbox::DeferralMailbox(std::size_t slot_count, int wake_descriptor)
    : slots_(std::make_unique<Slot[]>(slot_count)),
      slot_count_(slot_count),
      wake_descriptor_(wake_descriptor) {
  for (std::size_t i = 0; i < slot_count; ++i) slots_[i].state.store(1, std::memory_order_relaxed);
}

bool DeferralMailbox::resume(std::uint64_t ticket) noexcept {
  const std::size_t index = ticket & ((1u << kSlotBits) - 1);
  if (ticket == 0 || index >= slot_count_) return false;
  auto& slot = slots_[index];
  std::uint64_t armed = ticket >> kSlotBits;
  if (!slot.state.compare_exchange_strong(armed, armed | kResumed, std::memory_order_acq_rel)) return false;
  // Whoever sets kResumed owns `next` until the worker takes the list: nobody else can push this slot.
  auto head = resumed_.load(std::memory_order_relaxed);
  do {
    slot.next.store(head, std::memory_order_relaxed);
  } while (!resumed_.compare_exchange_weak(head, static_cast<std::uint32_t>(index + 1),
                                           std::memory_order_release, std::memory_order_relaxed));
  // Only the first letter rings: the worker takes all there are. The eventfd is non-blocking.
  if (head == 0) (void)eventfd_write(wake_descriptor_, 1);
  return true;
}

DeferralTable::DeferralTable(std::size_t slot_count, Duration deadline, int wake_descriptor)
    : mailbox_(std::min(slot_count, kSlotsMax), wake_descriptor),
      deadline_(deadline),
      slots_(
          new Slot[mailbox_.slot_count_]) {  // octets stay untouched: pages that are never used cost nothing
  for (auto index = static_cast<std::uint32_t>(mailbox_.slot_count_); index-- > 0;) {
    slots_[index].next = free_;
    free_ = index;
  }
  update_next_ticket();
}

std::uint64_t DeferralTable::ticket_of(std::uint32_t index) const noexcept {
  const auto state = mailbox_.slots_[index].state.load(std::memory_order_relaxed);
  return make_ticket(state & ~DeferralMailbox::kResumed, index);
}

std::uint32_t DeferralTable::index_of(const Waiting* waiting) const noexcept {
  return static_cast<std::uint32_t>(static_cast<const Slot*>(waiting) - slots_.get());
}

void DeferralTable::update_next_ticket() noexcept { next_ticket_ = free_ == kNone ? 0 : ticket_of(free_); }

void DeferralTable::keep(const QueryContext& context, std::span<const std::uint8_t> message,
                         std::uint64_t origin, Monotonic now) noexcept {
  assert(context.ticket == next_ticket_ && free_ != kNone && message.size() <= kQueryOctetsMax);
  const auto index = free_;
  auto& slot = slots_[index];
  free_ = slot.next;
  slot.context = context;
  slot.origin = origin;
  slot.size = static_cast<std::uint16_t>(message.size());
  std::memcpy(slot.octets.data(), message.data(), message.size());
  slot.occupied = true;
  slot.last_call = false;
  slot.deadline = now + deadline_;
  slot.previous = newest_;
  slot.next = kNone;
  (newest_ == kNone ? oldest_ : slots_[newest_].next) = index;
  newest_ = index;
  ++waiting_;
  update_next_ticket();
}

void DeferralTable::unlink(std::uint32_t index) noexcept {
  auto& slot = slots_[index];
  (slot.previous == kNone ? oldest_ : slots_[slot.previous].next) = slot.next;
  (slot.next == kNone ? newest_ : slots_[slot.next].previous) = slot.previous;
}

/// A new generation: tickets given out before are over. Only for a slot that nobody can resume any more.
void DeferralTable::rearm(std::uint32_t index) noexcept {
  auto& state = mailbox_.slots_[index].state;
  const auto generation = state.load(std::memory_order_relaxed) & ~DeferralMailbox::kResumed;
  state.store((generation + 1) & ((std::uint64_t{1} << 47) - 1), std::memory_order_release);
}

std::uint32_t DeferralTable::pop_resumed() noexcept {
  for (;;) {
    if (taken_ == 0) taken_ = mailbox_.resumed_.exchange(0, std::memory_order_acquire);
    if (taken_ == 0) return kNone;
    const auto index = taken_ - 1;
    taken_ = mailbox_.slots_[index].next.load(std::memory_order_relaxed);
    rearm(index);
    if (slots_[index].occupied) return index;
    update_next_ticket();  // a ticket that was resumed though its query was answered: it may be the next one
  }
}

std::uint32_t DeferralTable::pop_expired(Monotonic now) noexcept {
  while (oldest_ != kNone && slots_[oldest_].deadline <= now) {
    const auto index = oldest_;
    unlink(index);
    slots_[index].last_call = true;
    // If a resume() came first its letter is on the way, and carries this query to its last call.
    auto& state = mailbox_.slots_[index].state;
    auto armed = state.load(std::memory_order_relaxed) & ~DeferralMailbox::kResumed;
    if (state.compare_exchange_strong(armed, armed + 1, std::memory_order_acq_rel)) return index;
  }
  return kNone;
}

DeferralTable::Waiting* DeferralTable::ask_again(std::uint32_t index, bool expired) noexcept {
  auto& slot = slots_[index];
  slot.context.resumed += 1;
  slot.context.expired = expired;
  slot.context.ticket = expired ? 0 : ticket_of(index);
  return &slot;
}

DeferralTable::Waiting* DeferralTable::take(Monotonic now) noexcept {
  if (const auto index = pop_resumed(); index != kNone) return ask_again(index, slots_[index].last_call);
  if (const auto index = pop_expired(now); index != kNone) return ask_again(index, true);
  return nullptr;
}

void DeferralTable::release(Waiting* waiting) noexcept {
  const auto index = index_of(waiting);
  auto& slot = slots_[index];
  assert(slot.occupied);
  if (!slot.last_call) unlink(index);
  slot.occupied = false;
  // The ticket of this round may be out there: if it was used meanwhile, its letter finds the slot empty and
  // rearms it; if not, it ends here.
  auto& state = mailbox_.slots_[index].state;
  auto armed = state.load(std::memory_order_relaxed) & ~DeferralMailbox::kResumed;
  (void)state.compare_exchange_strong(armed, armed + 1, std::memory_order_acq_rel);
  slot.next = free_;
  free_ = index;
  --waiting_;
  update_next_ticket();
}

void DeferralTable::keep_again(Waiting* waiting) noexcept {
  assert(!waiting->context.expired);
  (void)waiting;  // it is still linked by its deadline, and its new ticket is armed
}

std::optional<Monotonic> DeferralTable::next_deadline() const noexcept {
  return oldest_ == kNone ? std::nullopt : std::optional(slots_[oldest_].deadline);
}

}  // namespace signpost
