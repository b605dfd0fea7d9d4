// The rules of DESIGN.md section 3, in their order: enabled, weight 0, health.
#include "zones/policy/policy.h"

#include <limits>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace signpost::policy {
namespace {

using config::HealthPolicy;

/// "up 1, down 2.5, up 0 off": one instance each.
ServiceState service(const std::string& text) {
  ServiceState state;
  std::istringstream all(text);
  for (std::string one; std::getline(all, one, ',');) {
    std::istringstream words(one);
    std::string health, off;
    Instance instance;
    words >> health >> instance.weight >> off;
    instance.id = std::to_string(state.instances.size());
    instance.v4 = IpAddress::v4({10, 0, 0, 1});
    instance.enabled = off.empty();
    for (const auto known : {Health::Up, Health::Draining, Health::Down, Health::Unknown}) {
      if (to_string(known) == health) instance.health = known;
    }
    state.instances.push_back(std::move(instance));
  }
  return state;
}

Decision decide(const ServiceState& state, HealthPolicy health, bool weights = true) {
  Terms terms;
  terms.health = health;
  terms.weights = weights;
  return policy::decide(candidates_of(state), terms);
}

std::string text_of(const Decision& decision) {
  std::ostringstream text;
  const char* const words[] = {"",         "disabled", "weightless", "groupless",
                               "draining", "down",     "unknown",    "drained"};
  for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
    text << (i ? " " : "");
    if (decision.verdicts[i] == Verdict::Eligible) {
      text << decision.weights[i];
    } else {
      text << words[static_cast<int>(decision.verdicts[i])];
    }
  }
  if (decision.all_weights_zero) text << " (all alike)";
  return text.str();
}

struct Case {
  const char* rule;
  const char* instances;
  HealthPolicy health;
  const char* decision;
};

const Case kCases[] = {
    {"ready_wants_up_or_unknown", "up 1, draining 2, down 3, unknown 4", HealthPolicy::Ready,
     "1 draining down 4"},
    {"serving_keeps_draining", "up 1, draining 2, down 3, unknown 4", HealthPolicy::Serving, "1 2 down 4"},
    {"strict_wants_up", "up 1, draining 2, down 3, unknown 4", HealthPolicy::Strict,
     "1 draining down unknown"},
    {"any_takes_every_health", "up 1, draining 2, down 3, unknown 4", HealthPolicy::Any, "1 2 3 4"},
    {"weights_stay_as_they_are", "up 0.1, up 2.5, up 1e300", HealthPolicy::Ready, "0.1 2.5 1e+300"},
    {"weight_zero_never_answers", "up 0, up 1", HealthPolicy::Ready, "weightless 1"},
    {"all_zero_counts_alike", "up 0, up 0", HealthPolicy::Ready, "1 1 (all alike)"},
    {"all_zero_is_not_any_health", "up 0, down 0", HealthPolicy::Ready, "1 down (all alike)"},
    {"unhealthy_weight_is_a_weight", "up 0, down 5", HealthPolicy::Ready, "weightless down"},
    {"disabled_weight_is_none", "up 0, up 5 off", HealthPolicy::Ready, "1 disabled (all alike)"},
    {"disabled_comes_before_weight", "up 0 off, up 1", HealthPolicy::Ready, "disabled 1"},
    {"disabled_comes_before_health", "down 1 off, up 1", HealthPolicy::Any, "disabled 1"},
    {"weight_comes_before_health", "down 0, up 1", HealthPolicy::Ready, "weightless 1"},
    {"all_disabled_is_not_all_zero", "up 0 off, up 0 off", HealthPolicy::Ready, "disabled disabled"},
    {"empty_is_empty", "", HealthPolicy::Ready, ""},
};

class Policy : public testing::TestWithParam<Case> {};

TEST_P(Policy, Decides) {
  const auto& rule = GetParam();
  const auto state = service(rule.instances);
  const auto decision = decide(state, rule.health);
  EXPECT_EQ(text_of(decision), rule.decision);
  std::size_t eligible = 0;
  ASSERT_EQ(decision.weights.size(), state.instances.size());
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    eligible += decision.verdicts[i] == Verdict::Eligible ? 1 : 0;
    EXPECT_EQ(decision.weights[i] > 0, decision.verdicts[i] == Verdict::Eligible);
  }
  EXPECT_EQ(decision.eligible, eligible);
}

INSTANTIATE_TEST_SUITE_P(Rules, Policy, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.rule); });

TEST(PolicyWeights, WhatIsNoWeightCountsAsZero) {
  auto state = service("up 1, up 1, up 1, up 1");
  state.instances[0].weight = std::numeric_limits<double>::quiet_NaN();
  state.instances[1].weight = -1;
  state.instances[2].weight = std::numeric_limits<double>::infinity();
  EXPECT_EQ(text_of(decide(state, HealthPolicy::Ready)), "weightless weightless weightless 1");
}

TEST(PolicyHealth, MaskedWordsAreTakenAsDelivered) {
  auto state = service("up 1, down 1");
  state.health_masked = true;
  EXPECT_EQ(text_of(decide(state, HealthPolicy::Ready)), "1 down");
}

TEST(PolicyWords, EveryVerdictHasItsOwnSentence) {
  std::set<std::string_view> sentences;
  for (const auto verdict : {Verdict::Eligible, Verdict::Disabled, Verdict::WeightZero, Verdict::Draining,
                             Verdict::Down, Verdict::Unknown}) {
    EXPECT_TRUE(sentences.insert(to_string(verdict)).second);
    EXPECT_EQ(to_string(verdict).starts_with("answers"), verdict == Verdict::Eligible);
  }
}

/// "up 1 v1, up 2 v2": the third word is a version.
Decision decide_groups(const std::string& text, std::vector<GroupWeight> groups, bool weights = true) {
  ServiceState state;
  std::istringstream all(text);
  for (std::string one; std::getline(all, one, ',');) {
    std::istringstream words(one);
    std::string health;
    Instance instance;
    words >> health >> instance.weight >> instance.version;
    instance.v4 = IpAddress::v4({10, 0, 0, 1});
    instance.health = health == "up" ? Health::Up : Health::Down;
    state.instances.push_back(std::move(instance));
  }
  state.group_weights = std::move(groups);
  return decide(state, HealthPolicy::Ready, weights);
}

TEST(Groups, ShareTheirWeightAmongThoseWhoMayAnswer) {
  EXPECT_EQ(text_of(decide_groups("up 1 v1, up 3 v1, up 7 v2, down 5 v1", {{"v1", 80}, {"v2", 20}})),
            "20 60 20 down");
}

TEST(Groups, ThatAreEmptyHandTheirShareOn) {
  EXPECT_EQ(text_of(decide_groups("up 1 v1, down 1 v2", {{"v1", 10}, {"v2", 90}})), "10 down");
}

TEST(Groups, OfWeightZeroOrWithoutAWeightNeverAnswer) {
  EXPECT_EQ(text_of(decide_groups("up 1 v1, up 1 v2, up 1 v3, up 1", {{"v1", 1}, {"v2", 0}})),
            "1 groupless groupless groupless");
  EXPECT_EQ(text_of(decide_groups("down 1 v1, up 1 v2", {{"v1", 1}, {"v2", 0}})), "down groupless")
      << "not even when the others are down";
}

TEST(Groups, DoNotCountWhenNobodyIsInOne) {
  const auto decision = decide_groups("up 1 v3, up 2 v4", {{"v1", 90}, {"v2", 10}});
  EXPECT_TRUE(decision.all_groups_zero);
  EXPECT_EQ(text_of(decision), "1 2");
}

TEST(Groups, AndWeightsDoNotCountWhereTheyMayNot) {
  EXPECT_EQ(text_of(decide_groups("up 0 v1, up 7 v2, up 3 v3", {{"v1", 90}}, false)), "1 1 1");
}

}  // namespace
}  // namespace signpost::policy
