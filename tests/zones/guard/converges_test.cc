// Random histories of lists, broken lists and events: whatever was held on the way, in the end what is shown
// is what the registry says (W6), and no hold is left.
#include <map>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/guard/guarded_world.h"

namespace signpost::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kServices = 40;

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) { world.list("cluster", {}); }

  void step() {
    switch (random_.below(8)) {
      case 0:
        return tell_list(truth(), Complete::Yes);
      case 1:
        return tell_list(broken(), Complete::Yes);
      case 2:
        return tell_list(broken(), random_.below(2) == 0 ? Complete::No : Complete::Again);
      case 3:
        world.lose("cluster");
        return static_cast<void>(world.regain("cluster"));
      case 4:
        return world.pass(seconds(random_.below(20)));
      case 5:
        return static_cast<void>(world.world.release("cluster", ""));
      case 6:
        for (int i = 0; i < 10; ++i) change(true);
        return;
      default:
        for (int i = 0; i < 10; ++i) change(false);  // told by the next list
    }
  }

  std::vector<ServiceState> truth() const {
    std::vector<ServiceState> all;
    for (const auto& [number, state] : truth_) all.push_back(state);
    return all;
  }

  GuardedWorld world;

 private:
  void tell_list(std::vector<ServiceState> states, Complete complete) {
    world.list("cluster", std::move(states), complete);
  }

  /// What a server says that has lost half of everything.
  std::vector<ServiceState> broken() {
    std::vector<ServiceState> some;
    for (auto state : truth()) {
      if (random_.below(2) == 0) continue;
      state.instances.resize(random_.below(state.instances.size() + 1));
      some.push_back(std::move(state));
    }
    return some;
  }

  void change(bool by_event) {
    const auto number = static_cast<int>(random_.below(kServices));
    auto state = GuardedWorld::one(number, static_cast<int>(random_.below(12)));
    if (random_.below(4) == 0) {
      truth_.erase(number);
      if (by_event) world.erase("cluster/ns//s" + std::to_string(number));
      return;
    }
    truth_[number] = state;
    if (by_event) world.upsert(std::move(state));
  }

  Random random_;
  std::map<int, ServiceState> truth_;
};

std::string shown(const TestWorld& world) {
  std::string text;
  for (int i = 0; i < kServices; ++i) text += world.dig("s" + std::to_string(i) + ".ns.svc.k.test. A") + "\n";
  return text;
}

TEST(Guards, AnyHistoryEndsAsTheRegistrySays_W6) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  std::uint64_t held = 0;
  for (std::uint64_t history = 0; history < 60; ++history) {
    History one(seed + history);
    for (int i = 0; i < 60; ++i) one.step();
    for (const auto& guard : one.world.status().guards) held += guard.counts.begun;
    one.world.regain("cluster");
    one.world.list("cluster", one.truth());
    one.world.pass(seconds(71));  // an ask under way may have to be made once more
    one.world.list("cluster", one.truth(), Complete::Again);
    GuardedWorld fresh;
    fresh.list("cluster", one.truth());
    ASSERT_EQ(shown(one.world), shown(fresh)) << "history " << history;
    ASSERT_EQ(one.world.status().held, 0u) << "history " << history;
    ASSERT_EQ(one.world.status().phase, RegistryPhase::Live);
  }
  EXPECT_GT(held, 100u) << "histories that try nothing";
}

}  // namespace
}  // namespace signpost::test
