#include <atomic>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"
#include "dns/transport/udp_batch.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

const std::vector<SocketAddress> kWildcards = {*SocketAddress::parse("0.0.0.0:0"),
                                               *SocketAddress::parse("[::]:0")};

SocketAddress at(const char* ip, const SocketAddress& server) { return {*IpAddress::parse(ip), server.port}; }

TEST(Udp, H3_wildcard_replies_come_from_the_address_that_was_asked) {
  TestServer server({}, 2, kWildcards);
  // The clients are connected: a reply from another address would never be seen.
  for (const char* ip : {"127.0.0.1", "127.0.0.2", "127.3.2.1"})
    EXPECT_EQ(tell(UdpClient(at(ip, server.v4())).ask(query("a.test.", RRType::A))), kAnswer) << ip;
  EXPECT_EQ(tell(UdpClient(at("::1", server.v6())).ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Udp, H3_holds_for_deferred_answers) {
  TestServer server({}, 1, kWildcards);
  UdpClient v4(at("127.3.2.1", server.v4())), v6(at("::1", server.v6()));
  for (auto* client : {&v4, &v6}) {
    client->send(query("defer.test.", RRType::A));
    const auto ticket = server.responders.deferred.pop();
    ASSERT_TRUE(ticket);
    EXPECT_TRUE(ticket->mailbox->resume(ticket->ticket));
    EXPECT_EQ(tell(client->receive()), "NOERROR aa; defer.test. A; 1/0/0");
  }
}

TEST(Udp, V6OnlySocketsLeaveV4Alone) {
  // Both families on one port: only possible, and only right, with IPV6_V6ONLY. Somebody else may hold the
  // IPv4 port that IPv6 got, so another one is tried then.
  TestResponders responders;
  std::string refusal = "not tried";
  for (int attempt = 0; attempt < 20; ++attempt) {
    TestServer v6({}, 1, {*SocketAddress::parse("[::]:0")});
    const SocketAddress same_port{*IpAddress::parse("0.0.0.0"), v6.server->addresses()[0].port};
    const auto v4 = Server::start({same_port}, 1, {}, responders);
    if (!v4) {
      refusal = v4.error().message;
      continue;
    }
    EXPECT_EQ(tell(UdpClient(at("127.0.0.1", same_port)).ask(query("a.test.", RRType::A))), kAnswer);
    EXPECT_EQ(v6.server->counters().queries[0][0], 0u);
    return;
  }
  FAIL() << refusal;
}

TEST(Udp, H2_source_port_0_gets_no_reply) {
  // No UDP socket sends from port 0, so the datagram is written by hand.
  TestServer server;
  FileDescriptor raw(::socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
  if (!raw) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this test needs CAP_NET_RAW";
    GTEST_SKIP() << "needs CAP_NET_RAW";
  }
  const auto message = query("a.test.", RRType::A);
  const Bytes datagram =
      u16(0) + u16(server.v4().port) + u16(static_cast<unsigned>(message.size() + 8)) + u16(0) + message;
  const auto to = to_raw({server.v4().ip, 0});
  ASSERT_EQ(::sendto(raw.get(), datagram.data(), datagram.size(), 0, to.get(), to.size),
            static_cast<ssize_t>(datagram.size()));
  EXPECT_TRUE(server.eventually(
      [](const CounterTotals& totals) { return totals.dropped[std::size_t(Drop::SourcePortZero)] == 1; }));
  EXPECT_EQ(server.server->counters().all_zones.rcodes[0], 0u);
}

TEST(Udp, H12_a_datagram_longer_than_any_query_is_formerr) {
  TestServer server;
  UdpClient client(server.v4());
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A) + Bytes(5000, 0))), "FORMERR; -; 0/0/0");
  EXPECT_EQ(tell(client.ask(edns_query("a.test.", RRType::A, opt(1232, 0, option(65001, Bytes(5000, 1)))))),
            "FORMERR; -; 0/0/0; opt 1232");
}

TEST(Udp, EveryQueryOfABurstIsAnsweredOnce) {
  TestServer server({}, 2);
  UdpClient client(server.v6());
  constexpr unsigned kBurst = 200;  // what the client's own socket holds: 256 by default
  for (unsigned id = 0; id < kBurst; ++id)
    client.send(header({.id = id}) + question(id % 2 == 0 ? "a.test." : "no.test.", RRType::A));
  std::vector<int> seen(kBurst);
  for (unsigned i = 0; i < kBurst; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << i;
    const unsigned id = static_cast<unsigned>((*reply)[0]) << 8 | (*reply)[1];
    ASSERT_LT(id, kBurst);
    EXPECT_EQ(describe(*reply), id % 2 == 0 ? kAnswer : "NXDOMAIN aa; no.test. A; 0/1/0");
    ++seen[id];
  }
  EXPECT_EQ(seen, std::vector<int>(kBurst, 1));
}

TEST(Udp, DroppedQueriesLeaveTheBatchInOrder) {
  TestServer server;
  UdpClient client(server.v4());
  for (unsigned id = 0; id < 30; ++id)
    client.send(header({.id = id}) + question(id % 3 == 0 ? "a.test." : "drop.test.", RRType::A));
  for (unsigned id = 0; id < 30; id += 3) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ((*reply)[1], id);
  }
}

/// The machine's clocks, but the wall clock is `ahead`, so that datagrams look older than they are.
class AheadClock final : public Clock {
 public:
  Monotonic now() const noexcept override { return system_clock().now(); }
  WallTime wall() const noexcept override { return system_clock().wall() + ahead.load(); }
  std::atomic<milliseconds> ahead{milliseconds(0)};
};

TEST(Udp, B18_queries_that_waited_too_long_are_dropped) {
  AheadClock clock;
  ServerOptions options;
  options.clock = &clock;
  TestServer server(options, 1, {*SocketAddress::parse("127.0.0.1:0"), *SocketAddress::parse("[::]:0")});
  const auto v6 = SocketAddress{*IpAddress::parse("::1"), server.v6().port};
  UdpClient first(server.v4()), second(v6);
  const auto too_old = [&] { return server.server->counters().dropped[std::size_t(Drop::TooOld)]; };
  EXPECT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_EQ(tell(second.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_EQ(too_old(), 0u);
  clock.ahead = milliseconds(600);
  first.send(query("a.test.", RRType::A));
  second.send(query("a.test.", RRType::A));
  EXPECT_TRUE(server.eventually([&](const auto&) { return too_old() == 2; }));
  for (const auto set : {milliseconds(400), milliseconds(600000), milliseconds(-5000)}) {
    clock.ahead = set;
    EXPECT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer)
        << "young enough, or a clock that was set";
    EXPECT_EQ(tell(second.ask(query("a.test.", RRType::A))), kAnswer);
  }
  EXPECT_EQ(too_old(), 2u);
}

}  // namespace
}  // namespace signpost::test
