// Opening sockets, and what they are told.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include <netinet/in.h>
#include <sys/socket.h>

#include "dns/base/ip_address.h"
#include "dns/base/result.h"
#include "dns/transport/file_descriptor.h"
#include "dns/wire/types.h"

namespace signpost {

/// A socket address as the kernel wants it.
struct RawAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
};
/// `scope` is the interface of an IPv6 link-local address, 0 elsewhere.
RawAddress to_raw(const SocketAddress& address, std::uint32_t scope = 0) noexcept;
/// AF_INET or AF_INET6; anything else gives 0.0.0.0:0. Inline: every query's sender goes through it.
inline SocketAddress from_raw(const sockaddr* raw) noexcept {
  if (raw->sa_family == AF_INET) {
    const auto* in4 = reinterpret_cast<const sockaddr_in*>(raw);
    return {IpAddress::v4(std::bit_cast<std::array<std::uint8_t, 4>>(in4->sin_addr)), ntohs(in4->sin_port)};
  }
  if (raw->sa_family != AF_INET6) return {};
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(raw);
  return {IpAddress::v6(std::bit_cast<std::array<std::uint8_t, 16>>(in6->sin6_addr)), ntohs(in6->sin6_port)};
}

struct SocketOptions {
  int receive_buffer_octets = 4 << 20;
};

/// Replies go out whole, with DF set and whatever strangers say about the path's MTU ignored (RFC 9715):
/// nobody can slip a forged fragment in, and the kernel need not invent an IP identification for each (3 % of
/// all its work). Only those that a network of ordinary MTU could not carry may be cut. A new UDP socket may
/// send fragments.
void limit_fragments(int udp, bool v6, std::size_t reply_octets_max) noexcept;

/// As many octets as the machine allows, at most; what arrives when they are used up is dropped by the
/// kernel.
void set_receive_buffer(int udp, int octets) noexcept;

/// What the kernel says a socket is bound to; 0.0.0.0:0 when it says nothing.
SocketAddress bound_address(int descriptor) noexcept;

/// Everything a UDP socket of a worker needs beside its address, whoever opened it: buffers, how long a send
/// may wait, the address that was asked (H3), no filter.
void set_udp_options(int descriptor, const SocketAddress& bound, const SocketOptions& options) noexcept;
/// The same for a socket that takes TCP connections in.
void set_tcp_options(int descriptor) noexcept;

/// From here on the kernel gives what comes to other sockets that it fits, or tells the sender that nobody is
/// there; what waits in this one can be read, and replies go out. So one that is then read until it is empty
/// can close without a loss.
void receive_no_more(int udp, const SocketAddress& bound) noexcept;

/// Whether others may be bound there already.
enum class Bind : std::uint8_t {
  Alone,      // an error if so, though they be of the same user; port 0: one that nobody has
  BesideOurs  // that share the port by SO_REUSEPORT
};
/// Opens one socket that shares its port with those that come after it. Errors name the address and the
/// reason: "listen 0.0.0.0:53: bind UDP: Permission denied; ...".
Result<FileDescriptor> open_udp(const SocketAddress& address, Bind bind, const SocketOptions& options);
Result<FileDescriptor> open_tcp(const SocketAddress& address, Bind bind);

}  // namespace signpost
