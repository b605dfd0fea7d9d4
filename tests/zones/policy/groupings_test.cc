// Groups within groups, and what others than the registry say (zones/policy/candidates.h).
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include "zones/policy/policy.h"

namespace signpost::policy {
namespace {

ServiceState of_weights(std::initializer_list<double> weights) {
  ServiceState state;
  for (const auto weight : weights) {
    auto& instance = state.instances.emplace_back();
    instance.id = std::to_string(state.instances.size());
    instance.v4 = IpAddress::v4({10, 1, 0, static_cast<std::uint8_t>(state.instances.size())});
    instance.weight = weight;
  }
  return state;
}

Terms ready() { return Terms(); }

TEST(Groupings, ApplyFromTheInsideOut) {
  const auto state = of_weights({1, 3, 5, 1, 1});
  Candidates candidates{state};
  // Member a has the versions v1 (0, 1) and v2 (2), member b (3, 4) none.
  const auto none = Grouping::kNone;
  candidates.groupings.push_back({"version", {{"v1", 80}, {"v2", 20}}, {0, 0, 1, none, none}});
  candidates.groupings.push_back({"member", {{"a", 10}, {"b", 90}}, {0, 0, 0, 1, 1}});
  EXPECT_EQ(decide(candidates, ready()).weights, (std::vector<double>{2, 6, 2, 45, 45}));
}

TEST(Groupings, OfWhichOneHasNobodyHandItOn) {
  auto state = of_weights({1, 1, 1});
  state.instances[2].health = Health::Down;
  Candidates candidates{state};
  candidates.groupings.push_back({"member", {{"a", 10}, {"b", 90}}, {0, 0, 1}});
  EXPECT_EQ(decide(candidates, ready()).weights, (std::vector<double>{5, 5, 0}));
}

TEST(Groupings, ThatNameNobodyDoNotCountInTheirMemberAlone) {
  const auto state = of_weights({1, 1, 1, 1});
  Candidates candidates{state};
  candidates.groupings.push_back(
      {"version", {{"a1", 0}, {"b1", 100}, {"b2", 0}}, {0, 0, 1, 2}});  // nobody of a has a weight
  candidates.groupings.push_back({"member", {{"a", 50}, {"b", 50}}, {0, 0, 1, 1}});
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.weights, (std::vector<double>{25, 25, 50, 0}));
  EXPECT_EQ(decision.verdicts[3], Verdict::GroupZero);
  EXPECT_TRUE(decision.all_groups_zero);
}

TEST(Overlays, OfTheOperatorDropAsIfDisabled) {
  const auto state = of_weights({1, 0});
  Candidates candidates{state};
  candidates.overlays.resize(2);
  candidates.overlays[0].drained = true;
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.verdicts[0], Verdict::Drained);
  EXPECT_TRUE(decision.all_weights_zero) << "as with the last weighted one disabled";
  EXPECT_EQ(decision.weights[1], 1);
}

TEST(Overlays, OfHealthStandInPlaceOfTheRegistrys) {
  auto state = of_weights({1, 1});
  state.instances[1].health = Health::Down;
  Candidates candidates{state};
  candidates.overlays.resize(2);
  candidates.overlays[0].health = Health::Down;
  candidates.overlays[1].health = Health::Up;
  EXPECT_EQ(decide(candidates, ready()).weights, (std::vector<double>{0, 1}));
}

TEST(Overlays, OfRampsMoveWeights) {
  const auto state = of_weights({4, 4});
  Candidates candidates{state};
  candidates.overlays.resize(2);
  candidates.overlays[1].ramp = 0.25;
  EXPECT_EQ(decide(candidates, ready()).weights, (std::vector<double>{4, 1}));
  candidates.groupings.push_back({"version", {{"v1", 50}, {"v2", 50}}, {0, 1}});
  EXPECT_EQ(decide(candidates, ready()).weights, (std::vector<double>{50, 50})) << "a group keeps its part";
}

TEST(Checks, DropWhoFailsWhileOthersPass) {
  const auto state = of_weights({1, 2, 3});
  Candidates candidates{state};
  candidates.overlays.resize(3);
  candidates.overlays[1].check_fails = true;
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.weights, (std::vector<double>{1, 0, 3}));
  EXPECT_EQ(decision.verdicts[1], Verdict::CheckFails);
  EXPECT_FALSE(decision.all_checks_fail);
}

TEST(Checks, NeverEmptyAService) {
  auto state = of_weights({1, 2, 3});
  state.instances[2].health = Health::Down;  // passes its check, but its registry says no
  Candidates candidates{state};
  candidates.overlays.resize(3);
  candidates.overlays[0].check_fails = candidates.overlays[1].check_fails = true;
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.weights, (std::vector<double>{1, 2, 0}));
  EXPECT_TRUE(decision.all_checks_fail);
  EXPECT_EQ(decision.eligible, 2u);
}

TEST(Checks, NeverEmptyAFamily) {
  auto state = of_weights({1, 1, 1, 1});
  state.instances[2].v4.reset();
  state.instances[2].v6 = IpAddress::parse("fd00::3");
  state.instances[3].v4.reset();
  state.instances[3].v6 = IpAddress::parse("::ffff:10.0.0.4");  // IPv4 in truth
  Candidates candidates{state};
  candidates.overlays.resize(4);
  for (const auto i : {1, 2, 3}) candidates.overlays[static_cast<std::size_t>(i)].check_fails = true;
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.weights, (std::vector<double>{1, 0, 1, 0}));
  EXPECT_TRUE(decision.all_checks_fail);
}

TEST(Checks, OfWhomNobodyCountsSayNothing) {
  auto state = of_weights({1, 1});
  state.instances[0].enabled = false;
  Candidates candidates{state};
  candidates.overlays.resize(2);
  candidates.overlays[0].check_fails = true;
  const auto decision = decide(candidates, ready());
  EXPECT_EQ(decision.verdicts[0], Verdict::Disabled);
  EXPECT_FALSE(decision.all_checks_fail);
}

}  // namespace
}  // namespace signpost::policy
