// Every truncation and every single-bit flip of the seeds: an answer or a documented silence, and whatever
// comes back is a message that we and ldns can read, within its size, with OPT only for those who sent one,
// without allocating.
#include <gtest/gtest.h>

#include "tests/support/dns/allocations.h"
#include "tests/support/dns/in_memory.h"
#include "tests/support/dns/seeds.h"

namespace signpost::test {
namespace {

bool has_41(const Bytes& message) {
  for (std::size_t i = 0; i + 1 < message.size(); ++i)
    if (message[i] == 0 && message[i + 1] == 41) return true;
  return false;
}

void expect_good(InMemory& server, const Bytes& message) {
  const auto before = allocation_count();
  const auto handled = server.handle(message);
  ASSERT_EQ(allocation_count(), before) << "handle() allocated";
  ASSERT_NE(handled.outcome, Outcome::Deferred);
  const bool may_be_silent = message.size() < 12 || (message[2] & 0x80) != 0;
  ASSERT_EQ(handled.outcome == Outcome::Dropped, may_be_silent);
  if (may_be_silent) return;
  const Bytes reply(handled.response.begin(), handled.response.end());
  const auto text = describe(reply);
  ASSERT_NE(text.rfind("malformed", 0), 0u) << text;
  ASSERT_TRUE(ldns_reads(reply)) << text;
  ASSERT_EQ(reply[0], message[0]);
  ASSERT_EQ(reply[1], message[1]);
  if (text.find("opt ") == std::string::npos) {
    ASSERT_LE(reply.size(), 512u) << text;  // E9
  } else {
    ASSERT_LE(reply.size(), 1232u) << text;                                      // E8
    ASSERT_TRUE(has_41(message)) << "OPT for somebody who sent none: " << text;  // E1
  }
  if ((reply[2] & 2) != 0) {
    ASSERT_NE(text.find("; 0/0/0"), std::string::npos) << text;  // E10
  }
}

TEST(Mutation, every_truncation) {
  InMemory server;
  for (const auto& seed : seed_messages())
    for (std::size_t size = 0; size <= seed.size(); ++size) {
      expect_good(server, Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size)));
      if (HasFatalFailure()) FAIL() << "seed " << testing::PrintToString(seed) << " cut to " << size;
    }
}

TEST(Mutation, every_single_bit_flip) {
  InMemory server;
  for (const auto& seed : seed_messages())
    for (std::size_t bit = 0; bit < seed.size() * 8; ++bit) {
      auto message = seed;
      message[bit / 8] = static_cast<std::uint8_t>(message[bit / 8] ^ 1u << bit % 8);
      expect_good(server, message);
      if (HasFatalFailure()) FAIL() << "seed " << testing::PrintToString(seed) << " bit " << bit;
    }
}

}  // namespace
}  // namespace signpost::test
