// Sockets that somebody else kept.
#include "dns/transport/inherited.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "dns/transport/socket.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

const SocketAddress kFree = *SocketAddress::parse("127.0.0.1:0");

/// Sockets of one address as a service manager opens them, and copies to hand down again and again.
struct Kept {
  Kept(unsigned udp_count, unsigned tcp_count, std::string its_name = {}) : name(std::move(its_name)) {
    while (!open(udp_count, tcp_count)) {  // the port that is free for UDP may be taken for TCP
      bound = kFree;
      udp.clear();
      tcp.clear();
    }
  }
  bool open(unsigned udp_count, unsigned tcp_count) {
    for (unsigned i = 0; i < udp_count + tcp_count; ++i) {
      const bool is_udp = i < udp_count;
      auto& kind = is_udp ? udp : tcp;
      const auto bind = kind.empty() ? Bind::Alone : Bind::BesideOurs;
      auto opened = is_udp ? open_udp(bound, bind, {}) : open_tcp(bound, bind);
      if (!opened) return false;
      kind.push_back(std::move(*opened));
      bound = bound_address(kind.back().get());
    }
    // What is left out is opened by whoever takes over the other: a client of an earlier test may have that
    // port.
    if (udp_count == 0) return open_udp(bound, Bind::Alone, {}).has_value();
    if (tcp_count == 0) return open_tcp(bound, Bind::Alone).has_value();
    return true;
  }
  std::vector<InheritedSockets::Named> copies() const {
    std::vector<InheritedSockets::Named> out;
    for (const auto* kind : {&udp, &tcp})
      for (const auto& one : *kind) out.push_back({FileDescriptor(::dup(one.get())), name});
    return out;
  }
  std::string name;
  SocketAddress bound = kFree;
  std::vector<FileDescriptor> udp, tcp;
};

struct Adopting {
  Adopting(const Kept& kept, const SocketAddress& address, unsigned workers) : inherited(kept.copies()) {
    auto opened = Server::open({address}, workers, {}, responders, inherited);
    EXPECT_TRUE(opened) << opened.error().message;
    server = std::move(*opened);
  }
  InheritedSockets inherited;
  TestResponders responders;
  std::unique_ptr<Server> server;
};

TEST(Inherited, what_came_before_the_start_is_answered) {
  const Kept kept(1, 1);
  UdpClient client(kept.bound);
  client.send(query("a.test.", RRType::A));
  TcpClient connected(kept.bound);
  connected.send(query("a.test.", RRType::A));
  Adopting adopting(kept, kFree, 1);
  EXPECT_EQ(adopting.server->addresses()[0], kept.bound);
  EXPECT_TRUE(adopting.inherited.empty());
  ASSERT_TRUE(adopting.server->begin());
  EXPECT_EQ(tell(client.receive()), kAnswer);
  EXPECT_EQ(tell(connected.receive()), kAnswer);
}

TEST(Inherited, sockets_outlive_those_who_read_them) {
  const Kept kept(2, 2);
  for (int life = 0; life < 3; ++life) {
    UdpClient client(kept.bound);
    client.send(query("a.test.", RRType::A));
    Adopting adopting(kept, kept.bound, 2);
    ASSERT_TRUE(adopting.server->begin());
    EXPECT_EQ(tell(client.receive()), kAnswer) << life;
  }
}

TEST(Inherited, every_socket_is_read_by_however_few_workers) {
  const Kept kept(5, 3);
  Adopting adopting(kept, kept.bound, 2);
  ASSERT_TRUE(adopting.server->begin());
  for (int i = 0; i < 64; ++i) {  // each a flow of its own: the kernel deals them over all sockets
    ASSERT_EQ(tell(UdpClient(kept.bound).ask(query("a.test.", RRType::A))), kAnswer);
    ASSERT_EQ(tell(TcpClient(kept.bound).ask(query("a.test.", RRType::A))), kAnswer);
  }
}

TEST(Inherited, workers_without_a_socket_of_their_own_share) {
  const Kept kept(1, 1);
  Adopting adopting(kept, kept.bound, 3);
  EXPECT_EQ(adopting.server->listeners()[0].udp.size(), 1u) << "they are another program's to open";
  ASSERT_TRUE(adopting.server->begin());
  for (int i = 0; i < 16; ++i)
    ASSERT_EQ(tell(UdpClient(kept.bound).ask(query("a.test.", RRType::A))), kAnswer);
  ASSERT_TRUE(adopting.server->change({kept.bound}, 1));
  EXPECT_EQ(tell(UdpClient(kept.bound).ask(query("a.test.", RRType::A))), kAnswer);
}

TEST(Inherited, those_that_we_had_stored_are_added_to) {
  const Kept kept(1, 1, stored_name(*SocketAddress::parse("127.0.0.1:53")));
  Adopting adopting(kept, kept.bound, 3);
  EXPECT_EQ(adopting.server->listeners()[0].udp.size(), 1u) << "not before it answers";
  ASSERT_TRUE(adopting.server->begin());
  ASSERT_TRUE(adopting.server->change({kept.bound}, 3));
  EXPECT_EQ(adopting.server->listeners()[0].udp.size(), 3u);
  EXPECT_EQ(adopting.server->listeners()[0].tcp.size(), 3u);
}

TEST(Inherited, a_transport_that_is_missing_is_opened) {
  const Kept only_udp(1, 0), only_tcp(0, 1);
  for (const auto* kept : {&only_udp, &only_tcp}) {
    Adopting adopting(*kept, kept->bound, 1);
    ASSERT_TRUE(adopting.server->begin());
    EXPECT_EQ(tell(UdpClient(kept->bound).ask(query("a.test.", RRType::A))), kAnswer);
    EXPECT_EQ(tell(TcpClient(kept->bound).ask(query("a.test.", RRType::A))), kAnswer);
  }
}

TEST(Inherited, what_no_address_names_is_left_and_told) {
  const Kept kept(1, 1, "mine");
  InheritedSockets inherited(kept.copies());
  EXPECT_FALSE(inherited.take_dns({*IpAddress::parse("127.0.0.1"), 1}));
  EXPECT_FALSE(inherited.take_dns({*IpAddress::parse("127.0.0.2"), 0}));
  const auto left = inherited.left();
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].what, kept.bound.to_string() + " (UDP)");
  EXPECT_EQ(left[1].what, kept.bound.to_string() + " (TCP)");
  EXPECT_EQ(left[0].name, "mine");
}

TEST(Inherited, doors_are_found_by_address_or_by_name) {
  const Kept health(0, 1, "health"), ready(0, 1, "ready");
  auto all = health.copies();
  for (auto& one : ready.copies()) all.push_back(std::move(one));
  InheritedSockets inherited(std::move(all));
  EXPECT_FALSE(inherited.take_dns(kFree)) << "a door is no DNS";
  EXPECT_FALSE(inherited.take_door("metrics", kFree));
  const auto by_name = inherited.take_door("ready", kFree);
  ASSERT_TRUE(by_name);
  EXPECT_EQ(bound_address(by_name->descriptor.get()), ready.bound);
  EXPECT_TRUE(inherited.take_door("metrics", health.bound)) << "the address is what counts where it is known";
}

TEST(Inherited, what_cannot_be_listened_on_is_refused_with_the_reason) {
  std::vector<InheritedSockets::Named> odd;
  odd.push_back({FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), "stream"});
  odd.push_back({FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)), ""});
  FileDescriptor both(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int off = 0;
  ASSERT_EQ(::setsockopt(both.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
  const auto any = to_raw(*SocketAddress::parse("[::]:0"));
  ASSERT_EQ(::bind(both.get(), any.get(), any.size), 0);
  odd.push_back({std::move(both), "both"});
  const InheritedSockets inherited(std::move(odd));
  EXPECT_TRUE(inherited.empty());
  ASSERT_EQ(inherited.refused().size(), 3u);
  EXPECT_NE(inherited.refused()[0].find("(stream) is no UDP socket"), std::string::npos);
  EXPECT_NE(inherited.refused()[2].find("BindIPv6Only=ipv6-only"), std::string::npos);
}

}  // namespace
}  // namespace signpost::test
