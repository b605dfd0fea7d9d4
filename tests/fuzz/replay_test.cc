// What a fuzzer ever kept, once more: a finding that was mended stays mended.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/fuzzer.h"

namespace {

TEST(Replay, Corpus) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SIGNPOST_CORPUS))
    files.push_back(entry.path());
  ASSERT_FALSE(files.empty()) << "no corpus in " << SIGNPOST_CORPUS;
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(file),
                                          std::istreambuf_iterator<char>()};
    SCOPED_TRACE(path.string());
    EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
  }
}

TEST(Replay, NothingAndLittle) {
  const std::uint8_t octets[4] = {0, 1, 2, 255};
  for (std::size_t size = 0; size <= 4; ++size) EXPECT_EQ(LLVMFuzzerTestOneInput(octets, size), 0);
}

}  // namespace
