// G1, G2 and G3 as tables: what a list may lose and still be believed at once (operations.md 3.1).
#include "zones/guard/judge.h"

#include <string>

#include <gtest/gtest.h>

namespace signpost::test {
namespace {

struct ListCase {
  const char* rule;
  ListFacts facts;  // services before, instances before, services named, instances told, services and
                    // instances lost
  const char* verdict;
};

const ListCase kLists[] = {
    {"G1_nothing_named_where_20_were", {20, 0, 0, 0, 20, 0}, "empty_read"},
    {"G1_19_are_few", {19, 19, 0, 0, 19, 19}, "believed"},
    {"G1_no_instance_told_where_20_were", {5, 20, 5, 0, 0, 20}, "empty_read"},
    {"G1_one_service_left_is_not_empty", {200, 0, 1, 0, 199, 0}, "global_shrink"},
    {"G1_an_empty_registry_stays_empty", {0, 0, 0, 0, 0, 0}, "believed"},
    {"G1_of_what_is_held_already_nothing_is_lost_again", {25, 25, 0, 0, 0, 0}, "believed"},
    {"G3_20_percent_of_instances_may_go", {50, 1000, 50, 800, 0, 200}, "believed"},
    {"G3_more_than_20_percent_of_instances", {50, 1000, 50, 799, 0, 201}, "global_shrink"},
    {"G3_10_percent_of_services_may_go", {300, 0, 270, 0, 30, 0}, "believed"},
    {"G3_more_than_10_percent_of_services", {300, 0, 269, 0, 31, 0}, "global_shrink"},
    {"G3_fewer_than_20_are_no_disaster", {30, 30, 11, 11, 19, 19}, "believed"},
    {"G3_20_of_30_are_one", {30, 30, 10, 10, 20, 20}, "global_shrink"},
    {"G3_what_grew_elsewhere_does_not_count_against_it", {50, 1000, 50, 5000, 0, 201}, "global_shrink"},
};

class JudgeList : public testing::TestWithParam<ListCase> {};
TEST_P(JudgeList, Says) {
  const auto guard = judge_list(GetParam().facts);
  EXPECT_EQ(guard ? std::string(to_string(*guard)) : "believed", GetParam().verdict);
}
INSTANTIATE_TEST_SUITE_P(Lists, JudgeList, testing::ValuesIn(kLists),
                         [](const auto& each) { return std::string(each.param.rule); });

struct ServiceCase {
  const char* rule;
  std::uint64_t shown, told;
  GuardRules rules;
  bool held;
};

constexpr GuardRules kNacos{true, true};
constexpr GuardRules kFile{false, false};

const ServiceCase kServices[] = {
    {"G2_half_may_go", 10, 5, {}, false},
    {"G2_more_than_half", 10, 4, {}, true},
    {"G2_all", 3, 0, {}, true},
    {"G2_two_are_few", 2, 0, {}, false},
    {"G2_three_of_five", 5, 2, {}, true},
    {"G2_three_of_six_are_half", 6, 3, {}, false},
    {"G2_growth", 1, 100, {}, false},
    {"G2_the_last_one_of_Nacos", 1, 0, kNacos, true},
    {"G2_one_of_two_of_Nacos_is_not_the_last", 2, 1, kNacos, false},
    {"G2_nothing_has_nothing_to_lose", 0, 0, kNacos, false},
    {"G2_not_of_a_file", 10, 0, kFile, false},
};

class JudgeService : public testing::TestWithParam<ServiceCase> {};
TEST_P(JudgeService, Says) {
  const auto& c = GetParam();
  EXPECT_EQ(is_collapse(c.shown, c.told, c.rules), c.held);
}
INSTANTIATE_TEST_SUITE_P(Services, JudgeService, testing::ValuesIn(kServices),
                         [](const auto& each) { return std::string(each.param.rule); });

}  // namespace
}  // namespace signpost::test
