#include "dns/query/deferral.h"

#include <thread>

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "dns/transport/file_descriptor.h"
#include "tests/support/dns/message.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

struct Table {
  explicit Table(std::size_t slots) : wake(eventfd(0, EFD_NONBLOCK)), table(slots, seconds(2), wake.get()) {}

  std::uint64_t keep(std::uint64_t origin, Monotonic now = {}) {
    QueryContext context;
    context.ticket = table.next_ticket(message.size());
    if (context.ticket != 0) table.keep(context, message, origin, now);
    return context.ticket;
  }
  bool woken() {
    eventfd_t value = 0;
    return eventfd_read(wake.get(), &value) == 0;
  }

  FileDescriptor wake;
  Bytes message = query("defer.test.", RRType::A);
  DeferralTable table;
};

TEST(Deferral, ResumedQueryComesBackWithANewTicket) {
  Table t(4);
  const auto ticket = t.keep(7);
  EXPECT_EQ(t.table.take({}), nullptr);
  EXPECT_FALSE(t.woken());
  EXPECT_TRUE(t.table.mailbox().resume(ticket));
  EXPECT_TRUE(t.woken());
  auto* waiting = t.table.take({});
  ASSERT_NE(waiting, nullptr);
  EXPECT_EQ(waiting->origin, 7u);
  EXPECT_EQ(waiting->context.resumed, 1u);
  EXPECT_FALSE(waiting->context.expired);
  EXPECT_NE(waiting->context.ticket, ticket);
  EXPECT_EQ(Bytes(waiting->message().begin(), waiting->message().end()), t.message);
  t.table.release(waiting);
  EXPECT_EQ(t.table.waiting(), 0u);
}

TEST(Deferral, TicketsAreGoodOnce) {
  Table t(1);
  const auto ticket = t.keep(1);
  EXPECT_TRUE(t.table.mailbox().resume(ticket));
  EXPECT_FALSE(t.table.mailbox().resume(ticket));
  t.table.release(t.table.take({}));
  EXPECT_FALSE(t.table.mailbox().resume(ticket)) << "its query was answered";
  const auto next = t.keep(2);
  EXPECT_NE(next, ticket);
  EXPECT_FALSE(t.table.mailbox().resume(ticket)) << "another query has the slot";
  EXPECT_FALSE(t.table.mailbox().resume(0));
  EXPECT_FALSE(t.table.mailbox().resume(next + 1)) << "no such slot";
}

TEST(Deferral, DeferredOnceMoreKeepsItsDeadline) {
  Table t(2);
  const auto first = t.keep(1, Monotonic(seconds(10)));
  t.table.mailbox().resume(first);
  auto* waiting = t.table.take(Monotonic(seconds(11)));
  const auto second = waiting->context.ticket;
  t.table.keep_again(waiting);
  EXPECT_EQ(t.table.next_deadline(), Monotonic(seconds(12)));
  EXPECT_TRUE(t.table.mailbox().resume(second));
  waiting = t.table.take(Monotonic(seconds(11)));
  ASSERT_NE(waiting, nullptr);
  EXPECT_EQ(waiting->context.resumed, 2u);
  t.table.release(waiting);
  EXPECT_EQ(t.table.next_deadline(), std::nullopt);
}

TEST(Deferral, ExpiredQueryIsAskedALastTime) {
  Table t(2);
  const auto ticket = t.keep(1, Monotonic(seconds(10)));
  EXPECT_EQ(t.table.take(Monotonic(seconds(11))), nullptr);
  auto* waiting = t.table.take(Monotonic(seconds(12)));
  ASSERT_NE(waiting, nullptr);
  EXPECT_TRUE(waiting->context.expired);
  EXPECT_EQ(waiting->context.ticket, 0u);
  EXPECT_FALSE(t.table.mailbox().resume(ticket));
  t.table.release(waiting);
  EXPECT_EQ(t.table.take(Monotonic(seconds(100))), nullptr);
}

TEST(Deferral, ResumeAndDeadlineTogetherGiveOneLastCall) {
  Table t(2);
  const auto ticket = t.keep(1, Monotonic(seconds(10)));
  // The letter comes while the worker looks at the deadline first: pop_resumed() finds none, then resume()
  // wins.
  EXPECT_TRUE(t.table.mailbox().resume(ticket));
  auto* waiting = t.table.take(Monotonic(seconds(13)));
  ASSERT_NE(waiting, nullptr);
  t.table.release(waiting);
  EXPECT_EQ(t.table.take(Monotonic(seconds(13))), nullptr);
  EXPECT_EQ(t.table.waiting(), 0u);
}

TEST(Deferral, FullTableAndLongQueriesHaveNoTicket) {
  Table t(2);
  EXPECT_NE(t.keep(1), 0u);
  EXPECT_EQ(t.table.next_ticket(DeferralTable::kQueryOctetsMax + 1), 0u);
  const auto second = t.keep(2);
  EXPECT_NE(second, 0u);
  EXPECT_EQ(t.keep(3), 0u);
  t.table.mailbox().resume(second);
  t.table.release(t.table.take({}));
  EXPECT_NE(t.keep(3), 0u);
}

TEST(Deferral, TicketUsedThoughTheQueryWasAnsweredHarmsNobody) {
  Table t(1);
  const auto stray = t.table.next_ticket(1);
  EXPECT_TRUE(t.table.mailbox().resume(stray)) << "the responder gave it away and answered all the same";
  EXPECT_EQ(t.table.take({}), nullptr);
  const auto ticket = t.keep(1);
  EXPECT_NE(ticket, stray);
  EXPECT_TRUE(t.table.mailbox().resume(ticket));
  auto* waiting = t.table.take({});
  ASSERT_NE(waiting, nullptr);
  t.table.release(waiting);
}

TEST(Deferral, EveryTicketArrivesFromManyThreads) {
  constexpr std::size_t kSlots = 64, kRounds = 200;
  Table t(kSlots);
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<std::uint64_t> tickets;
    for (std::size_t i = 0; i < kSlots; ++i) tickets.push_back(t.keep(i));
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 2; ++thread)
      threads.emplace_back([&, thread] {
        // Both try every ticket, from both ends: each must be taken once, by one of them.
        for (std::size_t i = 0; i < kSlots; ++i)
          t.table.mailbox().resume(tickets[thread == 0 ? i : kSlots - 1 - i]);
      });
    std::vector<int> seen(kSlots);
    std::size_t count = 0;
    while (count < kSlots)
      if (auto* waiting = t.table.take({})) {
        ++seen[waiting->origin];
        ++count;
        t.table.release(waiting);
      }
    for (auto& thread : threads) thread.join();
    ASSERT_EQ(t.table.take({}), nullptr);
    ASSERT_EQ(seen, std::vector<int>(kSlots, 1));
  }
}

}  // namespace
}  // namespace signpost::test
