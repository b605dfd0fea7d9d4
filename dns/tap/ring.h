// What a worker noted, on its way to the thread that writes it: a ring of octets with one writer and one
// reader.
//
// A note is copied in whole or not at all; nobody waits for anybody, and nothing is allocated after
// the start. Notes lie in one piece: one that does not fit before the end of the ring begins at its start.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"
#include "dns/query/query.h"

namespace signpost::tap {

/// For whom a note is.
inline constexpr std::uint8_t kForQueryLog = 1, kForDnstap = 2;

struct NoteHead {
  std::uint32_t extent = 0;  // of the whole note in the ring; kSkip: the rest of the ring is empty
  std::uint32_t response_octets = 0;
  std::uint32_t query_octets = 0;
  Transport transport = Transport::Udp;
  std::uint8_t wanted_by = 0;  // kFor...
  Monotonic received{};        // read once a batch
  SocketAddress peer;
  SocketAddress local;
};

/// As the reader sees it; the octets are the ring's, for the call only.
struct Note {
  const NoteHead& head;
  std::span<const std::uint8_t> query;
  std::span<const std::uint8_t> response;
};

class Ring {
 public:
  /// `octets`: a power of two.
  explicit Ring(std::size_t octets);

  /// The worker. False: there was no room, or the note is larger than a quarter of the ring.
  bool push(const NoteHead& head, std::span<const std::uint8_t> query,
            std::span<const std::uint8_t> response) noexcept;

  /// The reader: all notes there are now, each once, in their order. How many there were.
  template <class Visit>
  std::size_t drain(Visit&& visit) {
    std::size_t count = 0;
    auto at = read_.load(std::memory_order_relaxed);
    const auto end = written_.load(std::memory_order_acquire);
    while (at != end) {
      NoteHead head;
      std::memcpy(&head.extent, place(at), sizeof head.extent);
      if (head.extent == kSkip) {
        at += size_ - (at & (size_ - 1));
        continue;
      }
      std::memcpy(static_cast<void*>(&head), place(at), sizeof head);
      const auto* octets = place(at) + sizeof head;
      visit(Note{head, {octets, head.query_octets}, {octets + head.query_octets, head.response_octets}});
      at += head.extent;
      read_.store(at, std::memory_order_release);
      ++count;
    }
    read_.store(at, std::memory_order_release);
    return count;
  }

 private:
  static constexpr std::uint32_t kSkip = 0xffffffff;
  std::uint8_t* place(std::uint64_t at) const noexcept { return octets_.get() + (at & (size_ - 1)); }

  const std::size_t size_;
  const std::unique_ptr<std::uint8_t[]> octets_;
  alignas(128) std::atomic<std::uint64_t> written_{0};  // by the worker, as is the next
  std::uint64_t seen_read_ = 0;                         // read_ as the worker saw it last
  alignas(128) std::atomic<std::uint64_t> read_{0};     // by the reader
};

}  // namespace signpost::tap
