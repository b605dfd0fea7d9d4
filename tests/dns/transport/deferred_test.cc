// Answers that come later, over both transports.
#include <gtest/gtest.h>

#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

struct Road {
  const char* name;
  bool tcp;
};

/// UDP or TCP, by one name.
class Client {
 public:
  Client(const SocketAddress& server, bool tcp) {
    if (tcp) {
      tcp_.emplace(server);
    } else {
      udp_.emplace(server);
    }
  }
  void send(const Bytes& message) { tcp_ ? tcp_->send(message) : udp_->send(message); }
  std::optional<Bytes> receive() { return tcp_ ? tcp_->receive() : udp_->receive(); }
  std::optional<Bytes> ask(const Bytes& message) {
    send(message);
    return receive();
  }

 private:
  std::optional<UdpClient> udp_;
  std::optional<TcpClient> tcp_;
};

class Deferred : public testing::TestWithParam<Road> {
 protected:
  ServerOptions options_;
};

const Bytes kDefer = query("defer.test.", RRType::A);
const std::string kDeferredAnswer = "NOERROR aa; defer.test. A; 1/0/0";

TEST_P(Deferred, OtherQueriesGoFirst) {
  TestServer server;
  Client client(server.v4(), GetParam().tcp);
  client.send(kDefer);
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  EXPECT_TRUE(ticket->mailbox->resume(ticket->ticket));
  const auto reply = client.receive();
  EXPECT_EQ(tell(reply), kDeferredAnswer);
  EXPECT_EQ(addresses_in(*reply), "192.0.2.53");
  EXPECT_FALSE(ticket->mailbox->resume(ticket->ticket));
  const auto totals = server.server->counters();
  EXPECT_EQ(totals.deferred, 1u);
  EXPECT_EQ(totals.resumed, 1u);
  EXPECT_EQ(totals.queries[GetParam().tcp ? 1 : 0][0], 2u) << "a resumption is no query";
}

TEST_P(Deferred, ContextSurvives) {
  TestServer server;
  Client client(server.v6(), GetParam().tcp);
  client.send(query("twice.test.", RRType::A));
  const auto first = server.responders.deferred.pop();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->context.local, server.v6());
  EXPECT_EQ(first->context.transport, GetParam().tcp ? Transport::Tcp : Transport::Udp);
  first->mailbox->resume(first->ticket);
  const auto second = server.responders.deferred.pop();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->context.resumed, 1u);
  EXPECT_EQ(second->context.peer, first->context.peer);
  EXPECT_EQ(second->context.received, first->context.received);
  EXPECT_NE(second->ticket, first->ticket);
  second->mailbox->resume(second->ticket);
  EXPECT_EQ(tell(client.receive()), "NOERROR aa; twice.test. A; 1/0/0");
}

TEST_P(Deferred, NobodyResumes) {
  options_.deferral_deadline = milliseconds(100);
  TestServer server(options_);
  Client client(server.v4(), GetParam().tcp);
  EXPECT_EQ(tell(client.ask(edns_query("defer.test.", RRType::A, opt()))),
            "SERVFAIL; defer.test. A; 0/0/0; opt 1232 ede 23");
  EXPECT_EQ(tell(client.ask(edns_query("forever.test.", RRType::A, opt()))),
            "SERVFAIL; forever.test. A; 0/0/0; opt 1232 ede 0")
      << "a responder that defers even then";
  EXPECT_EQ(server.server->counters().deferrals_expired, 2u);
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  EXPECT_FALSE(ticket->mailbox->resume(ticket->ticket)) << "too late";
}

TEST_P(Deferred, FullTableIsServfail) {
  options_.deferrals_per_worker = 2;
  TestServer server(options_);
  Client client(server.v4(), GetParam().tcp);
  client.send(kDefer);
  client.send(kDefer);
  EXPECT_EQ(tell(client.ask(kDefer)), "SERVFAIL; defer.test. A; 0/0/0");
  EXPECT_EQ(server.server->counters().deferrals_refused, 1u);
  for (int i = 0; i < 2; ++i) {
    const auto ticket = server.responders.deferred.pop();
    ASSERT_TRUE(ticket);
    ticket->mailbox->resume(ticket->ticket);
    EXPECT_EQ(tell(client.receive()), kDeferredAnswer);
  }
  client.send(kDefer);
  EXPECT_TRUE(server.responders.deferred.pop()) << "the refused one, whose ticket was 0";
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  EXPECT_TRUE(ticket->mailbox->resume(ticket->ticket)) << "slots come back";
  EXPECT_EQ(tell(client.receive()), kDeferredAnswer);
}

TEST_P(Deferred, ManyInAnyOrderFromAnotherThread) {
  TestServer server;
  Client client(server.v4(), GetParam().tcp);
  constexpr unsigned kQueries = 200;
  for (unsigned id = 0; id < kQueries; ++id)
    client.send(header({.id = id}) + question("defer.test.", RRType::A));
  std::thread resumer([&] {
    std::vector<DeferredQueries::Ticket> tickets;
    while (tickets.size() < kQueries) tickets.push_back(server.responders.deferred.pop().value());
    for (auto i = tickets.size(); i-- > 0;) tickets[i].mailbox->resume(tickets[i].ticket);
  });
  std::vector<int> seen(kQueries);
  for (unsigned i = 0; i < kQueries; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(describe(*reply), kDeferredAnswer);
    ++seen.at(static_cast<std::size_t>((*reply)[0] << 8 | (*reply)[1]));
  }
  resumer.join();
  EXPECT_EQ(seen, std::vector<int>(kQueries, 1));
}

TEST_P(Deferred, StopAsksALastTime) {
  TestServer server;
  Client client(server.v4(), GetParam().tcp);
  client.send(kDefer);
  ASSERT_TRUE(server.responders.deferred.pop());
  server.server->stop();
  EXPECT_EQ(tell(client.receive()), "SERVFAIL; defer.test. A; 0/0/0");
}

INSTANTIATE_TEST_SUITE_P(Roads, Deferred, testing::Values(Road{"udp", false}, Road{"tcp", true}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(DeferredTcp, C10_answer_for_a_closed_connection_is_dropped) {
  TestServer server;
  {
    TcpClient gone(server.v4());
    gone.send(kDefer);
    ASSERT_TRUE(server.responders.deferred.count() < 2);
    while (server.responders.deferred.count() == 0) std::this_thread::yield();
    gone.reset();
  }
  ASSERT_TRUE(server.eventually(
      [](const auto& totals) { return totals.tcp_closed[std::size_t(TcpEnd::Peer)] == 1; }));
  TcpClient next(server.v4());  // takes the slot of the one that went
  ASSERT_EQ(tell(next.ask(query("a.test.", RRType::A))), kAnswer);
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  EXPECT_TRUE(ticket->mailbox->resume(ticket->ticket));
  EXPECT_TRUE(server.eventually(
      [](const auto& totals) { return totals.dropped[std::size_t(Drop::ClientGone)] == 1; }));
  EXPECT_EQ(tell(next.ask(query("no.test.", RRType::A))), "NXDOMAIN aa; no.test. A; 0/1/0")
      << "the newcomer sees nothing of it";
}

}  // namespace
}  // namespace signpost::test
