#include "dns/transport/socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/time.h>

namespace signpost {

namespace {

constexpr int kListenBacklog = 1024;
constexpr int kFreePortAttempts = 64;

bool set_option(int fd, int level, int name, int value) noexcept {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

Error failure(const SocketAddress& address, std::string_view what, int error) {
  std::string text = "listen " + address.to_string() + ": " + std::string(what) + ": " + std::strerror(error);
  if (error == EACCES && address.port < 1024)
    text += "; ports below 1024 need CAP_NET_BIND_SERVICE or net.ipv4.ip_unprivileged_port_start";
  if (error == EADDRINUSE) text += "; another program listens there";
  if (error == EADDRNOTAVAIL) text += "; no interface of this machine has that address";
  return Error{std::move(text)};
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

void set_udp_options(int fd, const SocketAddress& address, const SocketOptions& options) noexcept {
  const bool v6 = address.ip.is_v6();
  set_buffers(fd, options.receive_buffer_octets);
  // A socket with one address replies from it anyway; only a wildcard must ask which one was asked (H3).
  if (address.ip.is_unspecified())
    (void)set_option(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
}

Result<FileDescriptor> open_bound(const SocketAddress& address, int type, bool first) {
  const std::string_view kind = type == SOCK_DGRAM ? "UDP" : "TCP";
  const int family = address.ip.is_v6() ? AF_INET6 : AF_INET;
  FileDescriptor fd(::socket(family, type | SOCK_CLOEXEC | (type == SOCK_STREAM ? SOCK_NONBLOCK : 0), 0));
  if (!fd) return failure(address, "socket " + std::string(kind), errno);
  if (family == AF_INET6) (void)set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (type == SOCK_STREAM) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // The first one binds without SO_REUSEPORT: it must find out whether another program of ours sits there,
  // and port 0 must not be given a port that somebody shares. The option is set right after, for the other
  // workers.
  if (!first) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  const auto raw = to_raw(address);
  if (::bind(fd.get(), raw.get(), raw.size) != 0) return failure(address, "bind " + std::string(kind), errno);
  if (first) (void)set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  return fd;
}

SocketAddress bound_address(int fd) noexcept {
  RawAddress raw;
  raw.size = sizeof raw.storage;
  auto* address = reinterpret_cast<sockaddr*>(&raw.storage);
  return ::getsockname(fd, address, &raw.size) == 0 ? from_raw(address) : SocketAddress{};
}

Result<ListenSockets> open_pair(const SocketAddress& address, bool first, const SocketOptions& options) {
  auto udp = open_bound(address, SOCK_DGRAM, first);
  if (!udp) return udp.error();
  set_udp_options(udp->get(), address, options);
  auto tcp_address = address;
  tcp_address.port = bound_address(udp->get()).port;
  auto tcp = open_bound(tcp_address, SOCK_STREAM, first);
  if (!tcp) return tcp.error();
  (void)set_option(tcp->get(), IPPROTO_TCP, TCP_NODELAY, 1);  // accepted sockets inherit it
  if (::listen(tcp->get(), kListenBacklog) != 0) return failure(tcp_address, "listen TCP", errno);
  return ListenSockets{std::move(*udp), std::move(*tcp)};
}

Result<ListenSockets> open_first_pair(const SocketAddress& address, const SocketOptions& options) {
  auto pair = open_pair(address, true, options);
  // The kernel chose the UDP port; TCP may be taken there. Another draw, then.
  for (int i = 0; address.port == 0 && !pair && i < kFreePortAttempts; ++i)
    pair = open_pair(address, true, options);
  return pair;
}

}  // namespace

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

Result<ListenGroup> open_listen_group(const SocketAddress& address, unsigned workers,
                                      const SocketOptions& options) {
  auto first = open_first_pair(address, options);
  if (!first) return first.error();
  ListenGroup group{bound_address(first->udp.get()), {}};
  group.workers.push_back(std::move(*first));
  while (group.workers.size() < workers) {
    auto pair = open_pair(group.bound, false, options);
    if (!pair) return pair.error();
    group.workers.push_back(std::move(*pair));
  }
  return group;
}

}  // namespace signpost
