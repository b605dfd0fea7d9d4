// Answers of services where health alone would leave too few: who answers, the TTL, the extended error.
#include <gtest/gtest.h>

#include "tests/zones/support/explained.h"

namespace signpost::test {
namespace {

std::string with(const std::string& zone) {
  return "registries:\n  local: {type: file, path: x.yaml}\nzones:\n  - {name: t, registry: local, ttl: 30, "
         "answer: all, " +
         zone + "}\n";
}

constexpr const char* kName = "cart.t. A";
constexpr const char* kNone = "NOERROR aa soa";

std::string a(const std::string& address, int ttl = 30) {
  return " | cart.t. " + std::to_string(ttl) + " IN A " + address;
}

ServiceState cart(std::vector<Health> all, bool no_weight = false) {
  std::vector<Instance> instances;
  for (std::size_t i = 0; i < all.size(); ++i) {
    instances.push_back(At("10.0.0." + std::to_string(i + 1), 80).with_health(all[i]));
    if (no_weight) instances.back().weight = 0;
  }
  return TestWorld::service("local///cart", std::move(instances));
}

std::uint64_t answering_by(const TestWorld& world, policy::Doubt doubt) {
  return world.world.status().registries[0].doubts[static_cast<std::size_t>(doubt) - 1].services;
}

TEST(RescueAnswers, WithoutTheOptionsNothingChanges) {
  TestWorld world(with("health: ready"));
  world.list("local", {cart({Health::Down, Health::Draining})});
  EXPECT_EQ(world.dig(kName), kNone);
  EXPECT_EQ(world.extended_error(kName), std::nullopt);
}

TEST(RescueAnswers, PanicAnswersWithAllAndSaysSo) {
  TestWorld world(with("panic_threshold: 50"));
  world.list("local", {cart({Health::Up, Health::Up, Health::Down})});
  EXPECT_EQ(world.extended_error(kName), std::nullopt);
  world.upsert(cart({Health::Up, Health::Down, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1") + a("10.0.0.2") + a("10.0.0.3"));
  EXPECT_EQ(world.extended_error(kName), ExtendedError::Other);
  EXPECT_EQ(world.extended_error("10-0-0-2.cart.t. A"), ExtendedError::Other)
      << "every answer of the service";
  EXPECT_EQ(world.extended_error("t. SOA"), std::nullopt);
  EXPECT_EQ(answering_by(world, policy::Doubt::Panic), 1u);
  const auto serial = world.serial("t.");
  world.upsert(cart({Health::Up, Health::Up, Health::Up}));
  EXPECT_GT(world.serial("t."), serial);
  EXPECT_EQ(world.extended_error(kName), std::nullopt) << "the same addresses, but no doubt any more";
  EXPECT_EQ(answering_by(world, policy::Doubt::Panic), 0u);
  EXPECT_EQ(world.world.status().registries[0].doubts[0].times, 1u);
}

TEST(RescueAnswers, StaleIsSaidFirst) {
  TestWorld world(with("panic_threshold: 50"));
  world.list("local", {cart({Health::Down})});
  world.lose("local");
  world.advance(std::chrono::minutes(6));
  EXPECT_EQ(world.extended_error(kName), ExtendedError::StaleAnswer);
}

TEST(RescueAnswers, RungsAreClimbedInOrder) {
  TestWorld world(with("last_resort: [serving, any]"));
  world.list("local", {cart({Health::Up, Health::Draining, Health::Down})});
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1"));
  world.upsert(cart({Health::Down, Health::Draining, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.2"));
  EXPECT_EQ(answering_by(world, policy::Doubt::Serving), 1u);
  world.upsert(cart({Health::Down, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1") + a("10.0.0.2"));
  EXPECT_EQ(answering_by(world, policy::Doubt::Any), 1u);
  EXPECT_EQ(world.extended_error(kName), ExtendedError::Other);
}

TEST(RescueLastKnown, G5_KeepsThoseThatWereHealthyLastForASecond) {
  TestWorld world(with("last_resort: [last_known]"));
  world.list("local", {cart({Health::Up, Health::Up, Health::Down})});
  world.upsert(cart({Health::Down, Health::Down, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1) + a("10.0.0.2", 1));
  EXPECT_EQ(world.extended_error(kName), ExtendedError::StaleAnswer);
  EXPECT_EQ(answering_by(world, policy::Doubt::LastKnown), 1u);
  world.upsert(cart({Health::Down, Health::Draining, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1) + a("10.0.0.2", 1)) << "changes keep it";
  world.configure(with("last_resort: [last_known], txt: off"));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1) + a("10.0.0.2", 1)) << "a reload too";
  world.upsert(cart({Health::Down, Health::Down, Health::Up}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.3")) << "any healthy one ends it";
  world.upsert(cart({Health::Down, Health::Down, Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.3", 1));
}

TEST(RescueLastKnown, G5_DeletionsAlwaysApply) {
  TestWorld world(with("last_resort: [last_known]"));
  world.list("local", {cart({Health::Up, Health::Up})});
  world.upsert(cart({Health::Down, Health::Down}));
  world.upsert(cart({Health::Down}));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1));
  world.upsert(cart({}));
  EXPECT_EQ(world.dig(kName), kNone);
  world.upsert(cart({Health::Up}));
  world.upsert(cart({}));
  EXPECT_EQ(world.dig(kName), kNone) << "scaled to zero";
  EXPECT_EQ(world.extended_error(kName), std::nullopt);
}

TEST(RescueLastKnown, G5_ABurstIsOneStep) {
  TestWorld world(with("last_resort: [last_known]"));
  world.list("local", {cart({Health::Up, Health::Up})});
  world.world.take(cart({Health::Up, Health::Down}));
  world.world.take(cart({Health::Down, Health::Down}));
  world.settle();
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1) + a("10.0.0.2", 1));
}

TEST(RescueLastKnown, G5_NobodyWasEverHealthy) {
  TestWorld world(with("last_resort: [last_known]"));
  world.list("local", {cart({Health::Down})});
  world.upsert(cart({Health::Down, Health::Down}));
  EXPECT_EQ(world.dig(kName), kNone);
}

/// G4 and G6 watch no file.
constexpr const char* kWatched = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848"]}}
zones: [{name: t, registry: nacos, ttl: 30, answer: all, last_resort: [last_known]}]
)";

ServiceState watched(std::vector<Health> all, const std::string& name = "cart") {
  auto state = cart(std::move(all));
  state.key = TestWorld::service("nacos/public/DEFAULT_GROUP/" + name).key;
  return state;
}

/// The only one that is healthy flaps, and its registry says that it is down, while it is still shown as up.
void show_as_up_while_down(TestWorld& world) {
  const auto turn = [&](Health health, std::chrono::milliseconds then) {
    world.upsert(watched({health, Health::Down}));
    world.advance(then);
  };
  world.list("nacos", {watched({Health::Up, Health::Down})});
  for (int i = 0; i < 20; ++i) turn(i % 2 == 0 ? Health::Down : Health::Up, std::chrono::milliseconds(100));
  ASSERT_EQ(world.world.status().registries[0].health_guards[1].instances, 1u);
  world.advance(std::chrono::seconds(3));
  turn(Health::Down, std::chrono::milliseconds(0));
  turn(Health::Up, std::chrono::milliseconds(2100));
  turn(Health::Down, std::chrono::milliseconds(100));
  ASSERT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1")) << "a change less than 2 s after another";
}

TEST(RescueLastKnown, G5_OfAnInstanceThatFlapsIsWhoWasShownAsHealthy) {
  TestWorld world(kWatched);
  show_as_up_while_down(world);
  world.advance(std::chrono::seconds(2));
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1));
  world.advance(std::chrono::seconds(61));
  EXPECT_EQ(world.world.status().registries[0].health_guards[1].instances, 0u);
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1));
}

TEST(RescueLastKnown, G5_AlsoWhenTheOperatorEndsTheDamping) {
  for (const char* which : {"", "public/DEFAULT_GROUP/cart"}) {
    TestWorld world(kWatched);
    show_as_up_while_down(world);
    EXPECT_EQ(world.world.release("nacos", which).released.size(), 1u);
    EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.1", 1));
  }
}

TEST(RescueLastKnown, G5_WhoIsHealthyInAPanicIsRemembered) {
  TestWorld world(kWatched);
  const auto of = [](std::size_t ill) {
    std::vector<Health> all(5, Health::Up);
    std::fill_n(all.begin(), ill, Health::Down);
    return all;
  };
  std::vector<ServiceState> all{watched(of(0))};
  for (int i = 0; i < 10; ++i) all.push_back(watched(of(0), "s" + std::to_string(i)));
  world.list("nacos", all);
  for (int i = 0; i < 5; ++i) world.upsert(watched(of(5), "s" + std::to_string(i)));
  ASSERT_EQ(world.world.status().registries[0].health_guards[0].begun, 1u);
  world.upsert(watched(of(4)));
  ASSERT_EQ(world.extended_error(kName), ExtendedError::Other) << "panic: all five answer";
  world.upsert(watched(of(5)));
  for (int i = 0; i < 190; ++i) world.advance(std::chrono::seconds(1));
  ASSERT_EQ(world.world.status().registries[0].health_guards[0].quiet, 1u);
  EXPECT_EQ(world.dig(kName), "NOERROR aa" + a("10.0.0.5", 1));
}

TEST(RescueExplained, NamesTheRuleAndWhoItTookBack) {
  const auto panic =
      explained(with("panic_threshold: 50"), cart({Health::Up, Health::Down, Health::Down}), "cart.t.");
  EXPECT_NE(panic.find("note: panic: 1 of 3 is healthy enough, below panic_threshold (50 %), so all that are "
                       "not terminating answer"),
            std::string::npos)
      << panic;
  EXPECT_NE(panic.find("share 33.33 %: answers though its health is down, by panic"), std::string::npos)
      << panic;
  const auto rung = explained(with("last_resort: [any]"), cart({Health::Down}), "cart.t.");
  EXPECT_NE(rung.find("so all that are known answer (last_resort: any)"), std::string::npos) << rung;
}

}  // namespace
}  // namespace signpost::test
