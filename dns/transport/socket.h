// The sockets that a server listens on: one pair (UDP, TCP) for each listen address and worker.
#pragma once

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
/// AF_INET or AF_INET6; anything else gives 0.0.0.0:0.
SocketAddress from_raw(const sockaddr* raw) noexcept;

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

/// Opens UDP and TCP on `address` for `workers` workers. Port 0: one that is free for both. Errors name the
/// address and the reason: "listen 0.0.0.0:53: bind UDP: Permission denied; ...".
Result<ListenGroup> open_listen_group(const SocketAddress& address, unsigned workers,
                                      const SocketOptions& options);

}  // namespace signpost
