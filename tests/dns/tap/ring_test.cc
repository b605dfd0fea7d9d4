#include "dns/tap/ring.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost::tap {
namespace {

std::vector<std::uint8_t> octets(std::size_t size, std::uint8_t seed) {
  std::vector<std::uint8_t> made(size);
  for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<std::uint8_t>(seed + i * 7);
  return made;
}

TEST(Ring, GivesWhatWasPutInItsOrder) {
  Ring ring(4096);
  for (int round = 0; round < 1000; ++round) {  // over the end many times, at all offsets
    const auto first = static_cast<std::uint8_t>(round);
    const auto query = octets(static_cast<std::size_t>(round) % 97, first);
    const auto response = octets(static_cast<std::size_t>(round * 13) % 501, first);
    NoteHead head;
    head.wanted_by = kForDnstap;
    head.peer.port = static_cast<std::uint16_t>(round);
    ASSERT_TRUE(ring.push(head, query, response));
    ASSERT_TRUE(ring.push(head, response, {}));
    int seen = 0;
    EXPECT_EQ(ring.drain([&](const Note& note) {
      EXPECT_EQ(note.head.peer.port, round);
      EXPECT_EQ(note.head.wanted_by, kForDnstap);
      const auto& expected = seen == 0 ? query : response;
      EXPECT_TRUE(std::equal(note.query.begin(), note.query.end(), expected.begin(), expected.end()));
      EXPECT_EQ(note.response.size(), seen == 0 ? response.size() : 0u);
      ++seen;
    }),
              2u);
  }
}

TEST(Ring, IsFullUntilItIsRead) {
  Ring ring(4096);
  const auto query = octets(60, 1);
  std::size_t pushed = 0;
  while (ring.push({}, query, {})) ++pushed;
  EXPECT_GT(pushed, 20u);
  EXPECT_LT(pushed, 40u);
  EXPECT_EQ(ring.drain([](const Note&) {}), pushed);
  EXPECT_TRUE(ring.push({}, query, {}));
}

TEST(Ring, RefusesWhatIsTooLarge) {
  Ring ring(4096);
  EXPECT_FALSE(ring.push({}, octets(900, 1), octets(900, 1)));
  EXPECT_EQ(ring.drain([](const Note&) {}), 0u);
}

TEST(Ring, BetweenTwoThreadsNothingIsTornOrLost) {
  constexpr std::uint32_t kNotes = 50000;
  Ring ring(1 << 14);
  std::uint32_t next = 0;
  std::atomic<bool> ended{false};
  std::thread reader([&] {
    for (bool last = false; !last;) {
      last = ended.load();
      ring.drain([&](const Note& note) {
        ASSERT_EQ(note.query.size(), next % 200);
        for (const auto octet : note.query) ASSERT_EQ(octet, static_cast<std::uint8_t>(next));
        ++next;
      });
    }
  });
  std::vector<std::uint8_t> query;
  for (std::uint32_t i = 0; i < kNotes; ++i) {
    query.assign(i % 200, static_cast<std::uint8_t>(i));
    while (!ring.push({}, query, {})) std::this_thread::yield();
  }
  ended = true;
  reader.join();
  EXPECT_EQ(next, kNotes);
}

}  // namespace
}  // namespace signpost::tap
