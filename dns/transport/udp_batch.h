// Receives up to 64 datagrams with one system call and sends their replies with another.
//
// One for a worker, shared by its sockets: the same lines of cache are filled again and again. Queries and
// replies lie in strides that are no power of two, or the first line of every buffer would fall on the same
// few cache sets.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <netinet/in.h>
#include <sys/socket.h>

#include "dns/query/query.h"

namespace signpost {

class UdpBatch {
 public:
  static constexpr unsigned kDatagrams = 64;
  static constexpr std::size_t kQueryOctetsMax = 4096;  // longer ones arrive cut off: FORMERR

  explicit UdpBatch(std::size_t response_octets_max);

  /// How many datagrams there are now, without waiting; 0 also for an error, which poll will show again. With
  /// `wildcard` the address that was asked is taken from each datagram. Forgets the last batch.
  unsigned receive(int socket, bool wildcard) noexcept;
  /// The next batches say of every datagram when it arrived; otherwise only of the first, or those of
  /// wildcard sockets.
  void stamp_all(bool on) noexcept;
  /// How long datagram `index` has waited in its socket, by the kernel's receive timestamp; none: it has
  /// none.
  std::optional<Duration> age(unsigned index, WallTime now) const noexcept;

  std::span<const std::uint8_t> message(unsigned index) const noexcept {
    return {queries_.get() + index * kQueryStride, incoming_[index].msg_len};
  }
  /// Fills peer, and local where the socket is a wildcard.
  void fill(unsigned index, bool wildcard, QueryContext& context) const noexcept;
  std::uint32_t scope(unsigned index) const noexcept;

  /// Where the next reply is written.
  std::span<std::uint8_t> response_buffer() noexcept {
    return {responses_.get() + outgoing_count_ * response_stride_, response_octets_max_};
  }
  /// The first `octets` of response_buffer() go to whoever sent datagram `index`, from where it was sent to
  /// (H3).
  void reply(unsigned index, std::size_t octets) noexcept;

  /// Sends what reply() took; returns how many the kernel refused, which are forgotten.
  unsigned send(int socket) noexcept;

 private:
  static constexpr std::size_t kQueryStride = kQueryOctetsMax + 64;
  // Three timestamps, and one in6_pktinfo or in_pktinfo: 64, and 40 or 32.
  static constexpr std::size_t kControlOctets = 104;
  struct alignas(8) Control {
    std::array<std::uint8_t, kControlOctets> octets;
  };

  std::size_t response_octets_max_, response_stride_;
  std::unique_ptr<std::uint8_t[]> queries_, responses_;
  std::array<mmsghdr, kDatagrams> incoming_{}, outgoing_{};
  std::array<iovec, kDatagrams> incoming_octets_{}, outgoing_octets_{};
  std::array<sockaddr_in6, kDatagrams> peers_{};  // or sockaddr_in: the family is at the same place
  std::array<Control, kDatagrams> controls_{};
  unsigned used_ = kDatagrams;  // entries of incoming_ that the kernel has written to
  unsigned outgoing_count_ = 0;
  bool wildcard_ = false, stamp_all_ = false;  // what incoming_ is armed for
};

/// One reply outside a batch, for a query that was deferred. False: the kernel refused it.
bool send_datagram(int socket, std::span<const std::uint8_t> octets, const SocketAddress& local,
                   bool wildcard, const SocketAddress& peer, std::uint32_t scope) noexcept;

}  // namespace signpost
