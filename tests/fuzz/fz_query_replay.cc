// What the fuzzer ever kept, and every seed of the checklist, on all four roads through fz_query.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/fuzz/fz_query.h"
#include "tests/support/dns/rows.h"

namespace {

void run(std::uint8_t road, const signpost::test::Bytes& message) {
  signpost::test::Bytes input{road};
  input.insert(input.end(), message.begin(), message.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

TEST(Replay, Checklist) {
  for (const auto& row : signpost::test::checklist())
    for (std::uint8_t road = 0; road < 4; ++road) run(road, row.message);
}

TEST(Replay, Corpus) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SIGNPOST_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<std::uint8_t> input{std::istreambuf_iterator<char>(file),
                                          std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ++count;
  }
  EXPECT_GT(count, 0u) << "no corpus in " << SIGNPOST_CORPUS;
}

}  // namespace
