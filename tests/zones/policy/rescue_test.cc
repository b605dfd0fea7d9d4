// Panic and the rungs of `last_resort`: who answers when health leaves too few.
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "zones/policy/reasons.h"

namespace signpost::policy {
namespace {

using config::LastResort;

/// "up, draining, down leaving, down 0, down off": one instance each.
ServiceState service(const std::string& text) {
  ServiceState state;
  std::istringstream all(text);
  for (std::string one; std::getline(all, one, ',');) {
    std::istringstream words(one);
    auto& instance = state.instances.emplace_back();
    instance.id = std::to_string(state.instances.size());
    for (std::string word; words >> word;) {
      for (const auto known : {Health::Up, Health::Draining, Health::Down, Health::Unknown}) {
        if (to_string(known) == word) instance.health = known;
      }
      if (word == "leaving") instance.leaving = true;
      if (word == "off") instance.enabled = false;
      if (word == "0") instance.weight = 0;
    }
  }
  return state;
}

struct Case {
  const char* rule;
  const char* instances;
  std::uint32_t threshold;
  std::vector<LastResort> rungs;
  const char* who;  // "+-+ panic"
};

const Case kCases[] = {
    {"panic_below_the_threshold", "up, down, down", 50, {}, "+++ panic"},
    {"no_panic_at_the_threshold", "up, down", 50, {}, "+- none"},
    {"a_hundred_percent_wants_all", "up, up, down", 100, {}, "+++ panic"},
    {"none_is_none_when_it_is_off", "down, down", 0, {}, "-- none"},
    {"nobody_healthy_is_panic", "down, down", 1, {}, "++ panic"},
    {"those_that_are_terminating_stay_out", "up, down, down, draining, down leaving", 50, {}, "+++-- panic"},
    {"nor_do_they_count", "up, draining, draining, down leaving, down leaving", 50, {}, "+---- none"},
    {"nor_do_the_disabled_and_weightless", "up, down off, down off, down 0, down 0", 50, {}, "+---- none"},
    {"the_disabled_and_weightless_stay_out", "up, down, down, down off, down 0", 50, {}, "+++-- panic"},
    {"serving_takes_the_draining", "draining, down, down leaving", 0, {LastResort::Serving}, "+-- serving"},
    {"no_rung_while_somebody_is_healthy",
     "up, draining, down",
     0,
     {LastResort::Serving, LastResort::Any},
     "+-- none"},
    {"any_takes_all_but_the_dead",
     "draining, down, unknown off, down 0, down leaving",
     0,
     {LastResort::Any},
     "++--- any"},
    {"the_first_rung_with_somebody_wins",
     "draining, down",
     0,
     {LastResort::Serving, LastResort::Any},
     "+- serving"},
    {"a_rung_with_nobody_is_left_out", "down, down", 0, {LastResort::Serving, LastResort::Any}, "++ any"},
    {"panic_comes_before_the_rungs", "draining, down", 10, {LastResort::Serving}, "-+ panic"},
    {"the_rungs_come_after_panic", "draining, down leaving", 10, {LastResort::Serving}, "+- serving"},
    {"last_known_needs_a_memory", "down, down", 0, {LastResort::LastKnown}, "-- none"},
};

class Rescue : public testing::TestWithParam<Case> {};

TEST_P(Rescue, Decides) {
  const auto& rule = GetParam();
  const auto state = service(rule.instances);
  Terms terms;
  terms.panic_threshold = rule.threshold;
  terms.last_resort = rule.rungs;
  const Candidates candidates{state};
  const auto decision = decide(candidates, terms);
  std::string who;
  for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
    who += decision.verdicts[i] == Verdict::Eligible ? '+' : '-';
    EXPECT_EQ(decision.weights[i] > 0, decision.verdicts[i] == Verdict::Eligible);
  }
  EXPECT_EQ(who + " " + std::string(to_string(decision.doubt)), rule.who);
  EXPECT_EQ(decision.dropped.empty(), decision.doubt == Doubt::None);
  EXPECT_EQ(doubt_note(candidates, terms, decision).empty(), decision.doubt == Doubt::None);
}

INSTANTIATE_TEST_SUITE_P(Rules, Rescue, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.rule); });

TEST(RescueLastKnown, TakesThoseThatWereHealthyLast) {
  const auto state = service("down, down, down off");
  Candidates candidates{state};
  candidates.last_known = {false, true, true};
  Terms terms;
  terms.last_resort = {LastResort::LastKnown};
  const auto decision = decide(candidates, terms);
  EXPECT_EQ(decision.weights, (std::vector<double>{0, 1, 0})) << "but not the disabled";
  EXPECT_EQ(decision.doubt, Doubt::LastKnown);
}

TEST(RescueLastKnown, DoesNotTakeThoseThatAreDeleted) {
  const auto state = service("down leaving, draining");
  Candidates candidates{state};
  candidates.last_known = {true, true};
  Terms terms;
  terms.last_resort = {LastResort::LastKnown};
  EXPECT_EQ(decide(candidates, terms).weights, (std::vector<double>{0, 1}));
}

TEST(RescueGuard, RaisesTheThreshold) {
  const auto state = service("up, down, down");
  Candidates candidates{state};
  candidates.panic_floor = 50;
  Terms terms;
  terms.panic_threshold = 10;
  const auto decision = decide(candidates, terms);
  EXPECT_EQ(decision.doubt, Doubt::Panic);
  EXPECT_NE(
      doubt_note(candidates, terms, decision).find("1 of 3 is healthy enough, below the 50 % of guard G4"),
      std::string::npos);
}

TEST(RescueReasons, NameTheRuleForEachInstance) {
  const auto state = service("up, down, down leaving");
  Terms terms;
  terms.panic_threshold = 60;
  const Candidates candidates{state};
  const auto said = reasons(candidates, terms, decide(candidates, terms));
  EXPECT_EQ(said[0], to_string(Verdict::Eligible));
  EXPECT_EQ(said[1], "answers though its health is down, by panic");
  EXPECT_EQ(said[2], "dropped: it is terminating and does not serve any more");
}

TEST(RescueGroups, KeepTheirParts) {
  auto state = service("down, down, up, down, down, down");
  for (std::size_t i = 0; i < 6; ++i) state.instances[i].version = i < 2 ? "v1" : "v2";
  state.group_weights = {{"v1", 90}, {"v2", 10}};
  Terms terms;
  terms.panic_threshold = 50;
  const auto decision = decide(candidates_of(state), terms);
  EXPECT_EQ(decision.weights, (std::vector<double>{45, 45, 2.5, 2.5, 2.5, 2.5}));
}

}  // namespace
}  // namespace signpost::policy
