// What a configuration says about shares that will not arrive as they are written.
#include <gtest/gtest.h>

#include "tests/config/cases.h"
#include "tests/config/support.h"

namespace signpost::config {
namespace {

class Coarse : public testing::TestWithParam<Case> {};

TEST_P(Coarse, IsWarnedOf) {
  EXPECT_EQ(said(zone(std::string("name: a.example, registry: local, ") + GetParam().text)), GetParam().said);
}

constexpr const char* kWarned =
    "W f.yaml:2:49: everybody behind one cache gets the same `answer: sample 2` for 31 s, so shares come in "
    "coarse pieces; `ttl: 30` or less keeps them fine";

const Case kCases[] = {
    {"a_sample_that_is_kept_for_long", "ttl: 31, answer: sample 2", kWarned},
    {"thirty_seconds_are_fine", "ttl: 30, answer: sample 2", ""},
    {"the_default_is_fine", "answer: sample 2", ""},
    {"an_order_is_no_sample", "ttl: 300, answer: order", ""},
    {"all_is_no_sample", "ttl: 300, answer: all", ""},
};

INSTANTIATE_TEST_SUITE_P(Shares, Coarse, testing::ValuesIn(kCases), rule_of);

}  // namespace
}  // namespace signpost::config
