#include <memory>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "dns/transport/connection_limits.h"
#include "dns/transport/socket.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

std::uint64_t ended(const CounterTotals& totals, TcpEnd end) { return totals.tcp_closed[std::size_t(end)]; }

TEST(TcpLimits, T6_oldest_idle_connection_makes_room) {
  ServerOptions options;
  options.tcp.clients = 2;
  TestServer server(options);
  TcpClient first(server.v4()), second(server.v4());
  ASSERT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer);
  ASSERT_EQ(tell(second.ask(query("a.test.", RRType::A))), kAnswer);
  ASSERT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer);
  TcpClient third(server.v6());
  EXPECT_EQ(tell(third.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_TRUE(second.closed()) << "it waited longest";
  EXPECT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::Evicted), 1u);
}

TEST(TcpLimits, T6_per_source_limit_leaves_other_sources_alone) {
  ServerOptions options;
  options.tcp.per_source = 2;
  TestServer server(options);
  TcpClient other(server.v6());
  ASSERT_EQ(tell(other.ask(query("a.test.", RRType::A))), kAnswer);
  TcpClient first(server.v4()), second(server.v4());
  ASSERT_EQ(tell(first.ask(query("a.test.", RRType::A))), kAnswer);
  ASSERT_EQ(tell(second.ask(query("a.test.", RRType::A))), kAnswer);
  TcpClient third(server.v4());
  EXPECT_EQ(tell(third.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_TRUE(first.closed());
  EXPECT_EQ(tell(other.ask(query("a.test.", RRType::A))), kAnswer) << "though it was idle for longer";
}

TEST(TcpLimits, T6_pending_answers_are_never_evicted) {
  ServerOptions options;
  options.tcp.clients = 1;
  TestServer server(options);
  TcpClient waiting(server.v4());
  waiting.send(query("defer.test.", RRType::A));
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  TcpClient refused(server.v4());
  EXPECT_TRUE(refused.closed()) << "nobody idle to close, so the newcomer goes";
  ticket->mailbox->resume(ticket->ticket);
  EXPECT_EQ(tell(waiting.receive()), "NOERROR aa; defer.test. A; 1/0/0");
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::Refused), 1u);
}

TEST(TcpLimits, CountsGoBackWhenConnectionsClose) {
  ServerOptions options;
  options.tcp.clients = 3;
  TestServer server(options);
  for (int round = 0; round < 50; ++round)
    ASSERT_EQ(tell(TcpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer) << round;
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::Refused), 0u);
}

TEST(ConnectionLimits, SourcesOfV6AreTheirNetworks) {
  const auto limits = std::make_unique<ConnectionLimits>(TcpLimits{std::chrono::seconds(10), 100, 1});
  const auto of = [&](const char* ip) { return limits->source_of(*IpAddress::parse(ip)); };
  EXPECT_EQ(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
  EXPECT_NE(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
  EXPECT_NE(of("192.0.2.1"), of("192.0.2.2"));
  EXPECT_EQ(limits->open(of("192.0.2.1")), ConnectionLimits::Verdict::Ok);
  EXPECT_EQ(limits->open(of("192.0.2.1")), ConnectionLimits::Verdict::SourceFull);
  EXPECT_EQ(limits->open(of("192.0.2.2")), ConnectionLimits::Verdict::Ok);
  limits->release(of("192.0.2.1"));
  EXPECT_EQ(limits->open(of("192.0.2.1")), ConnectionLimits::Verdict::Ok);
}

/// Lowers the limit of descriptors to what is open now, while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    FileDescriptor next(::dup(0));  // the lowest free number: everything below is taken
    const rlimit now{static_cast<rlim_t>(next.get()), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

Duration cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

TEST(TcpLimits, RunningOutOfDescriptorsDoesNotSpin) {
  TestServer server;
  UdpClient udp(server.v4());
  TcpClient waiting(server.v4());
  waiting.send(query("defer.test.", RRType::A));
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket) << "it waits for an answer, so it cannot be evicted";
  FileDescriptor late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = to_raw(server.v4());
  {
    const NoDescriptors none;
    // The handshake is the kernel's work; accept() is what fails.
    ASSERT_EQ(::connect(late.get(), address.get(), address.size), 0);
    const auto before = cpu_time();
    const auto start = std::chrono::steady_clock::now();
    // UDP is served all the while, and answers pace this loop.
    while (std::chrono::steady_clock::now() - start < milliseconds(400)) {
      ASSERT_EQ(tell(udp.ask(query("a.test.", RRType::A))), kAnswer);
      pollfd nothing{};
      (void)::poll(&nothing, 0, 10);
    }
    EXPECT_LT(cpu_time() - before, milliseconds(200))
        << "a worker spins on a listener that it cannot accept from";
  }
  const auto message = query("a.test.", RRType::A);
  const auto framed = u16(static_cast<unsigned>(message.size())) + message;
  ASSERT_GT(::send(late.get(), framed.data(), framed.size(), MSG_NOSIGNAL), 0);
  Bytes reply(100);
  EXPECT_GT(::recv(late.get(), reply.data(), reply.size(), 0), 2)
      << "accepted once there are descriptors again";
  ticket->mailbox->resume(ticket->ticket);
  EXPECT_TRUE(waiting.receive());
}

}  // namespace
}  // namespace signpost::test
