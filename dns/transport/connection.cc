#include "dns/transport/connection.h"

#include <cassert>
#include <utility>

namespace signpost {

LoanedBlock BlockPool::take(std::size_t capacity) {
  assert(capacity <= kLarge);
  auto& kept = capacity <= kSmall ? small_ : large_;
  if (capacity > kSmall) ++large_on_loan_;
  if (!kept.empty()) {
    LoanedBlock block = std::move(kept.back());
    kept.pop_back();
    return block;
  }
  const auto size = capacity <= kSmall ? kSmall : kLarge;
  return LoanedBlock{std::unique_ptr<std::uint8_t[]>(new std::uint8_t[size]), size, 0};
}

void BlockPool::give_back(LoanedBlock& block) noexcept {
  if (!block.octets) return;
  auto& kept = block.capacity == kSmall ? small_ : large_;
  if (block.capacity > kSmall) --large_on_loan_;
  block.size = 0;
  if (kept.capacity() == 0) kept.reserve(kKeptOfEach);
  if (kept.size() < kKeptOfEach) kept.push_back(std::move(block));
  block = LoanedBlock{};
}

std::uint32_t ConnectionTable::open(Monotonic now) {
  if (free_.empty()) {
    free_.reserve(slots_.size() + 1);  // close() must not allocate
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.push_back(std::make_unique<Connection>());
  }
  const auto index = free_.back();
  free_.pop_back();
  const auto generation = at(index).generation + 1;
  at(index) = Connection();
  at(index).generation = generation;
  append(index, Waits::ForQuery, now);
  ++open_count_;
  return index;
}

void ConnectionTable::close(std::uint32_t index) noexcept {
  unlink(index);
  at(index).socket.reset();
  free_.push_back(index);
  --open_count_;
}

void ConnectionTable::wait(std::uint32_t index, Waits waits, Monotonic now) noexcept {
  unlink(index);
  append(index, waits, now);
}

void ConnectionTable::append(std::uint32_t index, Waits waits, Monotonic now) noexcept {
  auto& connection = at(index);
  auto& list = lists_[static_cast<std::size_t>(waits)];
  connection.waits = waits;
  connection.since = now;
  connection.previous = list.newest;
  connection.next = Connection::kNone;
  (list.newest == Connection::kNone ? list.oldest : at(list.newest).next) = index;
  list.newest = index;
}

void ConnectionTable::unlink(std::uint32_t index) noexcept {
  auto& connection = at(index);
  auto& list = lists_[static_cast<std::size_t>(connection.waits)];
  (connection.previous == Connection::kNone ? list.oldest : at(connection.previous).next) = connection.next;
  (connection.next == Connection::kNone ? list.newest : at(connection.next).previous) = connection.previous;
}

}  // namespace signpost
