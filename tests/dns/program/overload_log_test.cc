// What is said of times of trouble, second by second.
#include "dns/overload_log.h"

#include <gtest/gtest.h>

namespace signpost {
namespace {

using Event = Trouble::Event;

TEST(Trouble, BeginsAtOnceAndEndsAfterTenQuietSeconds) {
  Trouble trouble;
  EXPECT_EQ(trouble.look(0), Event::None);
  EXPECT_EQ(trouble.look(5), Event::Begins);
  EXPECT_EQ(trouble.count(), 5u);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(trouble.look(5), Event::None);
  EXPECT_EQ(trouble.look(15), Event::None);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(trouble.look(15), Event::None);
  EXPECT_EQ(trouble.look(15), Event::Ends);
  EXPECT_EQ(trouble.count(), 15u);
  EXPECT_EQ(trouble.look(15), Event::None);
  EXPECT_EQ(trouble.look(16), Event::Begins);
  EXPECT_EQ(trouble.count(), 1u);
}

}  // namespace
}  // namespace signpost
