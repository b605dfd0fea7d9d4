// The ruler: what recvmmsg and sendmmsg alone can do on this core. Sends every datagram back as it came.
//
//   echo_ruler 127.0.0.1:PORT
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace {

constexpr unsigned kDatagrams = 64;
constexpr std::size_t kStride = 4096 + 64;

alignas(64) std::array<char, kDatagrams * kStride> octets;
std::array<mmsghdr, kDatagrams> messages;
std::array<iovec, kDatagrams> slices;
std::array<sockaddr_in, kDatagrams> peers;

int open_socket(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  if (::inet_pton(AF_INET, address.substr(0, colon).c_str(), &own.sin_addr) != 1) return -1;
  const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
  const int buffer = 4 << 20;
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 ? fd : -1;
}

}  // namespace

int main(int count, char** arguments) {
  const int fd = count == 2 ? open_socket(arguments[1]) : -1;
  if (fd < 0) {
    std::fprintf(stderr, "usage: echo_ruler IPV4:PORT (free)\n");
    return 2;
  }
  for (unsigned i = 0; i < kDatagrams; ++i) {
    slices[i].iov_base = octets.data() + i * kStride;
    messages[i].msg_hdr.msg_iov = &slices[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    messages[i].msg_hdr.msg_name = &peers[i];
  }
  for (;;) {
    for (unsigned i = 0; i < kDatagrams; ++i) {
      slices[i].iov_len = 4096;
      messages[i].msg_hdr.msg_namelen = sizeof peers[i];
    }
    const int received = ::recvmmsg(fd, messages.data(), kDatagrams, MSG_WAITFORONE, nullptr);
    if (received <= 0) continue;
    for (int i = 0; i < received; ++i)
      slices[static_cast<unsigned>(i)].iov_len = messages[static_cast<unsigned>(i)].msg_len;
    for (int sent = 0; sent < received;) {
      const int now = ::sendmmsg(fd, messages.data() + sent, static_cast<unsigned>(received - sent), 0);
      sent += now > 0 ? now : 1;
    }
  }
}
