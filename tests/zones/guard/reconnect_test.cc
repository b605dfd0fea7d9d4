// A restarted Nacos server forgets living publishers for a while: nothing vanishes at once (A5, A6, L14).
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/guard/holds.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

constexpr const char* kConfig = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}, local: {type: file, path: x.yaml}}
zones: [{name: n.test, registry: nacos, answer: all}, {name: l.test, registry: local, answer: all}]
)";
constexpr const char* kCart = "nacos/public/DEFAULT_GROUP/cart";

ServiceState cart(std::vector<Instance> instances) { return TestWorld::service(kCart, std::move(instances)); }

class RestartedNacos : public testing::Test {
 protected:
  RestartedNacos() : world(kConfig) {
    world.list("local", {});
    world.list("nacos", {cart({At("10.0.0.1", 80), At("10.0.0.2", 80)})});
  }
  std::string addresses() {
    std::string text;
    for (const auto& one : world.draw("cart.n.test. A")) text += (text.empty() ? "" : " ") + one;
    return text;
  }
  std::uint64_t held() { return world.world.status().registries[0].held; }

  TestWorld world;
};

TEST_F(RestartedNacos, AnEmptyAnswerAfterTheReconnectIsHeld_A5_L14) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({}));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2");
  EXPECT_EQ(held(), 1u);
  world.advance(seconds(29));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2");
  world.advance(seconds(2));
  EXPECT_EQ(addresses(), "") << "30 s of quiet: they are really gone";
  EXPECT_EQ(held(), 0u);
}

TEST_F(RestartedNacos, DataThatComesBeforeContactIsRegainedIsHeldToo) {
  world.lose("nacos");
  world.upsert(cart({}));
  world.advance(seconds(300));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2") << "as long as contact is lost";
  world.regain("nacos");
  world.advance(seconds(31));
  EXPECT_EQ(addresses(), "");
}

TEST_F(RestartedNacos, AServiceThatTheListNoLongerNamesIsHeld_A5_A12) {
  world.lose("nacos").list("nacos", {}).regain("nacos");
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2");
  world.advance(seconds(31));
  EXPECT_EQ(world.dig("cart.n.test. A"), "NXDOMAIN aa soa");
}

TEST_F(RestartedNacos, AnErasedServiceIsHeld_A12) {
  world.lose("nacos").regain("nacos");
  world.erase(kCart);
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2");
  world.advance(seconds(31));
  EXPECT_EQ(world.dig("cart.n.test. A"), "NXDOMAIN aa soa");
}

TEST_F(RestartedNacos, PublishersThatComeBackEndTheHold_A6_L14) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({}));
  world.upsert(cart({At("10.0.0.2", 80)}));
  EXPECT_EQ(held(), 1u);
  auto back = At("10.0.0.1", 80);
  back.id = "another-id";  // a restarted server may give new ids
  world.upsert(cart({back, At("10.0.0.2", 80), At("10.0.0.3", 80)}));
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2 10.0.0.3");
}

TEST_F(RestartedNacos, GrowthCountsAtOnceAndRenewsTheWait_A6) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({}));
  world.advance(seconds(25));
  world.upsert(cart({At("10.0.0.9", 80)}));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2 10.0.0.9");
  world.advance(seconds(25));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2 10.0.0.9");
  world.advance(seconds(6));
  EXPECT_EQ(addresses(), "10.0.0.9");
}

TEST_F(RestartedNacos, AtMostNinetySeconds_A6) {
  world.lose("nacos").regain("nacos");
  std::vector<Instance> growing;
  for (int i = 0; i < 10; ++i) {
    growing.push_back(At("10.0.1." + std::to_string(i), 80));
    world.upsert(cart(growing));
    world.advance(seconds(9));
  }
  world.advance(seconds(1));
  EXPECT_EQ(addresses().find("10.0.0.1 "), std::string::npos) << addresses();
}

// Two servers that disagree for good: the one we come to has lost an instance and has another. Both sides are
// served while it is held, and the loss is a line in the log.
TEST_F(RestartedNacos, AServerThatLostSomeForGoodIsJoinedWithTheOneBeforeWhileHeld_A7) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({At("10.0.0.2", 80), At("10.0.0.3", 80)}));
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2 10.0.0.3");
  EXPECT_EQ(held(), 1u);
  world.advance(seconds(31));
  EXPECT_EQ(addresses(), "10.0.0.2 10.0.0.3");
}

TEST_F(RestartedNacos, WhatTheRegistryStillTellsChangesAtOnce) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({At("10.0.0.1", 80).with_health(Health::Down), At("10.0.0.2", 80)}));
  EXPECT_EQ(addresses(), "10.0.0.2");
  EXPECT_EQ(held(), 0u);
}

TEST_F(RestartedNacos, WithoutAReconnectARemovalIsBelieved) {
  world.upsert(cart({At("10.0.0.2", 80)}));
  EXPECT_EQ(addresses(), "10.0.0.2");
  world.lose("nacos").regain("nacos");
  world.advance(seconds(31));
  world.upsert(cart({}));
  EXPECT_EQ(addresses(), "") << "the doubt was over";
}

TEST_F(RestartedNacos, PendingAfterAReconnectDoesNotTakeAnswersAway) {
  world.lose("nacos").regain("nacos");
  auto pending = cart({});
  pending.pending = true;
  world.upsert(pending);
  EXPECT_EQ(addresses(), "10.0.0.1 10.0.0.2");
}

TEST_F(RestartedNacos, OtherRegistriesAreBelieved) {
  world.upsert(TestWorld::service("local///pay", {At("10.0.0.5", 80)}));
  world.lose("local").regain("local");
  world.erase("local///pay");
  EXPECT_EQ(world.dig("pay.l.test. A"), "NXDOMAIN aa soa");
}

// Not the registry says that it is gone: nobody asks for it any more.
TEST_F(RestartedNacos, WhatWeOurselvesLetGoIsNotHeld) {
  world.lose("nacos").regain("nacos");
  world.upsert(cart({At("10.0.0.2", 80)}));
  ASSERT_EQ(held(), 1u);
  const auto key = cart({}).key;
  world.world.forget(key);
  world.world.forget(key);
  EXPECT_EQ(held(), 0u);
  world.advance(seconds(1));
  EXPECT_EQ(addresses(), "");
}

}  // namespace
}  // namespace signpost::test
