// Every truncation and every single-bit flip of the seeds.
#include "tests/conformance/bad_input/expect_good.h"

namespace signpost::test {
namespace {

TEST(BadInput, EverySeedIsAnswered) {
  Hostile hostile;
  const auto seeds = hostile_seeds();
  ASSERT_GE(seeds.size(), 50u);
  for (const auto& seed : seeds)
    for (const auto transport : {Transport::Udp, Transport::Tcp})
      hostile.expect_good(seed.message, transport, seed.title + name_of(transport));
  EXPECT_EQ(hostile.silences, 0u);
}

TEST(BadInput, EveryTruncation) {
  Hostile hostile;
  for (const auto& seed : hostile_seeds())
    for (std::size_t size = 0; size < seed.message.size(); ++size)
      for (const auto transport : {Transport::Udp, Transport::Tcp}) {
        const Bytes cut(seed.message.begin(), seed.message.begin() + static_cast<std::ptrdiff_t>(size));
        hostile.expect_good(cut, transport, seed.title + " cut to " + std::to_string(size));
        if (HasFatalFailure()) return;
      }
  EXPECT_EQ(hostile.silences, hostile_seeds().size() * 12 * 2) << "less than a header, and nothing else";
}

TEST(BadInput, EverySingleBitFlip) {
  Hostile hostile;
  for (const auto& seed : hostile_seeds())
    for (std::size_t bit = 0; bit < seed.message.size() * 8; ++bit)
      for (const auto transport : {Transport::Udp, Transport::Tcp}) {
        auto flipped = seed.message;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 0x80u >> bit % 8);
        hostile.expect_good(flipped, transport, seed.title + " bit " + std::to_string(bit));
        if (HasFatalFailure()) return;
      }
  EXPECT_EQ(hostile.silences, hostile_seeds().size() * 2) << "QR, and nothing else";
}

TEST(BadInput, StrayOctetsBehindEverySeed) {
  Hostile hostile;
  for (const auto& seed : hostile_seeds())
    for (const std::size_t more : {1u, 2u, 11u, 400u, 60000u})
      for (const auto transport : {Transport::Udp, Transport::Tcp}) {
        hostile.expect_good(seed.message + Bytes(more, 0xc0), transport,
                            seed.title + " and " + std::to_string(more));
        if (HasFatalFailure()) return;
      }
}

}  // namespace
}  // namespace signpost::test
