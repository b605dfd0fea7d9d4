#include "dns/tap/ring.h"

#include <bit>
#include <cassert>
#include <type_traits>

namespace signpost::tap {

static_assert(std::is_trivially_copyable_v<NoteHead>);

Ring::Ring(std::size_t octets) : size_(octets), octets_(new std::uint8_t[octets]) {
  assert(std::has_single_bit(octets));
}

bool Ring::push(const NoteHead& head, std::span<const std::uint8_t> query,
                std::span<const std::uint8_t> response) noexcept {
  const auto content = sizeof head + query.size() + response.size();
  const auto extent = (content + alignof(NoteHead) - 1) / alignof(NoteHead) * alignof(NoteHead);
  auto at = written_.load(std::memory_order_relaxed);
  const auto before_end = size_ - (at & (size_ - 1));
  const auto skipped = extent <= before_end ? 0 : before_end;
  const auto has_room = [&] { return size_ - (at - seen_read_) >= skipped + extent; };
  if (!has_room()) seen_read_ = read_.load(std::memory_order_acquire);
  if (extent > size_ / 4 || !has_room()) return false;
  if (skipped > 0) std::memcpy(place(at), &kSkip, sizeof kSkip);
  at += skipped;
  NoteHead whole = head;
  whole.extent = static_cast<std::uint32_t>(extent);
  whole.query_octets = static_cast<std::uint32_t>(query.size());
  whole.response_octets = static_cast<std::uint32_t>(response.size());
  auto* to = place(at);
  std::memcpy(to, static_cast<const void*>(&whole), sizeof whole);
  if (!query.empty()) std::memcpy(to + sizeof whole, query.data(), query.size());
  if (!response.empty()) std::memcpy(to + sizeof whole + query.size(), response.data(), response.size());
  written_.store(at + extent, std::memory_order_release);
  return true;
}

}  // namespace signpost::tap
