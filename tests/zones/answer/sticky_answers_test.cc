// `answer: sticky`: what a client hears, again and again.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/chi_square.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/explain_client.h"

namespace signpost::test {
namespace {

std::string config(const std::string& answer) {
  return "registries: {one: {type: file, path: 1.yaml}}\nzones: [{name: t, registry: one, answer: " + answer +
         "}]\n";
}

std::string network(unsigned i) {
  return "10." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + ".9";
}

/// Ten of both families, one of IPv4 alone; names of hosts are their IPv4 addresses.
ServiceState dual_stack() {
  std::vector<Instance> all;
  for (int i = 1; i <= 10; ++i) {
    // IPv6 addresses in the opposite order, so that numbers say nothing.
    all.push_back(At("192.0.2." + std::to_string(i), 80, "http")
                      .also("fd00::" + std::to_string(100 - i))
                      .with_weight(i % 3 + 1));
  }
  all.push_back(At("192.0.2.99", 80, "http"));
  return TestWorld::service("one///s", std::move(all));
}

TEST(StickyAnswers, TheSameEachTimeForANetworkAndOthersForOthers) {
  TestWorld world(config("sticky 2"));
  world.list("one", {dual_stack()});
  std::set<std::vector<std::string>> different;
  for (unsigned i = 0; i < 100; ++i) {
    const auto heard = world.ask_from(network(i), "s.t. A").rdata;
    ASSERT_EQ(heard.size(), 2u);
    ASSERT_EQ(world.ask_from(network(i), "s.t. A").rdata, heard);
    auto neighbour = network(i);
    neighbour.back() = '7';
    ASSERT_EQ(world.ask_from(neighbour, "s.t. A").rdata, heard);
    different.insert(heard);
  }
  EXPECT_GT(different.size(), 30u);
}

TEST(StickyAnswers, SharesOverClients) {
  TestWorld world(config("sticky"));
  world.list("one", {TestWorld::service(
                        "one///s", {At("192.0.2.1", 80, "http"), At("192.0.2.2", 80, "http").with_weight(2),
                                    At("192.0.2.3", 80, "http").with_weight(7)})});
  for (const char* question : {"s.t. A", "s.t. SRV", "_http._tcp.s.t. SRV"}) {
    std::map<std::string, std::uint64_t> counts;
    for (unsigned i = 0; i < 20'000; ++i) ++counts[world.ask_from(network(i), question).rdata.at(0)];
    std::vector<std::uint64_t> seen;
    for (const auto& [what, count] : counts) seen.push_back(count);
    EXPECT_GT(chi_square_p(seen, std::vector{0.1, 0.2, 0.7}), kChanceMin) << question;
  }
}

/// "fd00::99" belongs to 192.0.2.1, and so on.
std::string v4_of(const std::string& v6) {
  return "192.0.2." + std::to_string(100 - std::stoi(v6.substr(6)));
}

TEST(StickyAnswers, AAndAaaaAndSrvLeadToTheSameInstances) {
  TestWorld world(config("sticky 3"));
  auto state = dual_stack();
  state.instances.pop_back();  // all have both families
  world.list("one", {state});
  for (unsigned i = 0; i < 300; ++i) {
    const auto a = world.ask_from(network(i), "s.t. A").rdata;
    std::vector<std::string> from_v6;
    for (const auto& address : world.ask_from(network(i), "s.t. AAAA").rdata)
      from_v6.push_back(v4_of(address));
    EXPECT_EQ(from_v6, a);
    std::vector<std::string> srv;
    for (const auto& address : a) {
      auto label = address;
      for (auto& c : label) c = c == '.' ? '-' : c;
      srv.push_back(std::to_string(srv.size()) + " 1 80 " + label + ".s.t.");
    }
    EXPECT_EQ(world.ask_from(network(i), "s.t. SRV").rdata, srv) << "by rank: the best has priority 0";
    EXPECT_EQ(world.ask_from(network(i), "_http._tcp.s.t. SRV").rdata, srv);
  }
}

TEST(StickyAnswers, WhoLacksTheFamilyIsPassedOver) {
  TestWorld world(config("sticky 11"));
  world.list("one", {dual_stack()});
  for (unsigned i = 0; i < 100; ++i) {
    auto a = world.ask_from(network(i), "s.t. A").rdata;
    std::erase(a, "192.0.2.99");
    std::vector<std::string> from_v6;
    for (const auto& address : world.ask_from(network(i), "s.t. AAAA").rdata)
      from_v6.push_back(v4_of(address));
    EXPECT_EQ(from_v6, a);
  }
}

TEST(StickyAnswers, InstancesOfOneAddressAreToldApartByTheirPorts) {
  TestWorld world(config("sticky"));
  world.list("one", {TestWorld::service("one///s",
                                        {At("192.0.2.1", 80), At("192.0.2.1", 81), At("192.0.2.2", 80)})});
  std::map<std::string, std::uint64_t> counts;
  for (unsigned i = 0; i < 6'000; ++i) ++counts[world.ask_from(network(i), "s.t. SRV").rdata.at(0)];
  std::vector<std::uint64_t> seen;
  for (const auto& [what, count] : counts) seen.push_back(count);
  EXPECT_GT(chi_square_p(seen, std::vector{1. / 3, 1. / 3, 1. / 3}), kChanceMin);
}

TEST(StickyAnswers, OneThatLeavesMovesOnlyItsOwnClients) {
  TestWorld world(config("sticky"));
  auto state = dual_stack();
  world.list("one", {state});
  std::map<std::string, std::string> before;
  for (unsigned i = 0; i < 1'000; ++i) before[network(i)] = world.ask_from(network(i), "s.t. A").rdata.at(0);
  state.instances[4].health = Health::Down;
  world.upsert(state);
  unsigned moved = 0;
  for (const auto& [client, was] : before) {
    const auto is = world.ask_from(client, "s.t. A").rdata.at(0);
    EXPECT_EQ(is != was, was == "192.0.2.5") << client;
    moved += is != was ? 1 : 0;
  }
  EXPECT_GT(moved, 50u);
  state.instances[4].health = Health::Up;
  world.upsert(state);
  for (const auto& [client, was] : before) EXPECT_EQ(world.ask_from(client, "s.t. A").rdata.at(0), was);
}

TEST(StickyAnswers, ASubnetOfAForwarderIsTheClientAndScopeSaysHowMuchOfItCounts) {
  TestWorld world(config("sticky"));
  world.list("one", {dual_stack(), TestWorld::service("one///single", {At("192.0.2.1", 80, "http")})});
  const auto direct = [&](const char* client) { return world.ask_from(client, "s.t. A").rdata; };
  const auto for_subnet = [&](const char* subnet, const char* question = "s.t. A") {
    return world.ask_from("198.51.100.53", question, subnet);
  };
  for (const char* type : {"A", "AAAA", "SRV"}) {
    const auto question = "s.t. " + std::string(type);
    EXPECT_EQ(for_subnet("10.1.2.0/24", question.c_str()).scope, 24) << type;
  }
  EXPECT_EQ(for_subnet("10.1.2.0/24").rdata, direct("10.1.2.77"));
  EXPECT_EQ(for_subnet("10.1.2.3/32").scope, 24) << "the rest of it does not matter";
  EXPECT_EQ(for_subnet("10.1.0.0/16").scope, 16) << "all that was told";
  EXPECT_EQ(for_subnet("0.0.0.0/0").scope, 0) << "who wants to stay unknown";
  EXPECT_EQ(for_subnet("2001:db8:1:2300::/56").scope, 56);
  EXPECT_EQ(for_subnet("2001:db8:1:2300::/56").rdata, direct("2001:db8:1:23ff::1"));
  EXPECT_EQ(for_subnet("10.1.2.0/24", "single.t. A").scope, 0) << "there is nothing to choose";
  EXPECT_EQ(for_subnet("10.1.2.0/24", "s.t. TXT").scope, 0);
  EXPECT_EQ(for_subnet("10.1.2.0/24", "nope.t. A").scope, 0);
  EXPECT_EQ(for_subnet("10.1.2.0/24", "192-0-2-1.s.t. A").scope, 0);
}

TEST(StickyAnswers, IsExplained) {
  TestWorld world(config("sticky 2"));
  world.list("one", {dual_stack()});
  const auto heard = world.ask_from("10.1.2.3", "s.t. A").rdata;
  EXPECT_EQ(explain_client(world.reader.refresh(), *Name::parse("s.t"), RRType::A,
                           *IpAddress::parse("::ffff:10.1.2.3")),
            std::vector{"10.1.2.3 sticks with all of 10.1.2.0/24 to " + heard[0] + ", " + heard[1]});
}

TEST(StickyAnswers, SomeOfTheInstancesStickToo) {
  TestWorld world(config("sticky"));
  auto state = dual_stack();
  for (std::size_t i = 0; i < state.instances.size(); ++i)
    state.instances[i].version = i % 2 == 0 ? "v1" : "v2";
  world.list("one", {state});
  std::set<std::string> different;
  for (unsigned i = 0; i < 100; ++i) {
    const auto a = world.ask_from(network(i), "v1._version.s.t. A");
    ASSERT_EQ(a.rdata.size(), 1u);
    different.insert(a.rdata[0]);
    EXPECT_EQ(world.ask_from(network(i), "v1._version.s.t. A").rdata, a.rdata);
    const auto srv = world.ask_from(network(i), "_http._tcp.v1._version.s.t. SRV").rdata;
    ASSERT_EQ(srv.size(), 1u);
  }
  EXPECT_GT(different.size(), 3u);
  EXPECT_EQ(world.ask_from("10.0.0.1", "v1._version.s.t. A", "10.1.2.0/24").scope, 24);
}

}  // namespace
}  // namespace signpost::test
