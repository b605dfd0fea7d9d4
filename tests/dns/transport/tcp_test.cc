#include <set>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

Bytes numbered(unsigned id, std::string_view owner) {
  return header({.id = id}) + question(owner, RRType::A);
}
unsigned id_of(const Bytes& message) { return static_cast<unsigned>(message[0]) << 8 | message[1]; }
Bytes framed(const Bytes& message) { return u16(static_cast<unsigned>(message.size())) + message; }

std::uint64_t ended(const CounterTotals& totals, TcpEnd end) { return totals.tcp_closed[std::size_t(end)]; }

TEST(Tcp, T1_same_port_as_udp) {
  TestServer server;
  EXPECT_EQ(tell(UdpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_EQ(tell(TcpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Tcp, T2_one_octet_a_segment) {
  TestServer server;
  TcpClient client(server.v4());
  for (const auto octet : framed(query("a.test.", RRType::A))) client.send_raw({octet});
  EXPECT_EQ(tell(client.receive()), kAnswer);
}

TEST(Tcp, T2_length_and_body_apart_and_cut_anywhere) {
  TestServer server;
  TcpClient client(server.v6());
  const auto two = framed(numbered(1, "a.test.")) + framed(numbered(2, "no.test."));
  for (std::size_t cut = 1; cut < two.size(); ++cut) {
    client.send_raw(Bytes(two.begin(), two.begin() + static_cast<std::ptrdiff_t>(cut)));
    client.send_raw(Bytes(two.begin() + static_cast<std::ptrdiff_t>(cut), two.end()));
    ASSERT_EQ(tell(client.receive()), kAnswer) << cut;
    ASSERT_EQ(tell(client.receive()), "NXDOMAIN aa; no.test. A; 0/1/0") << cut;
  }
}

TEST(Tcp, T2_length_and_body_come_in_one_segment) {
  TestServer server;
  TcpClient client(server.v4());
  client.send(query("a.test.", RRType::A));
  Bytes octets(100);
  const auto count = ::recv(client.descriptor(), octets.data(), octets.size(), 0);
  EXPECT_EQ(count, 2 + 24 + 16) << "the first read sees both";
}

TEST(Tcp, T3_pipelined_queries_are_all_answered) {
  TestServer server;
  TcpClient client(server.v4());
  constexpr unsigned kQueries = 3000;
  Bytes all;
  for (unsigned id = 0; id < kQueries; ++id) all = std::move(all) + framed(numbered(id, "a.test."));
  client.send_raw(all);
  std::set<unsigned> ids;
  for (unsigned i = 0; i < kQueries; ++i) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << i;
    ids.insert(id_of(*reply));
  }
  EXPECT_EQ(ids.size(), kQueries);
}

TEST(Tcp, T3_formerr_and_responses_keep_the_connection) {
  TestServer server;
  TcpClient client(server.v4());
  EXPECT_EQ(tell(client.ask(header({.qd = 2}))), "FORMERR; -; 0/0/0");
  client.send(query("a.test.", RRType::A, 0x8000));
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_EQ(tell(client.ask(header({.flags = 6 << 11, .qd = 0}))), "NOTIMP opcode 6; -; 0/0/0") << "H7: DSO";
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Tcp, T4_nonsense_lengths_close_after_the_replies_before_them) {
  TestServer server;
  for (unsigned length = 0; length < 12; ++length) {
    TcpClient client(server.v4());
    client.send_raw(framed(query("a.test.", RRType::A)) + u16(length) + Bytes(length, 7));
    EXPECT_EQ(tell(client.receive()), kAnswer) << length;
    EXPECT_TRUE(client.closed()) << length;
  }
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::BadLength), 12u);
}

TEST(Tcp, T4_T5_message_that_never_ends_is_closed_at_its_deadline) {
  ServerOptions options;
  options.tcp.message_deadline = milliseconds(200);
  TestServer server(options);
  TcpClient client(server.v4());
  const auto start = std::chrono::steady_clock::now();
  client.send_raw(framed(query("a.test.", RRType::A)) + u16(500) + Bytes(20, 0));
  EXPECT_EQ(tell(client.receive()), kAnswer) << "what came before is answered at once";
  EXPECT_TRUE(client.closed());
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, milliseconds(190));
  EXPECT_LT(took, milliseconds(2000));
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::SlowMessage), 1u);
}

TEST(Tcp, T5_dribbling_does_not_move_the_deadline) {
  ServerOptions options;
  options.tcp.message_deadline = milliseconds(300);
  TestServer server(options);
  TcpClient client(server.v4());
  const auto start = std::chrono::steady_clock::now();
  client.send_raw(u16(500));
  // An octet whenever 20 ms pass without a close: fifteen of them, then it must be over.
  while (!client.closed(milliseconds(20)) &&
         std::chrono::steady_clock::now() - start < std::chrono::seconds(5))
    client.send_raw({0});
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(1500));
  EXPECT_TRUE(server.eventually([](const auto& totals) { return ended(totals, TcpEnd::SlowMessage) == 1; }));
}

TEST(Tcp, T5_idle_connections_are_closed_and_queries_keep_them) {
  ServerOptions options;
  options.tcp.idle = milliseconds(400);
  TestServer server(options);
  TcpClient silent(server.v4()), busy(server.v4());
  const auto start = std::chrono::steady_clock::now();
  while (!silent.closed(milliseconds(50))) ASSERT_EQ(tell(busy.ask(query("a.test.", RRType::A))), kAnswer);
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(390));
  EXPECT_EQ(tell(busy.ask(query("a.test.", RRType::A))), kAnswer) << "each query restarted its timer";
  EXPECT_EQ(ended(server.server->counters(), TcpEnd::Idle), 1u);
}

TEST(Tcp, T7_half_close_still_gets_every_answer) {
  TestServer server;
  TcpClient client(server.v6());
  client.send_raw(framed(numbered(1, "a.test.")) + framed(numbered(2, "defer.test.")) +
                  framed(numbered(3, "a.test.")));
  client.half_close();
  EXPECT_EQ(id_of(client.receive().value_or(Bytes(2))), 1u);
  EXPECT_EQ(id_of(client.receive().value_or(Bytes(2))), 3u);
  const auto ticket = server.responders.deferred.pop();
  ASSERT_TRUE(ticket);
  ticket->mailbox->resume(ticket->ticket);
  EXPECT_EQ(id_of(client.receive().value_or(Bytes(2))), 2u) << "the deferred one too";
  EXPECT_TRUE(client.closed());
}

TEST(Tcp, T7_reset_ends_the_work) {
  TestServer server;
  TcpClient client(server.v4());
  ASSERT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
  client.reset();
  EXPECT_TRUE(server.eventually([](const auto& totals) { return ended(totals, TcpEnd::Peer) == 1; }));
}

TEST(Tcp, T8_answer_of_65535_octets) {
  TestServer server;
  TcpClient client(server.v4());
  const auto reply = client.ask(query("size65535.test.", RRType::TXT));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->size(), 65535u);
  EXPECT_EQ(tell(client.ask(edns_query("many4095.test.", RRType::A, opt()))),
            "SERVFAIL; many4095.test. A; 0/0/0; opt 1232 ede 0");
}

TEST(Tcp, T9_slow_reader_gets_everything_in_the_end) {
  TestServer server;
  TcpClient client(server.v4());
  // 200 answers of 64 KiB are more than the sockets hold: the server must stop reading, and go on.
  Bytes all;
  for (unsigned id = 0; id < 200; ++id)
    all = std::move(all) + framed(header({.id = id}) + question("size60000.test.", RRType::TXT));
  client.send_raw(all);
  for (unsigned id = 0; id < 200; ++id) {
    const auto reply = client.receive();
    ASSERT_TRUE(reply) << id;
    ASSERT_EQ(reply->size(), 60000u);
    ASSERT_EQ(id_of(*reply), id);
  }
  EXPECT_EQ(tell(client.ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Tcp, T9_never_reading_client_is_closed) {
  ServerOptions options;
  options.tcp.idle = milliseconds(300);
  TestServer server(options);
  TcpClient client(server.v4());
  for (unsigned id = 0; id < 200; ++id)
    client.send(header({.id = id}) + question("size60000.test.", RRType::TXT));
  EXPECT_TRUE(server.eventually([](const auto& totals) { return ended(totals, TcpEnd::SlowReader) == 1; }));
  EXPECT_EQ(tell(TcpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer) << "others are served";
}

TEST(Tcp, C10_closing_at_every_octet_harms_nobody) {
  TestServer server;
  const auto message = framed(query("a.test.", RRType::A)) + framed(query("defer.test.", RRType::A));
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    TcpClient client(server.v4());
    client.send_raw(Bytes(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(cut)));
    if (cut % 2 == 0) client.reset();
  }
  EXPECT_EQ(tell(TcpClient(server.v4()).ask(query("a.test.", RRType::A))), kAnswer);
}

}  // namespace
}  // namespace signpost::test
