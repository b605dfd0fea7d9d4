#include "tests/support/dns/client.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <poll.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"

namespace signpost::test {

namespace {

using Clock = std::chrono::steady_clock;

FileDescriptor connect_to(const SocketAddress& server, int type) {
  FileDescriptor socket(::socket(server.ip.is_v6() ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0));
  const auto raw = to_raw(server);
  if (::connect(socket.get(), raw.get(), raw.size) != 0)
    throw std::runtime_error("connect to " + server.to_string() + ": " + std::strerror(errno));
  return socket;
}

bool readable_until(int socket, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    if (left < 0) return false;
    pollfd entry{socket, POLLIN, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(left));
    if (count > 0) return true;
    if (count == 0 || errno != EINTR) return false;
  }
}

}  // namespace

UdpClient::UdpClient(const SocketAddress& server) : socket_(connect_to(server, SOCK_DGRAM)) {}

void UdpClient::send(const Bytes& message) {
  if (::send(socket_.get(), message.data(), message.size(), 0) < 0)
    throw std::runtime_error(std::strerror(errno));
}

std::optional<Bytes> UdpClient::receive(milliseconds patience) {
  if (!readable_until(socket_.get(), Clock::now() + patience)) return std::nullopt;
  Bytes reply(65536);
  const auto count = ::recv(socket_.get(), reply.data(), reply.size(), 0);
  if (count < 0) return std::nullopt;
  reply.resize(static_cast<std::size_t>(count));
  return reply;
}

std::optional<Bytes> UdpClient::ask(const Bytes& message) {
  send(message);
  return receive();
}

TcpClient::TcpClient(const SocketAddress& server) : socket_(connect_to(server, SOCK_STREAM)) {}

void TcpClient::send_raw(const Bytes& octets) {
  for (std::size_t sent = 0; sent < octets.size();) {
    const auto count = ::send(socket_.get(), octets.data() + sent, octets.size() - sent, MSG_NOSIGNAL);
    if (count < 0) return;  // closed by the server: receive() will tell
    sent += static_cast<std::size_t>(count);
  }
}

void TcpClient::send(const Bytes& message) { send_raw(u16(static_cast<unsigned>(message.size())) + message); }

bool TcpClient::read_exactly(std::uint8_t* to, std::size_t count, milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  for (std::size_t got = 0; got < count;) {
    if (!readable_until(socket_.get(), deadline)) return false;
    const auto now = ::recv(socket_.get(), to + got, count - got, 0);
    if (now <= 0) return false;
    got += static_cast<std::size_t>(now);
  }
  return true;
}

std::optional<Bytes> TcpClient::receive(milliseconds patience) {
  std::uint8_t length[2];
  if (!read_exactly(length, 2, patience)) return std::nullopt;
  Bytes reply(static_cast<std::size_t>(length[0] << 8 | length[1]));
  if (!read_exactly(reply.data(), reply.size(), patience)) return std::nullopt;
  return reply;
}

std::optional<Bytes> TcpClient::ask(const Bytes& message) {
  send(message);
  return receive();
}

bool TcpClient::closed(milliseconds patience) {
  if (!readable_until(socket_.get(), Clock::now() + patience)) return false;
  std::uint8_t octet;
  return ::recv(socket_.get(), &octet, 1, 0) <= 0;
}

void TcpClient::half_close() { ::shutdown(socket_.get(), SHUT_WR); }

void TcpClient::reset() {
  const linger hard{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  socket_.reset();
}

}  // namespace signpost::test
