#include "dns/transport/heavy_sources.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "dns/transport/file_descriptor.h"
#include "dns/transport/socket.h"

namespace signpost::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }
SourceNetwork network(const char* text) { return SourceNetwork::of(ip(text)); }

struct Worker {
  /// A tenth of a second in which `refused` queries of `source` are refused; true: the filter changed.
  bool refuse(const IpAddress& source, int refused) {
    bool changed = false;
    for (int step = 0; step < 10; ++step) {
      for (int i = 0; i < refused / 10; ++i) heavy.count(source);
      now += milliseconds(10);
      changed |= heavy.review(now, 1000);
    }
    return changed;
  }
  HeavySources heavy;
  Monotonic now{std::chrono::hours(1)};
};

TEST(HeavySources, NetworksAreV4_24AndV6_56) {
  EXPECT_EQ(network("192.0.2.1"), network("192.0.2.255"));
  EXPECT_NE(network("192.0.2.1"), network("192.0.3.1"));
  EXPECT_EQ(network("2001:db8:1:2ff::1"), network("2001:db8:1:200::"));
  EXPECT_NE(network("2001:db8:1:300::1"), network("2001:db8:1:200::"));
  EXPECT_NE(network("::"), network("0.0.0.0"));
}

TEST(HeavySources, AFewRefusalsFilterNobody) {
  Worker worker;
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(worker.refuse(ip("192.0.2.1"), 900)) << i;
  EXPECT_TRUE(worker.heavy.filtered().empty());
}

TEST(HeavySources, AFloodIsFilteredWithinAWindow) {
  Worker worker;
  worker.refuse(ip("198.51.100.1"), 100);
  for (int i = 0; i < 1500; ++i) worker.heavy.count(ip("192.0.2.1"));
  worker.now += milliseconds(10);
  EXPECT_TRUE(worker.heavy.review(worker.now, 1000));
  ASSERT_EQ(worker.heavy.filtered().size(), 1u);
  EXPECT_EQ(worker.heavy.filtered()[0], network("192.0.2.77"));
}

TEST(HeavySources, ItStaysFilteredByWhatComesThroughAndIsFreeAfterwards) {
  Worker worker;
  ASSERT_TRUE(worker.refuse(ip("192.0.2.1"), 40000));
  const auto hear_for_a_tenth_of_a_second = [&](int heard) {
    for (int i = 0; i < heard; ++i) worker.heavy.hear(ip("192.0.2.9"));
    worker.heavy.hear(ip("198.51.100.1"));
    worker.now += milliseconds(100);
    return worker.heavy.review(worker.now, 1000);
  };
  // One in 256 of 40,000 a second, none of which the limit of 1,000 has to refuse.
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(hear_for_a_tenth_of_a_second(15)) << i;
  bool changed = false;
  for (int i = 0; i < 20; ++i) changed |= hear_for_a_tenth_of_a_second(1);
  EXPECT_TRUE(changed) << "2,560 a second are no flood";
  EXPECT_TRUE(worker.heavy.filtered().empty());
}

TEST(HeavySources, HeavyOnesKeepTheirPlacesAmongThousands) {
  Worker worker;
  worker.heavy.review(worker.now, 1000);
  for (unsigned round = 0; round < 200; ++round) {
    for (unsigned i = 0; i < 20; ++i)
      worker.heavy.count(
          IpAddress::v4({10, static_cast<std::uint8_t>(round), static_cast<std::uint8_t>(i), 1}));
    for (int i = 0; i < 20; ++i) worker.heavy.count(ip("192.0.2.1"));
    for (int i = 0; i < 20; ++i) worker.heavy.count(ip("2001:db8::1"));
  }
  worker.now += milliseconds(20);
  EXPECT_TRUE(worker.heavy.review(worker.now, 1000));
  const auto filtered = worker.heavy.filtered();
  ASSERT_EQ(filtered.size(), 2u);
  EXPECT_NE(std::find(filtered.begin(), filtered.end(), network("192.0.2.1")), filtered.end());
  EXPECT_NE(std::find(filtered.begin(), filtered.end(), network("2001:db8::1")), filtered.end());
}

/// A socket that listens, and how many of 4,000 datagrams from `source` reach it.
class Listener {
 public:
  explicit Listener(const char* own) : v6_(ip(own).is_v6()), socket_(open({ip(own), 0})) {
    const int large = 16 << 20;
    (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof large);
    RawAddress raw;
    raw.size = sizeof raw.storage;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&raw.storage), &raw.size), 0);
    address_ = from_raw(reinterpret_cast<const sockaddr*>(&raw.storage));
  }

  bool filter(std::initializer_list<SourceNetwork> networks) {
    return filter_sources(socket_.get(), v6_, std::span(networks.begin(), networks.size()));
  }

  int heard_from(const char* source) {
    const auto sender = open({ip(source), 0});
    const auto to = to_raw(address_);
    int heard = 0;
    for (int i = 0; i < kSent; ++i) {
      EXPECT_EQ(::sendto(sender.get(), "x", 1, 0, to.get(), to.size), 1);
      char octet = 0;
      heard += ::recv(socket_.get(), &octet, 1, MSG_DONTWAIT) == 1 ? 1 : 0;
    }
    return heard;
  }
  static constexpr int kSent = 4000;

 private:
  FileDescriptor open(const SocketAddress& address) {
    FileDescriptor opened(::socket(address.ip.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto raw = to_raw(address);
    EXPECT_EQ(::bind(opened.get(), raw.get(), raw.size), 0);
    return opened;
  }

  bool v6_;
  FileDescriptor socket_;
  SocketAddress address_;
};

TEST(FilterSources, FewOfTheFilteredAndAllOthersComeThrough) {
  Listener listener("127.0.0.1");
  ASSERT_TRUE(listener.filter({network("192.0.2.0"), network("127.1.2.0"), network("2001:db8::")}));
  // 4,000 draws of 1/256: 16 on average, over 60 but for 1 in 10^15.
  EXPECT_LT(listener.heard_from("127.1.2.3"), 60);
  EXPECT_EQ(listener.heard_from("127.1.3.3"), Listener::kSent);
  EXPECT_EQ(listener.heard_from("127.0.0.1"), Listener::kSent);
  ASSERT_TRUE(listener.filter({}));
  EXPECT_EQ(listener.heard_from("127.1.2.3"), Listener::kSent);
}

TEST(FilterSources, V6IsFilteredToo) {
  Listener listener("::1");
  ASSERT_TRUE(listener.filter({network("2001:db8::"), network("127.1.2.0"), network("::")}));
  EXPECT_LT(listener.heard_from("::1"), 60);
  ASSERT_TRUE(listener.filter({network("0:0:0:100::")}));
  EXPECT_EQ(listener.heard_from("::1"), Listener::kSent) << "the next network";
  ASSERT_TRUE(listener.filter({network("0:1::")}));
  EXPECT_EQ(listener.heard_from("::1"), Listener::kSent);
}

TEST(FilterSources, TakesAsManyAsThereArePlaces) {
  Listener listener("127.0.0.1");
  std::array<SourceNetwork, HeavySources::kNetworksMax> networks;
  for (std::size_t i = 0; i < networks.size(); ++i)
    networks[i] = SourceNetwork::of(IpAddress::v4({127, 9, static_cast<std::uint8_t>(i), 0}));
  Listener other("::1");
  FileDescriptor udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_TRUE(filter_sources(udp.get(), false, networks));
  for (auto& one : networks) one.v6 = true;
  FileDescriptor udp6(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_TRUE(filter_sources(udp6.get(), true, networks));
}

}  // namespace
}  // namespace signpost::test
