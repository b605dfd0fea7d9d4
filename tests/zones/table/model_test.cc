// Random events against a world built anew: after any history, answers equal those of one fresh list (W6).
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/dump.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}, local: {type: file, path: x.yaml}}
zones: [{name: n.test, registries: [nacos, local]}, {name: 10.in-addr.arpa, registries: [nacos, local]}]
)";

std::string zone_text(TestWorld& world) {
  std::multiset<std::string> lines;
  const auto keep = [&](std::string_view line) {
    if (line.find(" SOA ") == std::string_view::npos) lines.emplace(line);
  };
  EXPECT_TRUE(dump(world.store, "n.test", keep));
  EXPECT_TRUE(dump(world.store, "10.in-addr.arpa", keep));
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

ServiceState random_state(Random& random, const std::string& key) {
  std::vector<Instance> instances;
  for (auto left = random.below(5); left > 0; --left) {
    auto one = At("10.0." + std::to_string(random.below(3)) + "." + std::to_string(random.below(20)),
                  static_cast<std::uint16_t>(80 + random.below(3)), random.below(2) == 0 ? "http" : "");
    one.with_weight(static_cast<double>(random.below(4))).with_health(static_cast<Health>(random.below(4)));
    one.enabled = random.below(5) > 0;
    // Words only now and then, so that blocks with and without them take each other's place.
    if (random.below(3) == 0) one.version = random.below(2) == 0 ? "v1" : "2.0";
    if (random.below(4) == 0) one.zone = random.below(2) == 0 ? "a" : "b.c";
    if (random.below(4) == 0) one.tags = {"blue"};
    instances.push_back(one);
  }
  return TestWorld::service(key, std::move(instances));
}

TEST(Model, AnyHistoryEndsAsAFreshList) {
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  // Names chosen to collide: letter case, groups that look like services, dots, and a service below another.
  const std::vector<std::string> keys{"nacos/public/DEFAULT_GROUP/cart",
                                      "nacos/public/DEFAULT_GROUP/Cart",
                                      "nacos/public/b/a",
                                      "nacos/public/DEFAULT_GROUP/a.b",
                                      "nacos/public/DEFAULT_GROUP/b",
                                      "nacos/dev/DEFAULT_GROUP/cart",
                                      "nacos/public/default-group/cart",
                                      "local///cart",
                                      "local///a.b",
                                      "local///x.cart",
                                      "local///10-0-0-1.cart",
                                      "local///default-group.public",
                                      "nacos/public/cart/x"};
  for (int history = 0; history < 20; ++history) {
    TestWorld world(kConfig);
    world.list("nacos", {}).list("local", {});
    std::map<std::string, ServiceState> held;
    for (int step = 0; step < 60; ++step) {
      const auto& key = keys[random.below(keys.size())];
      if (random.below(3) == 0) {
        world.erase(key);
        held.erase(key);
      } else {
        held[key] = random_state(random, key);
        world.upsert(held[key]);
      }
      if (random.below(20) == 0) world.configure(kConfig);
    }
    TestWorld fresh(kConfig);
    std::map<std::string, std::vector<ServiceState>> lists{{"nacos", {}}, {"local", {}}};
    for (const auto& [key, state] : held) lists[state.key.registry].push_back(state);
    for (auto& [registry, states] : lists) fresh.list(registry, states);
    ASSERT_EQ(zone_text(world), zone_text(fresh)) << "history " << history;
  }
}

}  // namespace
}  // namespace signpost::test
