// The hot path asks the heap for nothing: UDP and TCP, over every kind of packet.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tests/support/dns/allocations.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

/// Sends and receives with buffers that are there already, so that only the server could allocate.
template <class Send, class Receive>
std::uint64_t allocations_while(const std::vector<Bytes>& messages, int rounds, Send send, Receive receive) {
  const auto before = allocation_count();
  for (int round = 0; round < rounds; ++round)
    for (const auto& message : messages) {
      send(message);
      receive();
    }
  return allocation_count() - before;
}

std::vector<Bytes> answered_messages() {
  std::vector<Bytes> messages;
  for (const auto& row : checklist())
    if (row.expected != kSilence && row.message.size() < 1000) messages.push_back(row.message);
  return messages;
}

TEST(Allocations, NoneForUdp) {
  TestServer server({}, 1, {*SocketAddress::parse("0.0.0.0:0")});
  UdpClient client({*IpAddress::parse("127.0.0.1"), server.v4().port});
  std::uint8_t reply[2048];
  const auto messages = answered_messages();
  ASSERT_TRUE(client.ask(messages[0])) << "the first one warms up";
  EXPECT_EQ(allocations_while(
                messages, 5,
                [&](const Bytes& message) { ::send(client.descriptor(), message.data(), message.size(), 0); },
                [&] { ASSERT_GT(::recv(client.descriptor(), reply, sizeof reply, 0), 0); }),
            0u);
}

TEST(Allocations, NoneForTcpOnceConnected) {
  TestServer server;
  TcpClient client(server.v4());
  std::vector<Bytes> messages;
  for (const auto& message : answered_messages())
    messages.push_back(u16(static_cast<unsigned>(message.size())) + message);
  ASSERT_TRUE(client.ask(query("a.test.", RRType::A)));
  static std::uint8_t reply[70000];
  EXPECT_EQ(allocations_while(
                messages, 5,
                [&](const Bytes& message) { ::send(client.descriptor(), message.data(), message.size(), 0); },
                [&] {
                  ASSERT_EQ(::recv(client.descriptor(), reply, 2, MSG_WAITALL), 2);
                  ASSERT_GT(::recv(client.descriptor(), reply,
                                   static_cast<std::size_t>(reply[0] << 8 | reply[1]), MSG_WAITALL),
                            0);
                }),
            0u);
}

TEST(Allocations, NoneForDeferredQueries) {
  TestServer server;
  UdpClient client(server.v4());
  const auto forever = query("forever.test.", RRType::A), a = query("a.test.", RRType::A);
  ASSERT_TRUE(client.ask(a));
  std::uint8_t reply[2048];
  EXPECT_EQ(allocations_while(
                {forever}, 500,
                [&](const Bytes& message) {
                  ::send(client.descriptor(), message.data(), message.size(), 0);
                  ::send(client.descriptor(), a.data(), a.size(), 0);
                },
                [&] { ASSERT_GT(::recv(client.descriptor(), reply, sizeof reply, 0), 0); }),
            0u);
}

}  // namespace
}  // namespace signpost::test
