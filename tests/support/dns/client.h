// A stub resolver's sockets for tests: one UDP or TCP socket each, with deadlines and nothing hidden.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "dns/base/ip_address.h"
#include "dns/transport/file_descriptor.h"
#include "tests/support/dns/message.h"

namespace signpost::test {

using std::chrono::milliseconds;

class UdpClient {
 public:
  /// Connected: a reply from any other address or port is not seen (H3).
  explicit UdpClient(const SocketAddress& server);
  void send(const Bytes& message);
  std::optional<Bytes> receive(milliseconds patience = milliseconds(5000));
  std::optional<Bytes> ask(const Bytes& message);
  int descriptor() const { return socket_.get(); }

 private:
  FileDescriptor socket_;
};

class TcpClient {
 public:
  explicit TcpClient(const SocketAddress& server);
  /// The octets as they are.
  void send_raw(const Bytes& octets);
  /// With the length in front, in one piece.
  void send(const Bytes& message);
  /// One message without its length; none when the server closed or nothing came in time.
  std::optional<Bytes> receive(milliseconds patience = milliseconds(5000));
  std::optional<Bytes> ask(const Bytes& message);
  /// True: the server closes (or resets) in time, with nothing more to read.
  bool closed(milliseconds patience = milliseconds(5000));
  void half_close();
  void reset();
  bool connected() const { return static_cast<bool>(socket_); }
  int descriptor() const { return socket_.get(); }

 private:
  bool read_exactly(std::uint8_t* to, std::size_t count, milliseconds patience);
  FileDescriptor socket_;
};

}  // namespace signpost::test
