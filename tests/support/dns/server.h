// A server with TestResponder on loopback ports of its own, in either family.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "dns/transport/server.h"
#include "tests/support/dns/client.h"
#include "tests/support/dns/responder.h"
#include "tests/support/dns/rows.h"

namespace signpost::test {

struct TestServer {
  explicit TestServer(ServerOptions options = {}, unsigned workers = 1,
                      const std::vector<SocketAddress>& addresses = {*SocketAddress::parse("127.0.0.1:0"),
                                                                     *SocketAddress::parse("[::1]:0")}) {
    auto started = Server::start(addresses, workers, options, responders);
    if (!started) throw std::runtime_error(started.error().message);
    server = std::move(*started);
  }
  SocketAddress v4() const { return server->addresses()[0]; }
  SocketAddress v6() const { return server->addresses()[1]; }
  /// Waits, five seconds at most, until the counters say so.
  template <class Condition>
  bool eventually(Condition condition) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!condition(server->counters())) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  TestResponders responders;
  std::unique_ptr<Server> server;
};

inline std::string tell(const std::optional<Bytes>& reply) { return reply ? describe(*reply) : kSilence; }

inline const std::string kAnswer = "NOERROR aa; a.test. A; 1/0/0";

}  // namespace signpost::test
