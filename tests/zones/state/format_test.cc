#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/state/support.h"

namespace signpost::state::tests {
namespace {

/// Of about this many octets, with all octets there are.
Services many(std::size_t octets) {
  Services services;
  Random random(5);
  for (std::size_t i = 0, have = 0; have < octets; ++i) {
    std::string packed(random.below(400), '\0');
    for (auto& c : packed) c = static_cast<char>(random.next());
    have += packed.size() + 40;
    services.emplace_back("service-" + std::to_string(i), packed);
  }
  return services;
}

TEST(Format, Crc32cIsThatOfRfc9260) {
  EXPECT_EQ(crc("123456789"), 0xE3069283u);
  EXPECT_EQ(crc(std::string(32, '\0')), 0x8A9136AAu);
}

class RoundTrip : public testing::TestWithParam<std::size_t> {};
TEST_P(RoundTrip, GivesWhatWasWritten) {
  const auto services = many(GetParam());
  const auto octets = image_of(services);
  const auto image = read_image(octets);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(services_of(*image), services);
  EXPECT_EQ(image->meta.source, source());
  EXPECT_EQ(image->meta.revision, 77u);
  EXPECT_EQ(image->meta.written, 1763750000);
  EXPECT_TRUE(image->meta.complete);
}
INSTANTIATE_TEST_SUITE_P(Sizes, RoundTrip, testing::Values(0, 1, 1000, 65536, 65537, 300000));

TEST(Format, ARecordMayBeLongerThanABlock) {
  const Services services{{"long", std::string(200000, 'x')}, {"short", ""}};
  const auto image = read_image(image_of(services));
  ASSERT_TRUE(image);
  EXPECT_EQ(services_of(*image), services);
}

TEST(Format, AServiceWithAnEndlessNameIsLeftOut) {
  std::string out;
  Services services{{"cart", "1"}};
  Records some;
  EXPECT_FALSE(some.add(key(std::string(70000, 'x')), "2"));
  EXPECT_TRUE(some.add(key("cart"), "1"));
  Writer writer(meta(services), [&](std::string_view octets) { out += octets; });
  writer.add(some);
  writer.finish();
  const auto image = read_image(out);
  ASSERT_TRUE(image);
  EXPECT_EQ(services_of(*image), services);
}

TEST(Format, EveryCutIsSeen) {
  const auto octets = image_of(many(3000));
  for (std::size_t size = 0; size < octets.size(); ++size)
    EXPECT_FALSE(read_image(std::string_view(octets).substr(0, size))) << size;
}

TEST(Format, EveryFlippedBitIsSeen) {
  const auto octets = image_of(many(2000));
  for (std::size_t at = 0; at < octets.size() * 8; ++at) {
    auto bad = octets;
    bad[at / 8] = static_cast<char>(bad[at / 8] ^ (1 << (at % 8)));
    EXPECT_FALSE(read_image(bad)) << at;
  }
}

TEST(Format, OctetsBehindTheEndAreDamage) { EXPECT_FALSE(read_image(image_of({{"a", "b"}}) + "x")); }

TEST(Format, BlocksInAnotherOrderAreDamage) {
  const auto octets = image_of(many(200000));
  const auto header = octets.size() - read_image(octets)->records.size();  // no block begins before this
  const auto meta_size = read_meta(octets);
  ASSERT_TRUE(meta_size);
  ASSERT_LT(header, octets.size());
  Cursor cursor(octets);
  cursor.take(16);
  const auto start = cursor.u32();
  auto swapped = octets.substr(0, start) + octets.substr(start + 65544, 65544) + octets.substr(start, 65544) +
                 octets.substr(start + 2 * 65544);
  ASSERT_EQ(swapped.size(), octets.size());
  const auto image = read_image(swapped);
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().message, "block 0 is damaged");
}

TEST(Format, ALaterVersionIsNoDamageButNotRead) {
  auto octets = image_of({{"a", "b"}});
  octets[8] = 2;
  EXPECT_EQ(read_image(octets).error().message, "it has version 2, and this program reads 1");
}

TEST(Format, AnyOctetsAreAnError) {
  Random random(3);
  const auto good = image_of(many(1000));
  for (int i = 0; i < 20000; ++i) {
    auto octets = good;
    const auto changes = 1 + random.below(8);
    for (std::uint64_t c = 0; c < changes; ++c)
      octets[random.below(octets.size())] = static_cast<char>(random.next());
    EXPECT_TRUE(octets == good || !read_image(octets));
  }
}

}  // namespace
}  // namespace signpost::state::tests
