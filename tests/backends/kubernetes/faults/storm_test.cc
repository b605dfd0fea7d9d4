// A partition that turns thousands of endpoints unready in one breath, from the watch to the answers (K37).
#include "tests/backends/kubernetes/faults/shell.h"
#include "tests/zones/support/test_world.h"

namespace signpost::kubernetes {
namespace {

/// Hands everything on to a world, as the builder does.
class WorldSink final : public RegistrySink {
 public:
  explicit WorldSink(test::TestWorld& to) : to_(to) {}
  void begin_list(Epoch epoch) override { to_.world.begin_list("kube", epoch); }
  void upsert(ServiceState state, Revision) override {
    ++upserts;
    to_.world.take(std::move(state));
  }
  void mention(const ServiceKey&) override {}
  void erase(const ServiceKey& key, Revision) override { to_.world.erase(key); }
  void end_list(Epoch epoch, Complete complete) override { to_.world.end_list("kube", epoch, complete); }
  void caught_up(Revision) override {
    to_.world.caught_up("kube");
    live = true;
  }
  void lost_contact(std::string_view why) override { to_.world.lost_contact("kube", std::string(why)); }
  bool live = false;
  int upserts = 0;

 private:
  test::TestWorld& to_;
};

constexpr int kServices = 60;
constexpr int kEndpoints = 50;

class Storm : public Shell {
 protected:
  void all(const std::string& condition) {
    for (int s = 0; s < kServices; ++s) {
      Lines endpoints;
      for (int i = 0; i < kEndpoints; ++i) {
        endpoints.push_back(
            tests::endpoint("10." + std::to_string(s) + ".0." + std::to_string(i + 1), condition));
      }
      const auto name = "s" + std::to_string(s);
      api.store.put(tests::kSlicesPath, "shop", name + "-1", tests::slice_rest(endpoints),
                    {{"kubernetes.io/service-name", name}});
    }
    api.wake();
  }
  void start(const std::string& zone_options) {
    world.emplace("registries: {kube: {type: kubernetes}}\nzones: [{name: cluster.local, registry: kube" +
                  zone_options + "}]\n");
    told.emplace(*world);
    for (int s = 0; s < kServices; ++s) put_service("s" + std::to_string(s), "None");
    all(R"("ready":true)");
    follow_into(*told);
    ASSERT_TRUE(until([this] { return told->live; }));
    world->settle();
    ASSERT_EQ(answers(), kServices);
  }
  /// Services whose name has all its addresses.
  int answers() {
    int count = 0;
    for (int s = 0; s < kServices; ++s) {
      const auto text = world->dig("s" + std::to_string(s) + ".shop.svc.cluster.local. A");
      count += std::count(text.begin(), text.end(), '|') == kEndpoints ? 1 : 0;
    }
    return count;
  }
  void storm() {
    const auto before = told->upserts;
    all(R"("ready":false)");
    ASSERT_TRUE(until([&] { return told->upserts >= before + kServices; }));
    world->settle();
  }

  std::optional<test::TestWorld> world;
  std::optional<WorldSink> told;
};

TEST_F(Storm, K37_WhereHealthDoesNotCountNamesStayAlive) {
  start(", health: any");
  storm();
  EXPECT_EQ(answers(), kServices);
  all(R"("ready":true)");
  EXPECT_TRUE(until([&] {
    world->settle();
    return answers() == kServices;
  }));
}

/// Whoever looks at their health is more likely ill than all of them at once (operations.md 3.1, G4).
TEST_F(Storm, K37_GuardG4KeepsNamesAlive) {
  start("");
  storm();
  EXPECT_EQ(answers(), kServices);
  all(R"("ready":true)");
  EXPECT_TRUE(until([&] {
    world->settle();
    return answers() == kServices;
  }));
}

/// Headless without a ready endpoint: NXDOMAIN (SH3), once the operator says that the storm is true.
TEST_F(Storm, K37_TheSpecificationHoldsForAllAtOnceIfTheOperatorSaysSo) {
  start("");
  storm();
  ASSERT_EQ(answers(), kServices);
  const auto released = world->world.release("kube", "");
  EXPECT_EQ(released.error, "");
  EXPECT_EQ(released.released.size(), static_cast<std::size_t>(kServices));
  world->settle();
  EXPECT_EQ(answers(), 0);
  EXPECT_EQ(world->dig("s7.shop.svc.cluster.local. A").substr(0, 8), "NXDOMAIN");
  all(R"("ready":true)");
  EXPECT_TRUE(until([&] {
    world->settle();
    return answers() == kServices;
  }));
}

}  // namespace
}  // namespace signpost::kubernetes
