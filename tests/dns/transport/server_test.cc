#include "dns/transport/server.h"

#include <thread>

#include <gtest/gtest.h>

#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

/// Asks all workers and waits until each has answered; false: one did not, `within` that time.
bool alive(Server& server, Duration within) {
  const auto asked = system_clock().now();
  server.ask_all();
  while (server.oldest_sign() <= asked) {
    if (system_clock().now() - asked > within) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(Server, PortInUseIsSaidPlainly) {
  TestServer server;
  TestResponders responders;
  const auto second = Server::start({server.v4()}, 1, {}, responders);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("listen " + server.v4().to_string()), std::string::npos)
      << second.error().message;
  EXPECT_NE(second.error().message.find("another program listens there"), std::string::npos);
}

TEST(Server, ForeignAddressIsSaidPlainly) {
  TestResponders responders;
  const auto server = Server::start({*SocketAddress::parse("192.0.2.77:0")}, 1, {}, responders);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("no interface of this machine has that address"), std::string::npos)
      << server.error().message;
}

TEST(Server, WorkersShareThePortAndTheWork) {
  TestServer server({}, 2);
  EXPECT_EQ(server.server->worker_count(), 2u);
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(tell(UdpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer);
    ASSERT_EQ(tell(TcpClient(server.v6()).ask(query("a.test.", RRType::A))), kAnswer);
  }
  const auto totals = server.server->counters();
  EXPECT_EQ(totals.queries[0][0], 64u);
  EXPECT_EQ(totals.queries[1][1], 64u);
  EXPECT_EQ(totals.all_zones.rcodes[0], 128u);
  EXPECT_EQ(totals.tcp_accepted, 64u);
}

TEST(Server, AliveWhileIdleAndWhileBusy) {
  TestServer server({}, 2);
  EXPECT_TRUE(alive(*server.server, std::chrono::seconds(5)));
  std::atomic<bool> done{false};
  std::thread load([&] {
    UdpClient client(server.v4());
    while (!done) client.ask(query("a.test.", RRType::A));
  });
  EXPECT_TRUE(alive(*server.server, std::chrono::seconds(5)));
  done = true;
  load.join();
}

/// A responder that hangs until it is let go.
struct Hanging final : Responder, ResponderFactory {
  void begin_batch() noexcept override {}
  void idle() noexcept override {}
  Outcome respond(const QueryContext&, const Query&, Response&) noexcept override {
    inner->entered = true;
    while (!inner->released) std::this_thread::yield();
    return Outcome::Answered;
  }
  std::unique_ptr<Responder> make_responder(unsigned) override {
    auto made = std::make_unique<Hanging>();
    made->inner = inner;
    return made;
  }
  struct Gate {
    std::atomic<bool> entered{false}, released{false};
  };
  std::shared_ptr<Gate> inner = std::make_shared<Gate>();
};

TEST(Server, HangingWorkerIsNotAlive) {
  Hanging factory;
  auto server = Server::start({*SocketAddress::parse("127.0.0.1:0")}, 1, {}, factory);
  ASSERT_TRUE(server);
  UdpClient client((*server)->addresses()[0]);
  client.send(query("a.test.", RRType::A));
  while (!factory.inner->entered) std::this_thread::yield();
  EXPECT_FALSE(alive(**server, milliseconds(50)));
  factory.inner->released = true;
  EXPECT_TRUE(alive(**server, std::chrono::seconds(5)));
  EXPECT_TRUE(client.receive());
}

TEST(Server, StopAnswersWhatHasCome) {
  TestServer server({}, 2);
  std::vector<std::unique_ptr<UdpClient>> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<UdpClient>(server.v4()));
    clients.back()->send(query("a.test.", RRType::A));
  }
  server.server->stop();
  for (auto& client : clients) EXPECT_EQ(tell(client->receive()), kAnswer);
  EXPECT_THROW(TcpClient(server.v4()).ask(query("a.test.", RRType::A)).value(), std::exception);
}

TEST(Server, StopEndsTcpQuickly) {
  TestServer server;
  TcpClient idle(server.v4()), partial(server.v4());
  ASSERT_EQ(tell(idle.ask(query("a.test.", RRType::A))), kAnswer);
  partial.send_raw(u16(100));
  const auto start = std::chrono::steady_clock::now();
  server.server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace signpost::test
