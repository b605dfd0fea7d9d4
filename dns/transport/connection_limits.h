// How many TCP connections there are, in all and by source (T6). Shared by the workers, asked when a
// connection opens and closes, never for a query.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"
#include "dns/base/random.h"
#include "dns/transport/options.h"

namespace signpost {

class ConnectionLimits {
 public:
  enum class Verdict : std::uint8_t { Ok, Full, SourceFull };

  explicit ConnectionLimits(const TcpLimits& limits) noexcept : key_(Random::from_kernel().next()) {
    change(limits);
  }

  /// Any thread: these hold from now on, for connections that are open as well. A worker that sleeps until a
  /// later deadline must be woken.
  void change(const TcpLimits& limits) noexcept;

  /// What connections are counted under: an IPv4 address, or an IPv6 /64, since a host has as many addresses
  /// of that as it likes. Keyed, so that nobody can aim at the cell of somebody else.
  std::uint64_t source_of(const IpAddress& ip) const noexcept;

  /// Ok: it is counted, and release() must follow.
  Verdict open(std::uint64_t source) noexcept;
  void release(std::uint64_t source) noexcept;

  /// How long a connection may be idle at the most (T5).
  Duration idle_max() const noexcept { return Duration(idle_.load(std::memory_order_relaxed)); }
  /// How long it may be now: that while an eighth of the places is free, below it in proportion to the free
  /// ones, 0 when there are none. Limits under 8 have no such zone: the newcomer makes room for itself there,
  /// and 0 is only for those who are more than a new limit allows.
  Duration idle() const noexcept;

 private:
  // Two rows of counters, and the smaller one counts: to be mistaken for another source one must share both
  // cells. With 10,000 sources a cell is shared with chance 10,000 / 131,072 = 7.6 %, both with 0.6 %, and
  // even then only sources near their limit feel it. 1 MiB, of which only the touched pages exist.
  static constexpr std::size_t kCells = 1 << 17;
  using Row = std::array<std::atomic<std::uint32_t>, kCells>;
  std::atomic<std::uint32_t>& first(std::uint64_t source) noexcept { return rows_[0][source % kCells]; }
  std::atomic<std::uint32_t>& second(std::uint64_t source) noexcept {
    return rows_[1][(source >> 32) % kCells];
  }

  std::atomic<std::uint32_t> clients_{0}, per_source_{0};
  std::atomic<Duration::rep> idle_{0};
  std::uint64_t key_;
  std::atomic<std::uint32_t> open_{0};
  std::array<Row, 2> rows_{};
};

}  // namespace signpost
