#include "dns/transport/socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/time.h>

#include "dns/base/socket_trouble.h"
#include "dns/transport/heavy_sources.h"

namespace signpost {

namespace {

constexpr int kListenBacklog = 1024;

bool set_option(int fd, int level, int name, int value) noexcept {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

Error failure(const SocketAddress& address, std::string_view what, int error) {
  return Error{"listen " + address.to_string() + ": " + std::string(what) + ": " +
               socket_trouble(error, address.port)};
}

/// Enough to sit out a scheduling pause: 4 MiB hold 10,000 queries (facts: size of a queue entry is 832
/// octets).
void set_buffers(int fd, int receive_octets) noexcept {
  set_receive_buffer(fd, receive_octets);
  (void)set_option(fd, SOL_SOCKET, SO_SNDBUF, 1 << 20);
  // A full device queue holds a worker for so long, then the reply is dropped and counted.
  const timeval patience{0, 20000};
  (void)::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Result<FileDescriptor> open_bound(const SocketAddress& address, int type, Bind bind) {
  const std::string_view kind = type == SOCK_DGRAM ? "UDP" : "TCP";
  const int family = address.ip.is_v6() ? AF_INET6 : AF_INET;
  FileDescriptor fd(::socket(family, type | SOCK_CLOEXEC | (type == SOCK_STREAM ? SOCK_NONBLOCK : 0), 0));
  if (!fd) return failure(address, "socket " + std::string(kind), errno);
  if (family == AF_INET6) (void)set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (type == SOCK_STREAM) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // Without SO_REUSEPORT it finds out whether another program of ours sits there, and is not given a port
  // that somebody shares. The option is set right after, for the other workers.
  if (bind == Bind::BesideOurs) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  const auto raw = to_raw(address);
  if (::bind(fd.get(), raw.get(), raw.size) != 0) return failure(address, "bind " + std::string(kind), errno);
  if (bind == Bind::Alone) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  return fd;
}

}  // namespace

SocketAddress bound_address(int descriptor) noexcept {
  RawAddress raw;
  raw.size = sizeof raw.storage;
  auto* address = reinterpret_cast<sockaddr*>(&raw.storage);
  return ::getsockname(descriptor, address, &raw.size) == 0 ? from_raw(address) : SocketAddress{};
}

void set_udp_options(int descriptor, const SocketAddress& bound, const SocketOptions& options) noexcept {
  const bool v6 = bound.ip.is_v6();
  set_buffers(descriptor, options.receive_buffer_octets);
  // A socket with one address replies from it anyway; only a wildcard must ask which one was asked (H3).
  if (bound.ip.is_unspecified())
    (void)set_option(descriptor, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
  (void)filter_sources(descriptor, v6, {});
}

void set_tcp_options(int descriptor) noexcept {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags >= 0) (void)::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  (void)set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit it
}

/// A connected socket gets only what its peer sends, and nobody sends from the port "discard"; with
/// SO_REUSEPORT the kernel deals to those of the group that have no peer (reuseport_select_sock()).
void receive_no_more(int udp, const SocketAddress& bound) noexcept {
  constexpr std::uint16_t kDiscard = 9;
  auto peer = bound.ip;
  if (peer.is_unspecified()) peer = *IpAddress::parse(peer.is_v6() ? "::1" : "127.0.0.1");
  const auto raw = to_raw({peer, kDiscard});
  (void)::connect(udp, raw.get(), raw.size);
}

Result<FileDescriptor> open_udp(const SocketAddress& address, Bind bind, const SocketOptions& options) {
  auto socket = open_bound(address, SOCK_DGRAM, bind);
  if (socket) set_udp_options(socket->get(), address, options);
  return socket;
}

Result<FileDescriptor> open_tcp(const SocketAddress& address, Bind bind) {
  auto socket = open_bound(address, SOCK_STREAM, bind);
  if (!socket) return socket;
  set_tcp_options(socket->get());
  if (::listen(socket->get(), kListenBacklog) != 0) return failure(address, "listen TCP", errno);
  return socket;
}

void set_receive_buffer(int udp, int octets) noexcept {
  if (!set_option(udp, SOL_SOCKET, SO_RCVBUFFORCE, octets))
    (void)set_option(udp, SOL_SOCKET, SO_RCVBUF, octets);
}

void limit_fragments(int udp, bool v6, std::size_t reply_octets_max) noexcept {
  constexpr std::size_t kAlwaysFits = 1500 - 40 - 8;
  const bool may_cut = reply_octets_max > kAlwaysFits;
  if (v6) {
    (void)set_option(udp, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                     may_cut ? IPV6_PMTUDISC_OMIT : IPV6_PMTUDISC_PROBE);
  } else {
    (void)set_option(udp, IPPROTO_IP, IP_MTU_DISCOVER, may_cut ? IP_PMTUDISC_OMIT : IP_PMTUDISC_PROBE);
  }
}

RawAddress to_raw(const SocketAddress& address, std::uint32_t scope) noexcept {
  RawAddress raw;
  const auto octets = address.ip.octets();
  if (address.ip.is_v6()) {
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&raw.storage);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(address.port);
    in6->sin6_scope_id = scope;
    std::memcpy(&in6->sin6_addr, octets.data(), 16);
    raw.size = sizeof *in6;
  } else {
    auto* in4 = reinterpret_cast<sockaddr_in*>(&raw.storage);
    in4->sin_family = AF_INET;
    in4->sin_port = htons(address.port);
    std::memcpy(&in4->sin_addr, octets.data(), 4);
    raw.size = sizeof *in4;
  }
  return raw;
}

}  // namespace signpost
