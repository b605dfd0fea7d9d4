// fz_tcp_stream: octets in chunks through the framing of one TCP connection, with the service's own epoll
// loop but no thread. Input: a length octet and so many octets of the stream, again and again. Every whole
// message is answered in order, or ignored, as over UDP (T2, T3); a length below 12 ends the connection
// behind the replies (T4); half-closed gets all of them (T7).
#include <cerrno>
#include <chrono>
#include <memory>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"
#include "dns/transport/tcp_service.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/support/dns/invariants.h"
#include "tests/zones/support/answer_path.h"

namespace {

using namespace signpost;
using test::Bytes;
using test::require;

/// One worker's TCP half, without its thread.
struct Service {
  Service() {
    auto opened = open_tcp(*SocketAddress::parse("127.0.0.1:0"), Bind::Alone);
    require(static_cast<bool>(opened), "a listener on loopback");
    listener = std::move(*opened);
    std::vector<int> listeners{listener.get()};
    service.replace_listeners(listeners);
  }

  /// Lets the service work on what has come; waits for the first event at most `patience_ms`.
  bool work(int patience_ms) {
    epoll_event events[8];
    const int count = ::epoll_wait(epoll.get(), events, 8, patience_ms);
    for (int i = 0; i < count; ++i) {
      const auto data = events[i].data.u64;
      const auto now = system_clock().now();
      if ((data & TcpService::kListenerTag) != 0) {
        service.on_listener(data, now);
      } else {
        service.on_connection(data, events[i].events, now);
      }
    }
    return count > 0;
  }

  test::AnswerPath path;
  ServerOptions options;
  RulesReader rules{*options.rules};
  WorkerCounters counters;
  FileDescriptor wake{::eventfd(0, EFD_NONBLOCK)}, epoll{::epoll_create1(0)};
  DeferralTable deferrals{4, std::chrono::seconds(1), wake.get()};
  std::unique_ptr<ConnectionLimits> limits =
      std::make_unique<ConnectionLimits>(TcpLimits{std::chrono::seconds(10), 64, 64});
  TcpService service{WorkerParts{0, options, path.responder(), rules, counters, deferrals}, *limits,
                     epoll.get()};
  FileDescriptor listener;
};

/// The other end: what it sends and everything that it receives.
struct Client {
  explicit Client(const SocketAddress& server) : socket(::socket(AF_INET, SOCK_STREAM, 0)) {
    const linger reset{1, 0};  // leaves no port waiting behind
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    const auto to = to_raw(server);
    require(::connect(socket.get(), to.get(), to.size) == 0, "connected");
    (void)::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  }
  void receive() {
    std::uint8_t octets[65536];
    ssize_t count = 0;
    while ((count = ::recv(socket.get(), octets, sizeof octets, 0)) > 0)
      received.insert(received.end(), octets, octets + count);
    closed |= count == 0 || errno == ECONNRESET;
  }

  FileDescriptor socket;
  Bytes received;
  bool closed = false;
};

/// The stream's messages as far as it is well-framed.
std::vector<Bytes> messages_in(const Bytes& stream) {
  std::vector<Bytes> messages;
  for (std::size_t at = 0; at + 2 <= stream.size();) {
    const std::size_t length = std::size_t{stream[at]} << 8 | stream[at + 1];
    if (length < 12 || at + 2 + length > stream.size()) break;
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(at + 2);
    messages.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(length));
    at += 2 + length;
  }
  return messages;
}

void check(const std::vector<Bytes>& asked, const Bytes& received) {
  std::size_t at = 0;
  for (const auto& message : asked) {
    if ((message[2] & 0x80) != 0) continue;  // a response: ignored
    require(at + 2 <= received.size(), "T3: every query has its reply");
    const std::size_t length = std::size_t{received[at]} << 8 | received[at + 1];
    require(at + 2 + length <= received.size(), "T2: whole replies");
    const std::span reply(received.data() + at + 2, length);
    const auto broken = test::broken_invariant(message, {Outcome::Answered, reply}, Transport::Tcp);
    require(broken.empty(), broken);
    at += 2 + length;
  }
  require(at == received.size(), "nothing but replies");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  static Service server;
  if (size > 4096) return 0;
  Client client(bound_address(server.listener.get()));
  Bytes stream;
  while (server.work(server.service.open_count() == 0 ? 1000 : 0)) {
  }
  for (std::size_t at = 0; at < size && !client.closed;) {
    const std::size_t length = std::min<std::size_t>(octets[at] + 1u, size - at - 1);
    stream.insert(stream.end(), octets + at + 1, octets + at + 1 + length);
    (void)::send(client.socket.get(), octets + at + 1, length, MSG_NOSIGNAL);
    at += 1 + length;
    while (server.work(0)) client.receive();
  }
  (void)::shutdown(client.socket.get(), SHUT_WR);
  const auto start = std::chrono::steady_clock::now();
  while (!client.closed) {
    (void)server.work(1);
    client.receive();
    require(std::chrono::steady_clock::now() - start < std::chrono::seconds(5),
            "T7: half-closed, so it ends");
  }
  check(messages_in(stream), client.received);
  while (server.service.open_count() > 0) (void)server.work(10);
  return 0;
}
