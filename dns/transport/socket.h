// The sockets that a server listens on: one pair (UDP, TCP) for each listen address and worker.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

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

struct ListenSockets {
  FileDescriptor udp, tcp;
};

struct ListenGroup {
  SocketAddress bound;                 // with the port that port 0 became
  std::vector<ListenSockets> workers;  // one each, sharing the port by SO_REUSEPORT
};

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

/// Opens UDP and TCP on `address` for `workers` workers. Port 0: one that is free for both. Errors name the
/// address and the reason: "listen 0.0.0.0:53: bind UDP: Permission denied; ...".
Result<ListenGroup> open_listen_group(const SocketAddress& address, unsigned workers,
                                      const SocketOptions& options);

}  // namespace signpost
