// Networks that send so much more than they may that reading it keeps the worker from everybody else.
//
// A rate limit saves the answer, not the reading, which is most of the cost, and what is refused stands in
// the same queue as everybody's. So the worker counts whom it refuses, and those over kHeavy a second get a
// filter in the kernel: one datagram in kPassOneOf comes through, from which the worker learns when it is
// over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dns/base/clock.h"
#include "dns/base/ip_address.h"

namespace signpost {

/// An IPv4 /24 or an IPv6 /56: what rate limits go by (E23).
struct SourceNetwork {
  bool v6 = false;
  std::uint64_t bits = 0;  // the 24 or 56 bits of the prefix, as a number
  static SourceNetwork of(const IpAddress& ip) noexcept;
  friend bool operator==(const SourceNetwork&, const SourceNetwork&) = default;
};

/// One worker's. Its thread; allocates nothing.
class HeavySources {
 public:
  static constexpr std::size_t kNetworksMax = 16;
  static constexpr double kHeavy = 10000;  // refused queries a second: some 3 % of a core
  static constexpr unsigned kPassOneOf = 256;
  static constexpr Duration kWindow = std::chrono::milliseconds(10);
  static constexpr Duration kHold = std::chrono::seconds(1);  // then it is seen whether it still floods

  /// A datagram from there was refused by the rate limit.
  void count(const IpAddress& source) noexcept;
  /// A datagram from there was not refused: it counts where the network is filtered, since so little comes
  /// through that the limit may have no word on it.
  void hear(const IpAddress& source) noexcept {
    if (filtered_count_ > 0) count_filtered(SourceNetwork::of(source));
  }
  /// Between batches; a network may ask `allowed` a second. True: filtered() has changed. False nearly
  /// always, at the cost of a comparison.
  bool review(Monotonic now, double allowed) noexcept;
  /// Those that need a filter now.
  std::span<const SourceNetwork> filtered() const noexcept { return {filtered_.data(), filtered_count_}; }

 private:
  /// Refused in this window. When all places are taken a newcomer takes one from everybody (Misra and Gries
  /// 1982): whoever is refused more often than one in kNetworksMax + 1 keeps a place.
  struct Place {
    SourceNetwork network;
    std::uint32_t refused = 0;
    bool filtered = false;
    Monotonic counted_since{};  // while it is filtered: since when what came through is counted
  };
  void count_filtered(SourceNetwork network) noexcept;
  bool judge(Place& place, double seconds, double allowed, Monotonic now) noexcept;

  std::array<Place, kNetworksMax> places_;
  std::array<SourceNetwork, kNetworksMax> filtered_;
  std::size_t filtered_count_ = 0;
  Monotonic reviewed_{};
  bool any_ = false;  // refused in this window, or filtered
};

/// Gives the UDP socket a filter that lets one in kPassOneOf datagrams of these networks through and all
/// others; none: no filter. `v6`: the socket's family; networks of the other one do not come there. False:
/// the kernel did not take it, and everything comes through.
bool filter_sources(int udp, bool v6, std::span<const SourceNetwork> networks) noexcept;

}  // namespace signpost
