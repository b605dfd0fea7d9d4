// `answer: sticky k`: the same members for the same client, as long as they answer.
//
// Weighted rendezvous hashing. Rendezvous (Thaler and Ravishankar 1998): every (client, member) pair has a
// hash, a number u in (0, 1] that looks drawn at random and is always the same; a client goes to the member
// with the best hash. Who joins or leaves moves only those clients for whom it is the best. Weights
// (Schindelhauer and Schomaker 2005, the logarithmic method): the score of a member is -ln(u) / w and the
// smallest wins. Since -ln(u) is an exponential variable of rate 1, the score is one of rate w; the smallest
// of independent exponential variables is the i-th with chance w_i / sum of w (P = integral of w_i e^(-w_i t)
// times the others' e^(-w_j t) = w_i / sum). So over many clients each member has exactly its share, and the
// k smallest in order are a weighted permutation's first k places, as `order` draws them: the smallest goes
// away and memoryless variables are left.
//
// Cost: one 64-bit mix and one multiplication a member. A logarithm only where it can matter: 1 - u is a
// lower bound of -ln(u), so a member whose 1 - u is over w times the worst score kept loses without one;
// about k (1 + ln(n / k)) of n are left. Equal weights need none: -ln is monotone. The logarithm is libm's in
// double, right to the last place or so; 1 - u has 53 bits, so scores are exact to 2^-53 wherever they win.
//
// Replicas agree: nothing here is seeded. Who can choose its address chooses its member, which harms nobody
// that a client of `all` could not harm as well.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "dns/base/ip_address.h"

namespace signpost::policy {

/// Clients of one network stay together: its members change addresses, and forwarders tell no more (RFC 7871,
/// section 11.1 recommends these lengths).
inline constexpr std::uint8_t kStickyBitsV4 = 24, kStickyBitsV6 = 56;
/// The largest k of `sticky k`.
inline constexpr std::size_t kStickyMax = 1000;

/// How many of the `known` leading bits of a client's address count.
std::uint8_t sticky_bits(const IpAddress& address, std::uint8_t known) noexcept;
/// What stands for the clients with the same first `bits` (sticky_bits()) of the address.
std::uint64_t client_key(const IpAddress& address, std::uint8_t bits) noexcept;
/// What stands for a member: its address, 4 or 16 octets; of a dual-stack instance always the IPv4 one, so
/// that A and AAAA lead to the same.
std::uint64_t member_key(std::span<const std::uint8_t> octets) noexcept;

/// Room for one choice; touched as far as k goes.
struct StickyScratch {
  struct Kept {
    double score;
    std::uint16_t member;
  };
  std::array<Kept, kStickyMax> kept;
};

/// One client's choice among members that are offered one by one.
class StickyChoice {
 public:
  /// `count`: k, 1 to kStickyMax. `all_equal`: all shares that will be offered are.
  StickyChoice(std::uint64_t client, std::size_t count, bool all_equal, StickyScratch& scratch) noexcept
      : client_(client), count_(count), all_equal_(all_equal), scratch_(scratch) {}

  /// Keys differ among members, or they share one hash. `share` above 0.
  void offer(std::uint16_t member, std::uint64_t key, std::uint32_t share) noexcept {
    const auto above = above_u(client_ ^ key);
    const double weight = all_equal_ ? 1 : share;
    if (above >= worst_ * weight) return;
    keep(all_equal_ ? above : score(above, weight), member);
  }
  /// The best of those offered, the best first: at most `count`, and at most places.size().
  std::span<const std::uint16_t> best(std::span<std::uint16_t> places) noexcept;

 private:
  static double above_u(std::uint64_t pair) noexcept;
  static double score(double above, double weight) noexcept;
  void keep(double score, std::uint16_t member) noexcept;

  std::uint64_t client_;
  std::size_t count_;
  bool all_equal_;
  StickyScratch& scratch_;
  std::size_t size_ = 0;
  double worst_ = std::numeric_limits<double>::infinity();  // of those kept, once there are `count_`
};

/// A bijection of 64 bits in which every bit of the result hangs on every bit of `x` (Stafford's thirteenth
/// variant of the finalizer of MurmurHash3).
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ x >> 27) * 0x94d049bb133111ebull;
  return x ^ x >> 31;
}

/// 1 - u, in [0, 1), of the hash of a pair.
inline double StickyChoice::above_u(std::uint64_t pair) noexcept {
  return static_cast<double>(mix(pair) >> 11) * 0x1p-53;
}

}  // namespace signpost::policy
