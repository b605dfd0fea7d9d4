#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "dns/wire/reader.h"
#include "dns/wire/writer.h"

namespace signpost {
namespace {

TEST(ReaderWriter, FieldsRoundTrip) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int round = 0; round < 1000; ++round) {
    std::vector<std::pair<int, std::uint32_t>> fields;
    std::vector<std::uint8_t> buffer(200);
    Writer writer(buffer);
    for (int i = 0; i < 40; ++i) {
      const int width = 1 << random.below(3);
      const auto value = static_cast<std::uint32_t>(random.next()) >> (32 - 8 * width);
      fields.emplace_back(width, value);
      if (width == 1) writer.u8(static_cast<std::uint8_t>(value));
      if (width == 2) writer.u16(static_cast<std::uint16_t>(value));
      if (width == 4) writer.u32(value);
    }
    ASSERT_FALSE(writer.failed());
    Reader reader(writer.written());
    for (const auto& [width, value] : fields)
      ASSERT_EQ(width == 1 ? reader.u8() : width == 2 ? reader.u16() : reader.u32(), value);
    ASSERT_FALSE(reader.failed());
    ASSERT_TRUE(reader.rest().empty());
  }
}

TEST(Reader, FirstShortReadSticks) {
  const std::uint8_t octets[] = {1, 2, 3};
  Reader reader(octets);
  EXPECT_EQ(reader.u16(), 0x0102);
  EXPECT_EQ(reader.u16(), 0);
  EXPECT_TRUE(reader.failed());
  EXPECT_EQ(reader.u8(), 0) << "though one octet is left";
  EXPECT_TRUE(reader.bytes(0).empty());
  EXPECT_TRUE(reader.name().empty());
}

TEST(Writer, WhatDoesNotFitWritesNothing) {
  std::uint8_t octets[] = {9, 9, 9};
  Writer writer(octets);
  writer.u16(0x0102);
  writer.u16(0x0304);
  EXPECT_TRUE(writer.failed());
  writer.u8(5);
  EXPECT_EQ(writer.size(), 2u);
  EXPECT_EQ(octets[2], 9);
  EXPECT_EQ(writer.remaining(), 0u);
}

TEST(Writer, CharacterStringsHaveAtMost255Octets) {
  std::vector<std::uint8_t> buffer(600);
  Writer writer(buffer);
  writer.character_string("");
  writer.character_string(std::string(255, 'x'));
  EXPECT_FALSE(writer.failed());
  EXPECT_EQ(writer.size(), 257u);
  writer.character_string(std::string(256, 'x'));
  EXPECT_TRUE(writer.failed());
}

TEST(Writer, PatchesOnlyWhatWasWritten) {
  std::uint8_t octets[4] = {};
  Writer writer(octets);
  writer.u16(0);
  writer.patch_u16(0, 0xabcd);
  EXPECT_FALSE(writer.failed());
  EXPECT_EQ(octets[0], 0xab);
  writer.patch_u16(1, 1);
  EXPECT_TRUE(writer.failed());
}

TEST(Reader, NamesOfLegalShapeOnly) {
  const auto read = [](std::vector<std::uint8_t> octets) {
    Reader reader(octets);
    const auto name = reader.name();
    return reader.failed() ? -1 : static_cast<int>(name.size());
  };
  EXPECT_EQ(read({0}), 1);
  EXPECT_EQ(read({1, 'a', 0, 99}), 3);
  EXPECT_EQ(read({}), -1);
  EXPECT_EQ(read({1, 'a'}), -1) << "no root";
  EXPECT_EQ(read({2, 'a'}), -1) << "label cut off";
  EXPECT_EQ(read({0xc0, 0}), -1) << "pointer";
  EXPECT_EQ(read({0x40, 0}), -1);
  EXPECT_EQ(read({0x80, 0}), -1);
  std::vector<std::uint8_t> longest;
  for (int i = 0; i < 127; ++i) longest.insert(longest.end(), {1, 'a'});
  longest.push_back(0);
  EXPECT_EQ(read(longest), 255);
  longest.insert(longest.begin(), {1, 'a'});
  EXPECT_EQ(read(longest), -1);
}

}  // namespace
}  // namespace signpost
