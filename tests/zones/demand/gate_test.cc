// The ring between the workers and the demand thread, and what workers may believe.
#include "zones/demand/gate.h"

#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace signpost {
namespace {

Name name(const std::string& text) { return *Name::parse(text); }

TEST(DemandGate, GivesWhatWasLeftInOrderAndRefusesWhenFull) {
  DemandGate gate(1, -1);
  for (std::uint64_t i = 0; i < DemandGate::kAsks; ++i)
    ASSERT_TRUE(gate.push(name("a.z").wire(), i, nullptr));
  EXPECT_FALSE(gate.push(name("a.z").wire(), 999, nullptr));
  EXPECT_EQ(gate.refused(), 1U);
  DemandGate::Ask ask;
  for (std::uint64_t i = 0; i < DemandGate::kAsks; ++i) {
    ASSERT_TRUE(gate.pop(ask));
    EXPECT_EQ(ask.ticket, i);
  }
  EXPECT_FALSE(gate.pop(ask));
  EXPECT_TRUE(gate.push(name("b.z").wire(), 7, nullptr)) << "the next time round";
  ASSERT_TRUE(gate.pop(ask));
  EXPECT_EQ(ask.name.to_string(), "b.z.");
}

TEST(DemandGate, ShutItRefusesAtOnce) {
  DemandGate gate(1, -1);
  gate.shut(true);
  EXPECT_FALSE(gate.push(name("a.z").wire(), 1, nullptr));
  gate.shut(false);
  EXPECT_TRUE(gate.push(name("a.z").wire(), 1, nullptr));
}

TEST(DemandGate, RingsOnceUntilSomebodyListensAgain) {
  const int bell = ::eventfd(0, EFD_NONBLOCK);
  ASSERT_GE(bell, 0);
  DemandGate gate(1, bell);
  eventfd_t rings = 0;
  (void)gate.push(name("a.z").wire(), 1, nullptr);
  (void)gate.push(name("a.z").wire(), 2, nullptr);
  ASSERT_EQ(eventfd_read(bell, &rings), 0);
  EXPECT_EQ(rings, 1U);
  gate.listen();
  (void)gate.push(name("a.z").wire(), 3, nullptr);
  EXPECT_EQ(eventfd_read(bell, &rings), 0);
  ::close(bell);
}

using Found = DemandGate::Found;

TEST(DemandGate, SettledUntilUnsettled) {
  DemandGate gate(42, -1);
  EXPECT_FALSE(gate.found(name("a.z").wire()));
  gate.settle(name("a.z").wire(), Found::There);
  EXPECT_TRUE(gate.found(name("a.z").wire()));
  EXPECT_FALSE(gate.found(name("b.z").wire()));
  gate.unsettle(name("b.z").wire());
  EXPECT_TRUE(gate.found(name("a.z").wire()));
  gate.unsettle(name("a.z").wire());
  EXPECT_FALSE(gate.found(name("a.z").wire()));
  gate.settle(name("a.z").wire(), Found::Absent);
  gate.unsettle_all();
  EXPECT_FALSE(gate.found(name("a.z").wire()));
}

// Water torture: whatever is settled as absent, what is there keeps its mark and its use.
TEST(DemandGate, AbsentNamesRubOutNothingThatIsThere) {
  DemandGate gate(42, -1);
  for (int i = 0; i < 1000; ++i) gate.settle(name("n" + std::to_string(i) + ".z").wire(), Found::There);
  for (int i = 0; i < 100000; ++i) gate.settle(name("x" + std::to_string(i) + ".z").wire(), Found::Absent);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(gate.found(name("n" + std::to_string(i) + ".z").wire())) << i;
}

TEST(DemandGate, AThousandAbsentNamesHaveRoomButForFew) {
  DemandGate gate(42, -1);
  for (int i = 0; i < 1000; ++i) gate.settle(name("x" + std::to_string(i) + ".z").wire(), Found::Absent);
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += gate.found(name("x" + std::to_string(i) + ".z").wire()).has_value();
  EXPECT_GE(kept, 990);
}

TEST(DemandGate, UseIsTakenOnceAndOnlyOfWhatIsWatched) {
  DemandGate gate(42, -1);
  const auto mark = gate.mark_of(name("a.z").wire());
  gate.use(name("a.z").wire());
  gate.watch(mark);
  EXPECT_FALSE(gate.take_use(mark));
  gate.use(name("a.z").wire());
  gate.use(name("a.z").wire());
  EXPECT_TRUE(gate.take_use(mark));
  EXPECT_FALSE(gate.take_use(mark));
  gate.unwatch(mark);
  gate.use(name("a.z").wire());
  EXPECT_FALSE(gate.take_use(mark));
}

TEST(DemandGate, RoomGrowsAndNeverShrinks) {
  DemandGate gate(42, -1);
  EXPECT_FALSE(gate.make_room(1000));
  gate.settle(name("a.z").wire(), Found::There);
  EXPECT_TRUE(gate.make_room(100000));
  EXPECT_FALSE(gate.found(name("a.z").wire())) << "asked for anew";
  EXPECT_FALSE(gate.make_room(10));
  EXPECT_FALSE(gate.make_room(100000));
  for (int i = 0; i < 100000; ++i) gate.settle(name("x" + std::to_string(i) + ".z").wire(), Found::There);
  int kept = 0;
  for (int i = 0; i < 100000; ++i)
    kept += gate.found(name("x" + std::to_string(i) + ".z").wire()) == Found::There;
  EXPECT_GE(kept, 99900);
}

/// Readers, users and the owner at once, for the thread sanitizer: a mark never stands for another name.
TEST(DemandGate, MarksMayBeReadWhileTheyChange) {
  DemandGate gate(42, -1);
  const auto mine = name("mine.z"), other = name("other.z");
  const auto mark = gate.mark_of(mine.wire());
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> workers;
  for (int t = 0; t < 2; ++t) {
    workers.emplace_back([&] {
      while (!over.load()) {
        wrong += gate.found(other.wire()).has_value();
        gate.use(mine.wire());
      }
    });
  }
  for (int i = 0; i < 20000; ++i) {
    gate.settle(mine.wire(), i % 2 == 0 ? Found::There : Found::Absent);
    i % 5 == 0 ? gate.unwatch(mark) : gate.watch(mark);
    (void)gate.take_use(mark);
    if (i == 10000) (void)gate.make_room(5000);
    if (i % 3 == 0) gate.unsettle(mine.wire());
  }
  gate.watch(mark);
  while (!gate.take_use(mark)) std::this_thread::yield();
  over = true;
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(wrong.load(), 0);
}

/// Every name that a worker could leave comes out once, with its own ticket, whatever the threads do.
TEST(DemandGate, LosesNothingBetweenThreads) {
  DemandGate gate(1, -1);
  constexpr std::uint64_t kThreads = 3, kEach = 20000;
  std::atomic<std::uint64_t> left{0}, ended{0};
  std::vector<std::thread> workers;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    workers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const auto ticket = t * kEach + i;
        if (gate.push(name("n" + std::to_string(ticket) + ".z").wire(), ticket, nullptr)) left.fetch_add(1);
      }
      ended.fetch_add(1);
    });
  }
  std::set<std::uint64_t> seen;
  DemandGate::Ask ask;
  for (bool last = false;;) {
    if (gate.pop(ask)) {
      EXPECT_EQ(ask.name.to_string(), "n" + std::to_string(ask.ticket) + ".z.");
      EXPECT_TRUE(seen.insert(ask.ticket).second);
    } else if (last) {
      break;
    } else {
      last = ended.load() == kThreads;
    }
  }
  for (auto& worker : workers) worker.join();
  EXPECT_EQ(seen.size(), left.load());
  EXPECT_EQ(left.load() + gate.refused(), kThreads * kEach);
}

}  // namespace
}  // namespace signpost
