// A service that comes takes the place of one that is gone: nothing of that one may be left there.
#include <map>

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string with(const std::string& keys) {
  return "registries: {nacos: {type: nacos, servers: [\"127.0.0.1:8848\"]}}\nzones: [{name: t, registry: "
         "nacos, "
         "answer: all, ttl: 30, " +
         keys + "}]\n";
}

/// Instances 10.0.0.1, 10.0.0.2 ... of this health.
ServiceState service(const std::string& name, const std::vector<Health>& all) {
  std::vector<Instance> instances;
  for (std::size_t i = 0; i < all.size(); ++i) {
    instances.push_back(At("10.0.0." + std::to_string(i + 1), 80).with_weight(100).with_health(all[i]));
  }
  return TestWorld::service("nacos/public/DEFAULT_GROUP/" + name, std::move(instances));
}

constexpr const char* kOld = "nacos/public/DEFAULT_GROUP/old";
constexpr auto kUp = Health::Up;
constexpr auto kDown = Health::Down;

TEST(Reuse, WhoWasHealthyLast) {
  TestWorld world(with("last_resort: [last_known]"));
  world.list("nacos", {service("old", {kUp})}).upsert(service("old", {kDown}));
  ASSERT_EQ(world.dig("old.t. A"), "NOERROR aa | old.t. 1 IN A 10.0.0.1");
  world.erase(kOld).upsert(service("new", {kDown}));
  EXPECT_EQ(world.dig("new.t. A"), "NOERROR aa soa");
}

TEST(Reuse, WhoIsYoung) {
  TestWorld world(with("ramp: 60s"));
  world.list("nacos", {service("old", {kUp})}).upsert(service("old", {kUp, kUp}));
  world.advance(seconds(40));
  world.erase(kOld).upsert(service("new", {kUp, kUp}));
  ASSERT_EQ(world.draw("new.t. SRV").size(), 2u);
  for (const auto& record : world.draw("new.t. SRV"))
    EXPECT_EQ(record.find("0 100 80 10-0-0-"), 0u) << record;
}

TEST(Reuse, WhatWasToBeBuiltAgain) {
  TestWorld world(with("ramp: 60s"));
  world.list("nacos", {service("old", {kUp})}).upsert(service("old", {kUp, kUp}));
  world.erase(kOld);
  world.advance(seconds(120));
  EXPECT_EQ(world.dig("old.t. A"), "NXDOMAIN aa soa");
  EXPECT_EQ(world.world.status().registries.at(0).services, 0u);
  EXPECT_EQ(world.world.status().registries.at(0).instances, 0u);
}

TEST(Reuse, WhatAStormHasHit) {
  TestWorld world(with("health: ready"));
  world.list("nacos", {service("old", std::vector<Health>(30, kUp))});
  world.upsert(service("old", std::vector<Health>(30, kDown)));
  ASSERT_EQ(world.extended_error("old.t. A"), ExtendedError::Other);
  world.erase(kOld).upsert(service("new", {kUp, kDown, kDown}));
  EXPECT_EQ(world.dig("new.t. A"), "NOERROR aa | new.t. 30 IN A 10.0.0.1");
  EXPECT_EQ(world.extended_error("new.t. A"), std::nullopt);
}

TEST(Reuse, WhoWasFlapping) {
  TestWorld world(with("health: ready"));
  world.list("nacos", {service("old", {kUp})});
  for (int i = 0; i < 21; ++i) {
    world.upsert(service("old", {i % 2 == 0 ? kDown : kUp}));
    world.advance(milliseconds(100));
  }
  ASSERT_EQ(world.world.status().registries.at(0).health_guards.at(1).instances, 1u);
  world.erase(kOld);
  EXPECT_EQ(world.world.status().registries.at(0).health_guards.at(1).instances, 0u);
  for (const auto health : {kUp, kDown, kUp, kDown}) {
    world.upsert(service("new", {health}));
    EXPECT_EQ(world.dig("new.t. A"),
              health == kUp ? "NOERROR aa | new.t. 30 IN A 10.0.0.1" : "NOERROR aa soa");
  }
}

TEST(Reuse, WhatIsChecked) {
  std::map<std::string, std::vector<checks::Target>> wanted;
  TestWorld world(with("checks: [{services: [old], type: tcp}]"));
  world.world.on_checks_wanted([&](const std::string& who, const std::vector<checks::Target>& targets) {
    targets.empty() ? void(wanted.erase(who)) : void(wanted[who] = targets);
  });
  world.list("nacos", {service("old", {kUp, kUp})});
  ASSERT_EQ(wanted.size(), 1u);
  world.world.take_check({wanted.begin()->second.at(0), true, "refused"});
  world.settle();
  ASSERT_EQ(world.dig("old.t. A"), "NOERROR aa | old.t. 30 IN A 10.0.0.2");
  world.erase(kOld);
  EXPECT_TRUE(wanted.empty());
  world.upsert(service("new", {kUp, kUp}));
  EXPECT_TRUE(wanted.empty());
  world.upsert(service("old", {kUp, kUp}));
  EXPECT_EQ(world.dig("old.t. A"), "NOERROR aa | old.t. 30 IN A 10.0.0.1 | old.t. 30 IN A 10.0.0.2")
      << "nobody has asked again yet";
}

}  // namespace
}  // namespace signpost::test
