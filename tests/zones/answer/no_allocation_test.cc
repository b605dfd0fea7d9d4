// The way of a query allocates nothing: every kind of answer, of error and of nonsense, while snapshots
// change underneath.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/support/dns/allocations.h"
#include "tests/zones/support/answer_path.h"

namespace signpost::test {
namespace {

constexpr std::size_t kMessagesPerSnapshot = 97;

void ask_all(AnswerPath& path, const std::vector<Bytes>& messages, std::size_t& answered) {
  std::size_t count = 0;
  for (const auto transport : {Transport::Udp, Transport::Tcp})
    for (const auto& message : messages) {
      if (++count % kMessagesPerSnapshot == 0) path.change();
      const auto before = allocation_count();
      const auto handled = path.handle(message, transport);
      ASSERT_EQ(allocation_count() - before, 0u) << testing::PrintToString(message);
      answered += handled.outcome == Outcome::Answered ? 1 : 0;
    }
}

std::size_t answers_to(const std::vector<Bytes>& messages) {
  AnswerPath path;
  std::size_t answered = 0;
  ask_all(path, messages, answered);
  return answered;
}

TEST(NoAllocation, ForAnyQuestion) {
  std::vector<Bytes> messages;
  for (const auto& place : places())
    for (const auto type :
         {RRType::A, RRType::AAAA, RRType::SRV, RRType::TXT, RRType::ANY, RRType::MX, RRType::SOA, RRType::NS,
          RRType::PTR, RRType::CNAME, RRType::DS, RRType::HTTPS, RRType(65280)})
      for (const unsigned size : {0u, 512u, 1232u, 4096u})
        messages.push_back(size == 0 ? query(place.name, type)
                                     : edns_query(place.name, type, opt(size, 0x8000)));
  EXPECT_EQ(answers_to(messages), messages.size() * 2);
}

TEST(NoAllocation, ForEverySeedCutAndFlipped) {
  std::vector<Bytes> messages;
  for (const auto& seed : hostile_seeds()) {
    for (std::size_t size = 0; size <= seed.message.size(); ++size)
      messages.emplace_back(seed.message.begin(), seed.message.begin() + static_cast<std::ptrdiff_t>(size));
    for (std::size_t bit = 0; bit < seed.message.size() * 8; ++bit) {
      messages.push_back(seed.message);
      auto& octet = messages.back()[bit / 8];
      octet = static_cast<std::uint8_t>(octet ^ 0x80u >> bit % 8);
    }
  }
  EXPECT_GT(answers_to(messages), messages.size());
}

TEST(NoAllocation, ForWhatTheFuzzerKept) {
  std::vector<Bytes> messages;
  for (const auto& entry : std::filesystem::directory_iterator(SIGNPOST_CORPUS)) {
    std::ifstream file(entry.path(), std::ios::binary);
    Bytes input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (input.empty()) continue;
    messages.emplace_back(input.begin() + 1, input.end());  // the first octet chooses the road
  }
  EXPECT_FALSE(messages.empty()) << "no corpus in " << SIGNPOST_CORPUS;
  EXPECT_GT(answers_to(messages), messages.size());
}

}  // namespace
}  // namespace signpost::test
