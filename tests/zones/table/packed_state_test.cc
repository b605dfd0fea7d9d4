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

Instance instance(Random& random) {
  Instance made;
  const auto families = 1 + random.below(3);
  if ((families & 1) != 0) made.v4 = IpAddress::v4({10, 0, static_cast<std::uint8_t>(random.next()), 1});
  if ((families & 2) != 0) made.v6 = *IpAddress::parse("fd00::" + std::to_string(random.below(9999)));
  made.ports = ports(random);
  made.id = random.below(2) == 0 ? word(random)
                                 : (made.v4 ? *made.v4 : *made.v6).to_string() + "#" +
                                       std::to_string(made.ports.empty() ? 0 : made.ports[0].number);
  made.host_name = word(random);
  made.health = static_cast<Health>(random.below(4));
  made.enabled = random.below(2) == 0;
  made.weight = random.below(2) == 0 ? 1.0 : static_cast<double>(random.below(1000)) / 7;
  made.zone = word(random);
  made.region = word(random);
  made.node = word(random);
  made.cluster = word(random);
  made.version = word(random);
  for (auto left = random.below(3); left > 0; --left) made.tags.push_back(word(random));
  for (auto left = random.below(3); left > 0; --left) made.metadata.emplace_back(word(random), word(random));
  if (random.below(2) == 0) made.first_seen += std::chrono::seconds(random.below(1u << 30));
  return made;
}

TEST(PackedState, RoundTrip) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  for (int round = 0; round < 500; ++round) {
    ServiceState state;
    state.key = {"r", "s", "g", "n"};
    state.kind = static_cast<ServiceKind>(random.below(3));
    state.pending = random.below(2) == 0;
    state.health_masked = random.below(2) == 0;
    if (random.below(2) == 0) state.virtual_ips = {IpAddress::v4({1, 2, 3, 4}), *IpAddress::parse("::1")};
    state.alias = word(random);
    state.ports = ports(random);
    state.metadata = {{word(random), word(random)}};
    for (auto left = random.below(5); left > 0; --left) state.instances.push_back(instance(random));
    ASSERT_EQ(unpack(state.key, pack(state)), state) << "round " << round;
  }
}

TEST(PackedState, AnEndpointTakesFewOctets) {
  ServiceState state;
  state.ports = {{"http", 8080, Protocol::Tcp}};
  const auto empty = pack(state).size();
  for (std::uint8_t i = 0; i < 100; ++i) {
    Instance one;
    one.v4 = IpAddress::v4({10, 0, 0, i});
    one.ports = state.ports;
    one.id = one.v4->to_string() + "#8080";
    one.zone = "zone-a";
    one.node = "node-1";
    state.instances.push_back(one);
  }
  EXPECT_LE(pack(state).size() - empty, 100u * 12);  // the budget page of zones/README.md
}

}  // namespace
}  // namespace signpost
