// What TCP clients feel when places or memory run out (T5, T9, E17).
#include <memory>

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "dns/transport/connection_limits.h"
#include "dns/transport/socket.h"
#include "dns/transport/tcp_service.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

std::uint64_t ended(const CounterTotals& totals, TcpEnd end) { return totals.tcp_closed[std::size_t(end)]; }

TEST(TcpPressure, T5_idle_time_shrinks_as_places_run_out) {
  const auto limits = std::make_unique<ConnectionLimits>(TcpLimits{seconds(10), 80, 80});
  const auto source = limits->source_of(*IpAddress::parse("192.0.2.1"));
  const auto idle_with = [&](unsigned open, unsigned& now) {
    for (; now < open; ++now) EXPECT_EQ(limits->open(source), ConnectionLimits::Verdict::Ok);
    for (; now > open; --now) limits->release(source);
    return limits->idle();
  };
  unsigned now = 0;
  EXPECT_EQ(idle_with(0, now), seconds(10));
  EXPECT_EQ(idle_with(70, now), seconds(10)) << "an eighth of the places is free";
  EXPECT_EQ(idle_with(75, now), seconds(5));
  EXPECT_EQ(idle_with(79, now), seconds(1));
  EXPECT_EQ(idle_with(80, now), seconds(0));
  EXPECT_EQ(idle_with(70, now), seconds(10));
}

TEST(TcpPressure, T5_few_places_have_no_pressure) {
  const auto limits = std::make_unique<ConnectionLimits>(TcpLimits{seconds(10), 2, 2});
  const auto source = limits->source_of(*IpAddress::parse("192.0.2.1"));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(limits->open(source), ConnectionLimits::Verdict::Ok);
  EXPECT_EQ(limits->idle(), seconds(10)) << "the newcomer evicts somebody, that is enough";
}

TEST(TcpPressure, T5_oldest_idle_connection_goes_when_the_last_place_is_taken) {
  ServerOptions options;
  options.tcp.clients = 16;
  TestServer server(options);
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<TcpClient>(server.v4()));
    ASSERT_EQ(tell(clients.back()->ask(query("a.test.", RRType::A))), kAnswer) << i;
  }
  EXPECT_TRUE(clients.front()->closed()) << "long before its ten seconds are over";
  for (std::size_t i = 1; i < clients.size(); ++i)
    EXPECT_EQ(tell(clients[i]->ask(query("a.test.", RRType::A))), kAnswer) << i;
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::Idle), 1u);
}

/// What the responder is told about the connection, by a query that it defers and that is answered at once.
int keepalive_told(TestServer& server, TcpClient& client) {
  client.send(query("defer.test.", RRType::A));
  const auto ticket = server.responders.deferred.pop();
  if (!ticket) return -1;
  ticket->mailbox->resume(ticket->ticket);
  return ticket->context.keepalive;
}

TEST(TcpPressure, E17_keepalive_is_the_idle_time_in_tenths_of_a_second) {
  ServerOptions options;
  options.tcp.clients = 16;
  options.tcp.idle = seconds(30);
  TestServer server(options);
  TcpClient first(server.v4());
  EXPECT_EQ(keepalive_told(server, first), 300);
  std::vector<std::unique_ptr<TcpClient>> others;
  for (int i = 0; i < 14; ++i) {
    others.push_back(std::make_unique<TcpClient>(server.v6()));
    ASSERT_EQ(tell(others.back()->ask(query("a.test.", RRType::A))), kAnswer);
  }
  EXPECT_EQ(keepalive_told(server, first), 150) << "one place of the last two is left";
}

TEST(TcpPressure, LimitsHoldForConnectionsThatAreOpen) {
  ServerOptions options;
  options.tcp.idle = seconds(30);
  TestServer server(options);
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<TcpClient>(server.v4()));
    ASSERT_EQ(tell(clients.back()->ask(query("a.test.", RRType::A))), kAnswer) << i;
  }
  clients[0]->send(query("defer.test.", RRType::A));
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  server.server->limit_tcp({seconds(60), 2, 200});
  EXPECT_TRUE(clients[1]->closed()) << "it was idle longest";
  EXPECT_TRUE(clients[2]->closed());
  EXPECT_EQ(tell(clients[3]->ask(query("a.test.", RRType::A))), kAnswer);
  ticket->mailbox->resume(ticket->ticket);
  EXPECT_EQ(tell(clients[0]->receive()), "NOERROR aa; defer.test. A; 1/0/0") << "a reply was due";
  EXPECT_EQ(keepalive_told(server, *clients[3]), 600);
  ASSERT_TRUE(clients[3]->receive());
  server.server->limit_tcp({std::chrono::milliseconds(1), 2, 200});
  EXPECT_TRUE(clients[0]->closed()) << "the worker slept until a later deadline";
  EXPECT_TRUE(clients[3]->closed());
  EXPECT_TRUE(server.eventually([](const auto& totals) { return ended(totals, TcpEnd::Idle) == 4; }));
}

/// The service without its worker, so that a query can come at the very moment that matters.
struct BareService {
  struct Listening final : Responder {
    void begin_batch() noexcept override {}
    void idle() noexcept override {}
    Outcome respond(const QueryContext& context, const Query&, Response&) noexcept override {
      keepalives.push_back(context.keepalive);
      return Outcome::Answered;
    }
    std::vector<int> keepalives;
  };

  BareService() {
    auto opened = open_tcp(*SocketAddress::parse("127.0.0.1:0"), Bind::Alone);
    listener = std::move(*opened);
    address = bound_address(listener.get());
    std::vector<int> listeners{listener.get()};
    service.replace_listeners(listeners);
  }
  /// Events until there are so many answers.
  void serve(std::size_t answers) {
    while (responder.keepalives.size() < answers) {
      epoll_event event{};
      ASSERT_EQ(::epoll_wait(epoll.get(), &event, 1, 5000), 1);
      if ((event.data.u64 & TcpService::kConnectionTag) != 0) {
        service.on_connection(event.data.u64, event.events, now);
      } else {
        service.on_listener(event.data.u64, now);
      }
    }
  }

  const Monotonic now{std::chrono::hours(1)};
  ServerOptions options;
  SocketAddress address;
  FileDescriptor listener;
  Listening responder;
  RulesReader rules{*options.rules};
  WorkerCounters counters;
  FileDescriptor epoll{::epoll_create1(EPOLL_CLOEXEC)}, wake{::eventfd(0, EFD_CLOEXEC)};
  DeferralTable deferrals{8, seconds(1), wake.get()};
  std::unique_ptr<ConnectionLimits> limits =
      std::make_unique<ConnectionLimits>(TcpLimits{seconds(10), 100, 100});
  TcpService service{WorkerParts{0, options, responder, rules, counters, deferrals}, *limits, epoll.get()};
};

TEST(TcpPressure, E17_keepalive_is_0_once_the_end_has_begun) {
  BareService bare;
  TcpClient client(bare.address);
  client.send(query("a.test.", RRType::A));
  bare.serve(1);
  bare.service.begin_end();
  client.send(query("a.test.", RRType::A));
  bare.serve(2);
  EXPECT_EQ(bare.responder.keepalives, (std::vector<int>{100, 0}));
}

TEST(TcpPressure, T5_unfinished_large_messages_are_limited) {
  ServerOptions options;
  options.tcp.message_deadline = seconds(60);
  options.tcp.per_source = 1000;
  TestServer server(options);
  std::vector<std::unique_ptr<TcpClient>> clients;
  constexpr std::size_t kTooMany = 10;
  for (std::size_t i = 0; i < BlockPool::kLargeOnLoanMax + kTooMany; ++i) {
    clients.push_back(std::make_unique<TcpClient>(server.v4()));
    clients.back()->send_raw(u16(5000) + Bytes(1, 0));
  }
  EXPECT_TRUE(
      server.eventually([](const auto& totals) { return ended(totals, TcpEnd::SlowMessage) == kTooMany; }));
  EXPECT_TRUE(clients.front()->closed()) << "it has waited longest";
  TcpClient other(server.v6());
  EXPECT_EQ(tell(other.ask(query("a.test.", RRType::A))), kAnswer);
  clients.back()->send_raw(Bytes(4999, 0));
  EXPECT_EQ(tell(clients.back()->receive()), "FORMERR; -; 0/0/0") << "the newest went on";
}

TEST(TcpPressure, T9_large_blocks_come_back) {
  BlockPool blocks;
  std::vector<LoanedBlock> taken;
  for (std::size_t i = 0; i < BlockPool::kLargeOnLoanMax; ++i) {
    ASSERT_FALSE(blocks.is_exhausted(BlockPool::kLarge)) << i;
    taken.push_back(blocks.take(BlockPool::kLarge));
  }
  EXPECT_TRUE(blocks.is_exhausted(BlockPool::kSmall + 1));
  EXPECT_FALSE(blocks.is_exhausted(BlockPool::kSmall)) << "ordinary queries need only these";
  for (auto& block : taken) blocks.give_back(block);
  EXPECT_FALSE(blocks.is_exhausted(BlockPool::kLarge));
}

}  // namespace
}  // namespace signpost::test
