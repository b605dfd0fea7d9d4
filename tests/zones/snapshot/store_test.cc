// Readers on other threads never see half a snapshot, nor one that was freed; run under ThreadSanitizer too.
#include "zones/snapshot/store.h"

#include <atomic>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "zones/snapshot/snapshot.h"

namespace signpost {
namespace {

/// A snapshot whose every zone has the same serial, and garbage that holds the number of the snapshot before.
void publish(SnapshotStore& store, std::uint32_t number, std::uint32_t*& shared) {
  auto next = std::make_unique<Snapshot>();
  next->zones.resize(5);
  for (auto& zone : next->zones) zone.serial = number;
  auto* fresh = static_cast<std::uint32_t*>(std::malloc(sizeof(std::uint32_t)));
  *fresh = number;
  next->hash_seed = reinterpret_cast<std::uintptr_t>(fresh);  // a piece that the next publish throws away
  Garbage garbage;
  garbage.add(std::exchange(shared, fresh));
  store.publish(std::move(next), std::move(garbage));
}

TEST(SnapshotStore, ReadersSeeWholeSnapshotsThatNeverGoBack) {
  SnapshotStore store;
  std::uint32_t* shared = nullptr;
  publish(store, 1, shared);
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> looks{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&, r] {
      SnapshotReader reader(store);
      std::uint32_t last = 0;
      for (std::uint64_t i = 0; !stop; ++i) {
        const auto& seen = reader.refresh();
        const auto serial = seen.zones[0].serial;
        for (const auto& zone : seen.zones) ASSERT_EQ(zone.serial, serial);
        ASSERT_EQ(*reinterpret_cast<const std::uint32_t*>(seen.hash_seed), serial);
        ASSERT_GE(serial, last);
        last = serial;
        ++looks;
        if (i % 3 == static_cast<std::uint64_t>(r)) reader.idle();
      }
    });
  }
  std::uint32_t number = 1;
  while (looks < 200000 || number < 5000) {
    publish(store, ++number, shared);
    if (number % 16 == 0) std::this_thread::yield();
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  store.sweep();
  EXPECT_EQ(store.retired(), 0u) << "nobody reads any more";
  std::free(shared);
}

TEST(SnapshotStore, MuchIsFreedInSteps) {
  SnapshotStore store;
  Garbage garbage;
  for (int piece = 0; piece < 10000; ++piece) garbage.add(std::malloc(16));
  store.publish(std::make_unique<Snapshot>(), std::move(garbage));
  EXPECT_EQ(store.retired(), 0u);
  EXPECT_TRUE(store.sweep());
  EXPECT_FALSE(store.sweep());
}

TEST(SnapshotStore, APinnedSnapshotStaysAndAnIdleReaderPinsNothing) {
  SnapshotStore store;
  std::uint32_t* shared = nullptr;
  publish(store, 1, shared);
  SnapshotReader busy(store);
  SnapshotReader sleeping(store);
  sleeping.refresh();
  sleeping.idle();
  const auto& held = busy.refresh();
  for (std::uint32_t n = 2; n < 10; ++n) publish(store, n, shared);
  EXPECT_EQ(held.zones[0].serial, 1u);
  EXPECT_EQ(store.retired(), 8u);
  EXPECT_EQ(busy.refresh().zones[0].serial, 9u);
  store.sweep();
  EXPECT_EQ(store.retired(), 0u);
  EXPECT_EQ(sleeping.refresh().zones[0].serial, 9u);
  busy.idle();
  sleeping.idle();
  std::free(shared);
}

}  // namespace
}  // namespace signpost
