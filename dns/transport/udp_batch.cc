#include "dns/transport/udp_batch.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <utility>

#include "dns/transport/socket.h"

namespace signpost {

namespace {

/// What the kernel says about a datagram; null when it does not.
cmsghdr* find_control(const msghdr& header, int level, int type) noexcept {
  auto* control = CMSG_FIRSTHDR(&header);
  while (control != nullptr && (control->cmsg_level != level || control->cmsg_type != type))
    control = CMSG_NXTHDR(const_cast<msghdr*>(&header), control);
  return control;
}

cmsghdr* find_packet_info(const msghdr& header) noexcept {
  const bool v6 = reinterpret_cast<const sockaddr*>(header.msg_name)->sa_family == AF_INET6;
  return v6 ? find_control(header, IPPROTO_IPV6, IPV6_PKTINFO) : find_control(header, IPPROTO_IP, IP_PKTINFO);
}

/// The kernel's word on the address that was asked, ready to be sent back as the address to reply from.
template <class Info>
Info* packet_info(const msghdr& header) noexcept {
  auto* control = find_packet_info(header);
  return control == nullptr ? nullptr : reinterpret_cast<Info*>(CMSG_DATA(control));
}

/// The interface is for the routing table to find, unless the address means nothing without it.
void forget_interface(msghdr& header) noexcept {
  if (reinterpret_cast<const sockaddr*>(header.msg_name)->sa_family == AF_INET) {
    if (auto* info = packet_info<in_pktinfo>(header)) info->ipi_ifindex = 0;
  } else if (auto* info = packet_info<in6_pktinfo>(header)) {
    if (!IN6_IS_ADDR_LINKLOCAL(&info->ipi6_addr)) info->ipi6_ifindex = 0;
  }
}

}  // namespace

UdpBatch::UdpBatch(std::size_t response_octets_max)
    : response_octets_max_(response_octets_max),
      response_stride_((response_octets_max / 64 | 1) * 64 + 128),
      queries_(new std::uint8_t[kDatagrams * kQueryStride]),
      responses_(new std::uint8_t[kDatagrams * response_stride_]) {
  for (unsigned i = 0; i < kDatagrams; ++i) {
    incoming_octets_[i] = {queries_.get() + i * kQueryStride, kQueryOctetsMax};
    incoming_[i].msg_hdr.msg_iov = &incoming_octets_[i];
    incoming_[i].msg_hdr.msg_iovlen = 1;
    incoming_[i].msg_hdr.msg_name = &peers_[i];
    outgoing_octets_[i].iov_base = responses_.get() + i * response_stride_;
    outgoing_[i].msg_hdr.msg_iov = &outgoing_octets_[i];
    outgoing_[i].msg_hdr.msg_iovlen = 1;
  }
}

unsigned UdpBatch::receive(int socket, bool wildcard) noexcept {
  // The kernel wrote into the headers of the last batch only; all others are as they were left.
  if (std::exchange(wildcard_, wildcard) != wildcard) used_ = kDatagrams;
  for (unsigned i = 0; i < used_; ++i) {
    auto& header = incoming_[i].msg_hdr;
    header.msg_namelen = sizeof peers_[i];
    const bool asks = wildcard || stamp_all_ || i == 0;
    header.msg_control = asks ? controls_[i].octets.data() : nullptr;
    header.msg_controllen = asks ? kControlOctets : 0;
  }
  outgoing_count_ = 0;
  const int count = ::recvmmsg(socket, incoming_.data(), kDatagrams, MSG_DONTWAIT, nullptr);
  used_ = count > 0 ? static_cast<unsigned>(count) : 0;
  return used_;
}

void UdpBatch::stamp_all(bool on) noexcept {
  if (std::exchange(stamp_all_, on) != on) used_ = kDatagrams;
}

std::optional<Duration> UdpBatch::age(unsigned index, WallTime now) const noexcept {
  const auto* control = find_control(incoming_[index].msg_hdr, SOL_SOCKET, SCM_TIMESTAMPING);
  if (control == nullptr) return std::nullopt;
  timespec stamp{};  // the first of three: the kernel's; the others are the network card's
  std::memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
  const auto arrived = std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec);
  return std::chrono::duration_cast<Duration>(now.time_since_epoch() - arrived);
}

void UdpBatch::fill(unsigned index, bool wildcard, QueryContext& context) const noexcept {
  context.peer = from_raw(reinterpret_cast<const sockaddr*>(&peers_[index]));
  if (!wildcard) return;
  const auto& header = incoming_[index].msg_hdr;
  if (context.peer.ip.is_v4()) {
    if (const auto* info = packet_info<in_pktinfo>(header)) {
      std::array<std::uint8_t, 4> octets;
      std::memcpy(octets.data(), &info->ipi_spec_dst, 4);
      context.local.ip = IpAddress::v4(octets);
    }
  } else if (const auto* info = packet_info<in6_pktinfo>(header)) {
    std::array<std::uint8_t, 16> octets;
    std::memcpy(octets.data(), &info->ipi6_addr, 16);
    context.local.ip = IpAddress::v6(octets);
  }
}

std::uint32_t UdpBatch::scope(unsigned index) const noexcept {
  return peers_[index].sin6_family == AF_INET6 ? peers_[index].sin6_scope_id : 0;
}

void UdpBatch::reply(unsigned index, std::size_t octets) noexcept {
  auto& from = incoming_[index].msg_hdr;
  auto& to = outgoing_[outgoing_count_].msg_hdr;
  to.msg_name = from.msg_name;
  to.msg_namelen = from.msg_namelen;
  auto* info = wildcard_ ? find_packet_info(from) : nullptr;
  to.msg_control = info;
  to.msg_controllen = info == nullptr ? 0 : CMSG_ALIGN(info->cmsg_len);
  if (info != nullptr) forget_interface(to);
  outgoing_octets_[outgoing_count_++].iov_len = octets;
}

unsigned UdpBatch::send(int socket) noexcept {
  unsigned sent = 0, refused = 0;
  while (sent < outgoing_count_) {
    const int count = ::sendmmsg(socket, outgoing_.data() + sent, outgoing_count_ - sent, 0);
    if (count > 0) {
      sent += static_cast<unsigned>(count);
    } else if (errno != EINTR) {
      ++sent;  // the kernel stops at the first that it refuses: a firewall, no route, a full queue
      ++refused;
    }
  }
  outgoing_count_ = 0;
  return refused;
}

bool send_datagram(int socket, std::span<const std::uint8_t> octets, const SocketAddress& local,
                   bool wildcard, const SocketAddress& peer, std::uint32_t scope) noexcept {
  auto to = to_raw(peer, scope);
  iovec data{const_cast<std::uint8_t*>(octets.data()), octets.size()};
  msghdr header{};
  header.msg_name = &to.storage;
  header.msg_namelen = to.size;
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> space{};
  if (wildcard) {
    const bool v6 = local.ip.is_v6();
    header.msg_control = space.data();
    header.msg_controllen = v6 ? CMSG_SPACE(sizeof(in6_pktinfo)) : CMSG_SPACE(sizeof(in_pktinfo));
    auto* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    control->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
    control->cmsg_len = v6 ? CMSG_LEN(sizeof(in6_pktinfo)) : CMSG_LEN(sizeof(in_pktinfo));
    if (v6) {
      auto* info = packet_info<in6_pktinfo>(header);
      std::memcpy(&info->ipi6_addr, local.ip.octets().data(), 16);
      info->ipi6_ifindex = scope;
    } else {
      std::memcpy(&packet_info<in_pktinfo>(header)->ipi_spec_dst, local.ip.octets().data(), 4);
    }
  }
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &header, 0);
  while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

}  // namespace signpost
