// Which patterns take the place of one that is at its limit. Ids: the Nacos facts page.
#include "backends/nacos/watch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signpost::nacos::test {
namespace {

using testing::IsEmpty;

/// "orders/cart*", with the groups as they come out.
std::string spelled(const std::vector<WatchPattern>& patterns) {
  std::string text;
  for (const auto& pattern : patterns) {
    text += (text.empty() ? "" : " ") + pattern.group + "/" + pattern.name;
  }
  return text;
}

struct Case {
  const char* rule;
  std::vector<WatchedGroup> groups;
  WatchLimits limits;
  const char* plan;
  std::set<WatchPattern> working = {};
  std::set<WatchPattern> failing = {};
};

const Case kCases[] = {
    {"a_group_that_fits_is_one_pattern", {{"g", true, {"a", "b"}}}, {5, 9}, "g/*"},
    {"a_group_without_services_too", {{"g", true, {}}}, {5, 9}, "g/*"},
    {"four_fifths_are_planned_for",
     {{"g", true, {"a", "b", "c", "d", "e"}}},
     {5, 9},
     "g/a* g/b* g/c* g/d* g/e*"},
    {"what_works_stays", {{"g", true, {"a", "b", "c", "d", "e"}}}, {5, 9}, "g/*", {{"g", "*"}}},
    {"what_is_at_its_limit_is_split", {{"g", true, {"a", "b"}}}, {5, 9}, "g/a* g/b*", {}, {{"g", "*"}}},
    {"by_the_first_octet_that_differs", {{"g", true, {"aa1", "aa2", "ab"}}}, {2, 9}, "g/aa1* g/aa2* g/ab*"},
    {"splits_as_deep_as_needed",
     {{"g", true, {"x-a1", "x-a2", "x-b1", "x-b2", "y"}}},
     {3, 9},
     "g/x-a* g/x-b* g/y*"},
    {"but_not_what_works",
     {{"g", true, {"x-a1", "x-a2", "x-b1", "x-b2", "y"}}},
     {3, 9},
     "g/x* g/y*",
     {{"g", "x*"}}},
    {"a_name_that_is_a_prefix_of_others_is_exact",
     {{"g", true, {"a", "ab", "ac"}}},
     {2, 9},
     "g/a g/ab* g/ac*"},
    {"too_many_patterns_are_none", {{"g", true, {"a", "b", "c", "d", "e"}}}, {5, 4}, ""},
    {"one_name_cannot_be_split", {{"g", true, {"a"}}}, {5, 9}, "", {}, {{"g", "*"}}},
    {"a_star_in_a_name_is_no_pattern", {{"g", true, {"*b", "a"}}}, {1, 9}, ""},
    {"groups_that_no_list_reads_come_first", {{"a", true, {}}, {"z", false, {}}}, {5, 1}, "z/*"},
    {"then_those_that_need_the_fewest",
     {{"a", true, {"1", "2", "3", "4", "5"}}, {"b", true, {"1"}}, {"c", true, {"2"}}},
     {5, 2},
     "b/* c/*"},
};

class NacosWatchPlan : public testing::TestWithParam<Case> {};

TEST_P(NacosWatchPlan, Patterns) {
  const auto& test = GetParam();
  EXPECT_EQ(spelled(plan_watches(test.groups, test.working, test.failing, test.limits)), test.plan);
}

INSTANTIATE_TEST_SUITE_P(Rules, NacosWatchPlan, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.rule); });

TEST(NacosWatchPlan, EveryKnownNameOfAPlannedGroupIsCoveredOnce) {
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back("svc-" + std::to_string(i * 7919 % 100000));
  std::sort(texts.begin(), texts.end());
  const WatchedGroup group{"g", true, {texts.begin(), texts.end()}};
  const auto plan = plan_watches({group}, {}, {}, {500, 16});
  ASSERT_THAT(plan, testing::Not(IsEmpty()));
  for (const auto& text : texts) {
    int times = 0;
    for (const auto& pattern : plan) times += covers(pattern, {"g", text}) ? 1 : 0;
    EXPECT_EQ(times, 1) << text;
  }
}

TEST(NacosWatchPlan, PatternsAreMatchedAsTheServerDoes_5_4) {
  EXPECT_TRUE(covers(kWatchAll, {"any", "thing"}));
  EXPECT_TRUE(covers({"g", "ab*"}, {"g", "ab"}));
  EXPECT_TRUE(covers({"g", "ab*"}, {"g", "abc"}));
  EXPECT_FALSE(covers({"g", "ab*"}, {"g", "Abc"}));
  EXPECT_FALSE(covers({"g", "ab"}, {"g", "abc"}));
  EXPECT_FALSE(covers({"g", "*"}, {"gg", "abc"}));
}

}  // namespace
}  // namespace signpost::nacos::test
