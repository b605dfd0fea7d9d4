#include "backends/follow/backoff.h"

#include <gtest/gtest.h>

namespace signpost::follow {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesItsCeilingUpToTheCap) {
  Random random(1);
  Backoff backoff(milliseconds(100), milliseconds(1500));
  for (const auto expected : {100, 200, 400, 800, 1500, 1500, 1500}) {
    EXPECT_EQ(backoff.ceiling(), milliseconds(expected));
    EXPECT_LE(backoff.next(random), milliseconds(expected));
  }
}

TEST(Backoff, IsShortAgainAfterReset) {
  Random random(2);
  Backoff backoff(milliseconds(100), milliseconds(1500));
  for (int i = 0; i < 10; ++i) backoff.next(random);
  backoff.reset();
  EXPECT_LE(backoff.next(random), milliseconds(100));
}

TEST(Backoff, JitterIsFull) {  // from zero to the ceiling, the mean in the middle
  Random random(3);
  Duration sum{};
  Duration least = Duration::max();
  Duration most{};
  constexpr int kDraws = 10000;
  for (int i = 0; i < kDraws; ++i) {
    Backoff backoff(milliseconds(1000), milliseconds(1500));
    const auto wait = backoff.next(random);
    sum += wait;
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_LT(least, milliseconds(10));
  EXPECT_GT(most, milliseconds(990));
  EXPECT_GT(sum / kDraws, milliseconds(480));  // 500 +- 3 ms is one standard error of 10,000 draws
  EXPECT_LT(sum / kDraws, milliseconds(520));
}

}  // namespace
}  // namespace signpost::follow
