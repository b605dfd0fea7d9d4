// One TCP connection, and the four lists on which connections wait.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"
#include "dns/query/counters.h"
#include "dns/transport/file_descriptor.h"

namespace signpost {

/// Octets on loan from a BlockPool.
struct LoanedBlock {
  std::unique_ptr<std::uint8_t[]> octets;
  std::size_t capacity = 0;
  std::size_t size = 0;
  std::span<const std::uint8_t> content() const noexcept { return {octets.get(), size}; }
  std::size_t room() const noexcept { return capacity - size; }
};

/// Blocks in two sizes, kept for the next who needs one: a connection holds one only while a message is
/// partial or a reply waits, so ten thousand idle ones cost nothing here. Large ones, which only slow readers
/// and messages over 2 KiB need, are limited: strangers cannot make a worker hold more than 32 MiB of them.
class BlockPool {
 public:
  static constexpr std::size_t kLargeOnLoanMax = 256;
  static constexpr std::size_t kSmall = 2048;
  static constexpr std::size_t kLarge = 128 * 1024;  // the largest reply behind 62 KiB of others

  /// Whether take() of so many octets would go beyond kLargeOnLoanMax; it does so if it is called.
  bool is_exhausted(std::size_t capacity) const noexcept {
    return capacity > kSmall && large_on_loan_ >= kLargeOnLoanMax;
  }
  /// Empty, of at least `capacity` octets; capacity at most kLarge.
  LoanedBlock take(std::size_t capacity);
  void give_back(LoanedBlock& block) noexcept;

 private:
  static constexpr std::size_t kKeptOfEach = 64;
  std::vector<LoanedBlock> small_, large_;
  std::size_t large_on_loan_ = 0;
};

/// What a connection waits for; each kind has one deadline, so a list in order of arrival is in order of
/// deadlines.
enum class Waits : std::uint8_t {
  ForQuery,     // idle (T5)
  ForRest,      // part of a message has come (T5)
  ForReader,    // replies that the client does not take (T9)
  ForDeferred,  // answers that have not come; the deferral has the deadline
};
inline constexpr std::size_t kWaitsCount = 4;

struct Connection {
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  static constexpr std::uint32_t kUnwatched = ~std::uint32_t{0};

  FileDescriptor socket;
  SocketAddress peer, local;
  std::uint64_t source = 0;           // of ConnectionLimits
  std::uint32_t generation = 0;       // +1 whenever the slot gets another connection (C10)
  std::uint32_t deferred = 0;         // answers outstanding
  std::uint32_t events = kUnwatched;  // what epoll watches
  bool read_closed = false;           // nothing more is read: half-closed (T7), or it spoke nonsense (T4)
  bool broken = false;                // close as soon as possible, replies or not
  TcpEnd end = TcpEnd::Peer;          // why, once it is to be closed
  LoanedBlock input;                  // octets received and not yet handled
  LoanedBlock output;                 // octets not yet sent, from output_sent on
  std::size_t output_sent = 0;

  Waits waits = Waits::ForQuery;
  Monotonic since{};
  std::uint32_t previous = kNone, next = kNone;
};

/// Slots for connections, found by index, and their lists. Allocates when more are open than ever before.
class ConnectionTable {
 public:
  Connection& at(std::uint32_t index) noexcept { return *slots_[index]; }
  const Connection& at(std::uint32_t index) const noexcept { return *slots_[index]; }
  std::size_t slot_count() const noexcept { return slots_.size(); }

  /// A free slot, waiting for its first query since `now`.
  std::uint32_t open(Monotonic now);
  void close(std::uint32_t index) noexcept;
  /// To the end of a list: it waits since `now`.
  void wait(std::uint32_t index, Waits waits, Monotonic now) noexcept;

  /// The one that waits longest; kNone when there is none.
  std::uint32_t oldest(Waits waits) const noexcept { return lists_[static_cast<std::size_t>(waits)].oldest; }
  std::size_t open_count() const noexcept { return open_count_; }

 private:
  struct List {
    std::uint32_t oldest = Connection::kNone, newest = Connection::kNone;
  };
  void unlink(std::uint32_t index) noexcept;
  void append(std::uint32_t index, Waits waits, Monotonic now) noexcept;

  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::uint32_t> free_;
  std::array<List, kWaitsCount> lists_;
  std::size_t open_count_ = 0;
};

}  // namespace signpost
