// What addresses say already is left out of blocks: with and without it every answer is the same, and an
// endpoint of a headless Service costs its block 8 octets.
#include "zones/synthesis/imply.h"

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "zones/snapshot/owners.h"
#include "zones/synthesis/synthesise.h"

namespace signpost {
namespace {

const config::Zone& zone() {
  static const config::Zone made = [] {
    config::Zone one;
    one.name = "t";
    one.topology = false;
    return one;
  }();
  return made;
}

BlockDraft draft_of(const ServiceState& state) {
  SynthesisRules rules{0, names::Layout::Kubernetes, &zone(), policy::terms_of(state, zone(), true)};
  SynthesisNotes notes;
  return synthesise(state, policy::decide(policy::candidates_of(state), rules.terms), rules,
                    {*Name::parse("cart.t.")}, notes);
}

/// The inverse of imply(), by the words of its header.
BlockDraft expanded(const BlockDraft& from) {
  auto draft = from;
  const auto ports = from.port_srv;
  draft.implied = false;
  draft.port_srv.clear();
  draft.plain_v4 = static_cast<std::uint16_t>(from.v4.size());
  for (std::uint16_t i = 0; i < from.v4.size(); ++i) {
    draft.host_v4.push_back(from.v4[i].octets);
    draft.members.push_back({from.v4[i].share, static_cast<std::uint16_t>(draft.srv.size()),
                             static_cast<std::uint16_t>(ports.size())});
    for (const auto port : ports)
      draft.srv.push_back({port, static_cast<std::uint16_t>(from.v4[i].share), i, i});
  }
  for (auto& port : draft.ports) {
    const auto record = port.first;
    port.first = static_cast<std::uint16_t>(draft.port_srv.size());
    port.count = static_cast<std::uint16_t>(from.v4.size());
    for (std::size_t i = 0; i < from.v4.size(); ++i)
      draft.port_srv.push_back(static_cast<std::uint16_t>(i * ports.size() + record));
  }
  return draft;
}

struct Free {
  void operator()(const Block* block) const { std::free(const_cast<Block*>(block)); }
};
std::unique_ptr<const Block, Free> made(const BlockDraft& draft) {
  return std::unique_ptr<const Block, Free>(make_block(draft));
}

ServiceState headless(std::size_t endpoints, std::size_t ports, Random& random) {
  ServiceState state;
  state.key = {"cluster", "shop", "", "cart"};
  for (std::size_t i = 0; i < ports; ++i)
    state.ports.push_back({"p" + std::to_string(i % 3), static_cast<std::uint16_t>(80 + i), Protocol::Tcp});
  if (random.below(2) == 0) state.ports.push_back({"", 9, Protocol::Udp});
  for (std::size_t i = 0; i < endpoints; ++i) {
    Instance one;
    one.v4 = IpAddress::v4({10, 0, static_cast<std::uint8_t>(i / 200), static_cast<std::uint8_t>(i % 200)});
    one.id = one.v4->to_string();
    one.weight = static_cast<double>(1 + random.below(5));
    state.instances.push_back(std::move(one));
  }
  return state;
}

TEST(Imply, ChangesNoAnswer) {
  const auto seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  int implied = 0;
  for (int i = 0; i < 200; ++i) {
    const auto draft = draft_of(headless(1 + random.below(30), random.below(5), random));
    if (!draft.implied) continue;
    ++implied;
    auto again = expanded(draft);
    const auto whole = made(again);
    const auto compact = made(draft);
    ASSERT_FALSE(whole->implied());
    ASSERT_EQ(owners_of(*whole), owners_of(*compact));
    ASSERT_EQ(whole->sample_members(), compact->sample_members());
    ASSERT_TRUE(imply(again));
    ASSERT_TRUE(made(again)->same_as(*compact));
  }
  EXPECT_GT(implied, 50);
}

TEST(Imply, CostsEightOctetsAnEndpoint) {
  Random random(1);
  const auto twenty = draft_of(headless(20, 1, random));
  const auto forty = draft_of(headless(40, 1, random));
  ASSERT_TRUE(twenty.implied && forty.implied);
  const auto more = made(forty)->octets() - made(twenty)->octets();
  EXPECT_NEAR(static_cast<double>(more), 20 * 8, 8) << "an unnamed port more or less";
}

TEST(PlainHosts, CostFourOctetsAPod) {
  auto rules_of_zone = zone();
  rules_of_zone.pod_names = config::PodNames::Verified;
  const auto octets = [&](std::size_t pods) {
    Random random(3);
    auto state = headless(pods, 0, random);
    state.kind = ServiceKind::Pods;
    const SynthesisRules rules{0, names::Layout::Kubernetes, &rules_of_zone,
                               policy::terms_of(state, rules_of_zone, true)};
    SynthesisNotes notes;
    const auto decision = policy::decide(policy::candidates_of(state), rules.terms);
    return made(synthesise(state, decision, rules, {*Name::parse("shop.pod.t.")}, notes))->octets();
  };
  EXPECT_EQ(octets(1000) - octets(500), 500u * 4);
}

TEST(Imply, LeavesOthersAlone) {
  Random random(2);
  const auto usual = headless(3, 1, random);
  const auto is_implied = [&](auto&& change) {
    auto state = usual;
    change(state);
    return draft_of(state).implied;
  };
  EXPECT_TRUE(is_implied([](ServiceState&) {}));
  EXPECT_FALSE(is_implied([](ServiceState& s) { s.instances[0].host_name = "a"; }));
  EXPECT_FALSE(is_implied([](ServiceState& s) { s.instances[0].v6 = *IpAddress::parse("fd00::1"); }));
  EXPECT_FALSE(is_implied([](ServiceState& s) { s.instances[0].weight = 0.5; }));
  EXPECT_FALSE(is_implied([](ServiceState& s) { s.instances[0].ports = {{"x", 1, Protocol::Tcp}}; }));
  EXPECT_FALSE(is_implied([](ServiceState& s) {
    s.instances[1].v4 = s.instances[0].v4;
    s.instances[1].ports = {{"x", 1, Protocol::Tcp}};
  }));
}

}  // namespace
}  // namespace signpost
