// The persistent tables against plain maps: whatever is inserted, moved and erased, old snapshots keep their
// view.
#include "zones/table/name_index.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "zones/snapshot/store.h"

namespace signpost {
namespace {

Name name(std::uint64_t i) {
  return *Name::parse("s" + std::to_string(i) + ".a" + std::to_string(i % 7) + ".test");
}

const Block* block(const Name& spelling) {
  BlockDraft draft;
  draft.spellings.push_back(spelling);
  return make_block(draft);
}

TEST(NameIndex, AgreesWithAMapAndOldSnapshotsStay) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  SnapshotStore store;
  NameIndex index(random.next(), [](NameView, Slot a, Slot b) { return a < b; });
  std::map<std::uint64_t, Slot> model;
  const auto apex = Name::parse("test")->size();
  SnapshotReader old_reader(store);
  const Snapshot* old_snapshot = nullptr;
  std::map<std::uint64_t, Slot> old_model;
  for (int round = 0; round < 60; ++round) {
    for (auto left = random.below(300); left > 0; --left) {
      const auto i = random.below(2000);
      if (const auto known = model.find(i); known == model.end()) {
        const auto slot = index.add_block(block(name(i)));
        index.claim(name(i).wire(), apex, slot);
        model[i] = slot;
      } else if (random.below(3) == 0) {
        index.set_block(known->second, block(name(i)));
      } else {
        index.release(name(i).wire(), apex, known->second);
        index.remove_block(known->second);
        model.erase(known);
      }
    }
    auto snapshot = std::make_unique<Snapshot>();
    auto garbage = index.publish_into(*snapshot);
    const auto* seen = snapshot.get();
    store.publish(std::move(snapshot), std::move(garbage));
    std::set<std::uint64_t> parents;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const auto known = model.find(i);
      Slot slot = kNoSlot;
      const auto* found = seen->find(name(i).wire(), &slot);
      ASSERT_EQ(found != nullptr, known != model.end()) << "name " << i << " round " << round;
      if (found == nullptr) continue;
      ASSERT_EQ(slot, known->second);
      parents.insert(i % 7);
    }
    for (std::uint64_t i = 0; i < 7; ++i) {
      const auto parent = *Name::parse("a" + std::to_string(i) + ".test");
      ASSERT_EQ(seen->find(parent.wire()) != nullptr, parents.contains(i)) << "empty non-terminal " << i;
    }
    if (old_snapshot != nullptr) {
      for (const auto& [i, slot] : old_model)
        ASSERT_NE(old_snapshot->find(name(i).wire()), nullptr) << "old name " << i;
    }
    if (random.below(4) == 0) {
      old_snapshot = &old_reader.refresh();
      old_model = model;
    }
  }
  Garbage last = index.release_all();
}

TEST(AddressIndex, AgreesWithASet) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  AddressIndex index;
  Garbage garbage;
  std::set<AddressEntry> model;
  const auto entry = [&] {
    const auto v4 = IpAddress::v4(
        {10, 0, static_cast<std::uint8_t>(random.below(16)), static_cast<std::uint8_t>(random.next())});
    return AddressEntry{address_key(v4), static_cast<Slot>(random.below(2))};
  };
  for (int step = 0; step < 30000; ++step) {
    const auto one = entry();
    if (random.below(5) < 3) {
      index.insert(one, garbage);
      model.insert(one);
    } else {
      index.erase(one, garbage);
      model.erase(one);
    }
    if (step % 997 == 0) index.bump();
    if (step % 1000 != 0) continue;
    ASSERT_EQ(index.size(), model.size());
    auto place = index.view().lower_bound({});
    for (const auto& expected : model) {
      const auto* got = index.view().at(place);
      ASSERT_NE(got, nullptr);
      ASSERT_TRUE(*got == expected);
      place = index.view().next(place);
    }
    ASSERT_EQ(index.view().at(place), nullptr);
    const auto probe = entry();
    const auto found = model.lower_bound(probe);
    const auto* got = index.view().at(index.view().lower_bound(probe));
    ASSERT_EQ(got == nullptr, found == model.end());
    if (got != nullptr) {
      ASSERT_TRUE(*got == *found);
    }
  }
  Garbage last;
  index.release(last);
}

}  // namespace
}  // namespace signpost
