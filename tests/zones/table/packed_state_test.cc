// pack() and unpack() are inverses for every state that a backend can make.
#include "zones/table/packed_state.h"

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost {
namespace {

std::string word(Random& random) {
  static const char* const kWords[] = {"", "a", "b", "zone-1", "v2", "some longer word with \0 in it", "x"};
  return kWords[random.below(std::size(kWords))];
}

std::vector<Port> ports(Random& random) {
  std::vector<Port> made(random.below(3));
  for (auto& port : made)
    port = {word(random), static_cast<std::uint16_t>(random.next()), static_cast<Protocol>(random.below(3))};
  return made;
}

/// What the backends make, and what comes close to it.
std::string id(const Instance& instance, Random& random) {
  const auto address = (instance.v4 ? *instance.v4 : *instance.v6).to_string();
  switch (random.below(6)) {
    case 0:
      return word(random);
    case 1:
      return address;
    case 2:
      return instance.host_name;
    case 3:
      return address + "#";
    case 4:
      return address + "x" + std::to_string(instance.ports.empty() ? 0 : instance.ports[0].number);
    default:
      return address + "#" + std::to_string(instance.ports.empty() ? 0 : instance.ports[0].number);
  }
}

Instance instance(Random& random) {
  Instance made;
  const auto families = 1 + random.below(3);
  if ((families & 1) != 0) made.v4 = IpAddress::v4({10, 0, static_cast<std::uint8_t>(random.next()), 1});
  if ((families & 2) != 0) made.v6 = *IpAddress::parse("fd00::" + std::to_string(random.below(9999)));
  made.ports = ports(random);
  made.host_name = word(random);
  made.id = id(made, random);
  made.health = static_cast<Health>(random.below(4));
  made.leaving = random.below(2) == 0;
  made.enabled = random.below(2) == 0;
  made.weight = random.below(2) == 0 ? 1.0 : static_cast<double>(random.below(1000)) / 7;
  made.zone = word(random);
  made.region = word(random);
  made.node = word(random);
  made.cluster = word(random);
  made.version = word(random);
  for (auto left = random.below(3); left > 0; --left) made.tags.push_back(word(random));
  for (auto left = random.below(3); left > 0; --left) made.for_zones.push_back(word(random));
  for (auto left = random.below(3); left > 0; --left) made.metadata.emplace_back(word(random), word(random));
  if (random.below(2) == 0) made.first_seen += std::chrono::seconds(random.below(1u << 30));
  return made;
}

Wishes wishes(Random& random) {
  Wishes made;
  if (random.below(2) == 0)
    made.answer = config::Answer{static_cast<config::AnswerMode>(random.below(3)),
                                 static_cast<std::uint16_t>(random.next())};
  if (random.below(2) == 0) made.ttl = static_cast<std::uint32_t>(random.next());
  if (random.below(2) == 0) made.health = static_cast<config::HealthPolicy>(random.below(4));
  return made;
}

void add_extras(ServiceState& state, Random& random) {
  if (random.below(2) == 0)
    state.external_ips = {IpAddress::v4({9, 9, 9, 9}), *IpAddress::parse("2001:db8::1")};
  for (auto left = random.below(3); left > 0; --left) state.external_hosts.push_back(word(random));
  state.traffic_distribution = word(random);
  for (auto left = random.below(3); left > 0; --left)
    state.group_weights.push_back({word(random), static_cast<double>(random.below(100)) / 3});
  if (!state.group_weights.empty()) state.group_key = word(random);
  state.wishes = wishes(random);
}

TEST(PackedState, RoundTrip) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  ServiceState used;  // a state of before leaves nothing behind
  for (int round = 0; round < 500; ++round) {
    ServiceState state;
    state.key = {"r", "s", "g", "n"};
    state.kind = static_cast<ServiceKind>(random.below(4));
    state.pending = random.below(2) == 0;
    state.health_masked = random.below(2) == 0;
    if (random.below(2) == 0) state.virtual_ips = {IpAddress::v4({1, 2, 3, 4}), *IpAddress::parse("::1")};
    state.alias = word(random);
    if (random.below(2) == 0) add_extras(state, random);
    state.ports = ports(random);
    state.metadata = {{word(random), word(random)}};
    for (auto left = random.below(5); left > 0; --left) state.instances.push_back(instance(random));
    ASSERT_EQ(unpack(state.key, pack(state)), state) << "round " << round;
    unpack(state.key, pack(state), used);
    ASSERT_EQ(used, state) << "round " << round;
  }
}

/// What each of 100 instances adds to a service, in hundredths of an octet; `make` completes it.
template <class Make>
std::size_t hundred(Make make) {
  ServiceState state;
  state.ports = {{"http", 8080, Protocol::Tcp}};
  const auto empty = pack(state).size();
  for (std::uint8_t i = 0; i < 100; ++i) {
    Instance one;
    one.v4 = IpAddress::v4({10, 0, 0, i});
    one.ports = state.ports;
    one.zone = "zone-a";
    one.node = "node-1";
    make(one);
    state.instances.push_back(one);
  }
  return pack(state).size() - empty;
}

TEST(PackedState, AnEndpointTakesFewOctets) {  // the budget page of zones/README.md
  constexpr std::size_t kOnce = 20;            // words that all of them share, written with the first
  EXPECT_LE(hundred([](Instance& one) { one.id = one.v4->to_string() + "#8080"; }), 100u * 9 + kOnce);
  EXPECT_LE(hundred([](Instance& one) { one.id = one.v4->to_string(); }), 100u * 9 + kOnce);
  EXPECT_LE(hundred([](Instance& one) {
              one.id = one.v4->to_string();
              one.for_zones = {"zone-a"};
              one.version = "v1";
            }),
            100u * 15 + kOnce);
  EXPECT_LE(hundred([](Instance& one) { one.id = one.host_name = "web-1"; }), 100u * (9 + 6) + kOnce);
}

TEST(PackedState, WhatAServiceHasNotTakesNoOctet) {
  ServiceState state;
  const auto plain = pack(state).size();
  EXPECT_EQ(plain, 6u);  // flags and five counts
  state.wishes.ttl = 30;
  EXPECT_EQ(pack(state).size(), plain + 6);
}

}  // namespace
}  // namespace signpost
