// Draws orders and samples by share, for each query anew. On the workers' road: nothing here allocates, locks
// or throws; all arithmetic is in whole numbers, so the chances are exact (Random::below has no modulo bias).
//
// permute: successive sampling without replacement (Plackett 1975, Luce 1959). The first is i with chance
//   share_i / sum, the next likewise among the rest, and so on: what an RFC 2782 client does with SRV
//   weights. Equal shares need no sums: Fisher and Yates' shuffle (Durstenfeld 1964), stopped after k places.
//   Few places are found by walking along the shares, k * n / 2 steps; many by a tree of partial sums
//   (Fenwick 1994), built in n steps and descended in log2 n for each place.
// sample: systematic sampling with unequal chances over a random order (Madow 1949; Goodman and Kish 1950).
// Lay the
//   members on a line in random order, each k * share_i long, so that the line is k * sum long. Put k marks
//   on it, sum apart, the first at a random place in [0, sum). No member is longer than the gap between marks
//   (k <= sum / largest, sample_max()), so none is hit twice; a mark falls on i with chance k * share_i /
//   sum: its chance to be among the k is exactly k times its share. Successive draws would not do: they
//   favour the small. Then the k are shuffled, so that i comes first with chance share_i / sum as well.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "dns/base/random.h"

namespace signpost::policy {

inline constexpr std::size_t kDrawMembersMax = 65535;

/// Looks at the shares of n members, wherever they lie: an array, or a field of an array of structs.
/// All positive; their sum at most 2^32 - 1 (as draw_shares() makes them). Good as long as that array.
class ShareView {
 public:
  ShareView(std::span<const std::uint32_t> shares, bool all_equal) noexcept
      : first_(reinterpret_cast<const unsigned char*>(shares.data())),
        stride_(sizeof(std::uint32_t)),
        size_(shares.size()),
        all_equal_(all_equal) {}
  /// Of structs with a field `std::uint32_t share`.
  template <class T>
  static ShareView of(std::span<const T> members, bool all_equal) noexcept {
    ShareView view({}, all_equal);
    view.stride_ = sizeof(T);
    view.size_ = members.size();
    if (!members.empty()) view.first_ = reinterpret_cast<const unsigned char*>(&members.front().share);
    return view;
  }

  std::size_t size() const noexcept { return size_; }
  bool all_equal() const noexcept { return all_equal_; }
  std::uint32_t operator[](std::size_t i) const noexcept {
    std::uint32_t share = 0;
    std::memcpy(&share, first_ + i * stride_, sizeof share);
    return share;
  }

 private:
  const unsigned char* first_;
  std::size_t stride_;
  std::size_t size_;
  bool all_equal_;
};

/// Room to draw in: one for each thread, made once and never cleared; 384 KiB, of which a draw touches 6
/// octets a member.
struct DrawScratch {
  std::array<std::uint32_t, kDrawMembersMax + 1> sums;
  std::array<std::uint16_t, kDrawMembersMax + 1> order;
};
/// Untouched memory, so that pages nobody needs never become resident.
inline std::unique_ptr<DrawScratch> make_draw_scratch() {
  return std::unique_ptr<DrawScratch>(new DrawScratch);  // not make_unique: it would write zeros
}

/// The first places.size() places of a fresh weighted random permutation, as member indices.
/// places.size() <= members.size() <= kDrawMembersMax; both may be 0.
void permute(ShareView members, Random& random, DrawScratch& scratch,
             std::span<std::uint16_t> places) noexcept;

/// places.size() different members, each with chance places.size() x its share, in random order.
/// places.size() <= sample_max(members).
void sample(ShareView members, Random& random, DrawScratch& scratch,
            std::span<std::uint16_t> places) noexcept;

/// True when drawing may take the cheaper road; also for no member and one.
bool all_equal(ShareView members) noexcept;

/// The largest legal k: floor(sum / largest), at least 1 and at most n; 0 for no members. At publish time.
std::uint16_t sample_max(ShareView members) noexcept;

}  // namespace signpost::policy
