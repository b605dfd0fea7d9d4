// Slow start as clients see it: SRV weights over time, and how often something is published.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string with(const std::string& zone) {
  return "registries:\n  local: {type: file, path: x.yaml}\n  nacos: {type: nacos, servers: "
         "[\"127.0.0.1:8848\"]}\nzones:\n  - {name: t, registry: local, ttl: 30, answer: all, " +
         zone + "}\n  - {name: n, registry: nacos, answer: all, " + zone + "}\n";
}

Instance at(int number) { return At("10.0.0." + std::to_string(number), 80).with_weight(100); }

ServiceState cart(std::vector<Instance> all) { return TestWorld::service("local///cart", std::move(all)); }

/// The weights of cart's SRV records, by address.
std::string weights(TestWorld& world, const std::string& name = "cart.t.") {
  std::string out;
  auto records = world.draw(name + " SRV");
  const auto last = [](const std::string& record) { return record.substr(record.rfind(' ')); };
  std::sort(records.begin(), records.end(), [&](const auto& a, const auto& b) { return last(a) < last(b); });
  for (const auto& record : records) {
    const auto from = record.find(' ') + 1;
    out += (out.empty() ? "" : " ") + record.substr(from, record.find(' ', from) - from);
  }
  return out;
}

TEST(Ramps, ANewInstanceGetsItsShareLittleByLittle) {
  TestWorld world(with("ramp: 60s"));
  world.list("local", {cart({at(1), at(2)})});
  EXPECT_EQ(weights(world), "100 100") << "those of the first list do not ramp";
  world.upsert(cart({at(1), at(2), at(3)}));
  EXPECT_EQ(weights(world), "100 100 10");
  world.advance(seconds(31));
  EXPECT_EQ(weights(world), "100 100 50");
  world.advance(seconds(32));
  EXPECT_EQ(weights(world), "100 100 100");
}

TEST(Ramps, IsFewPublishes) {
  TestWorld world(with("ramp: 60s"));
  world.list("local", {cart({at(1)})});
  std::vector<Instance> all{at(1)};
  for (int i = 2; i <= 12; ++i) {
    all.push_back(at(i));
    world.upsert(cart(all));
    world.advance(milliseconds(370));
  }
  const auto before = world.serial("t.");
  for (int i = 0; i < 700; ++i) world.advance(milliseconds(100));
  EXPECT_LE(world.serial("t.") - before, 24u) << "11 instances, steps of 3 s, 70 s";
  EXPECT_EQ(weights(world), "100 100 100 100 100 100 100 100 100 100 100 100");
}

TEST(Ramps, AllAlikeHasNoEffect) {
  TestWorld world(with("ramp: 60s"));
  world.list("local", {});
  world.upsert(cart({at(1), at(2)}));
  EXPECT_EQ(weights(world), "100 100");
  const auto serial = world.serial("t.");
  for (int i = 0; i < 700; ++i) world.advance(milliseconds(100));
  EXPECT_EQ(world.serial("t."), serial);
}

TEST(Ramps, BeginsWhenItIsHealthyForTheFirstTime) {
  TestWorld world(with("ramp: 60s"));
  world.list("local", {cart({at(1)})});
  auto second = at(2);
  second.health = Health::Down;
  world.upsert(cart({at(1), second}));
  world.advance(seconds(300));
  world.upsert(cart({at(1), at(2)}));
  EXPECT_EQ(weights(world), "100 10");
  world.advance(seconds(63));
  EXPECT_EQ(weights(world), "100 100");
  world.upsert(cart({at(1), second}));
  world.upsert(cart({at(1), at(2)}));
  EXPECT_EQ(weights(world), "100 100") << "it is not new any more";
}

TEST(Ramps, AReloadBeginsNone) {
  TestWorld world(with("ramp: 0s"));
  world.list("local", {cart({at(1)})});
  world.upsert(cart({at(1), at(2)}));
  EXPECT_EQ(weights(world), "100 100") << "off";
  world.configure(with("ramp: 60s"));
  EXPECT_EQ(weights(world), "100 100");
  world.upsert(cart({at(1), at(2), at(3)}));
  world.advance(seconds(31));
  world.configure(with("ramp: 60s, txt: off"));
  EXPECT_EQ(weights(world), "100 100 50") << "and ends none";
}

TEST(Ramps, ARegistryThatBecomesAnotherOneRampsAsWell) {
  TestWorld world(with("ramp: 60s"));
  world.list("local", {cart({at(1), at(2)})});
  world.world.reset("local");
  world.list("local", {cart({at(1)})});
  EXPECT_EQ(weights(world), "100");
  world.upsert(cart({at(1), at(2)}));
  EXPECT_EQ(weights(world), "100 10");
}

TEST(Ramps, OfDubboGoByItsOwnWords) {
  TestWorld world(with("ramp: 60s"));
  auto young = at(2);
  const auto start = std::to_string((1'700'000'000 - 300) * std::int64_t{1000});
  young.metadata = {{"timestamp", start}, {"warmup", "600000"}};
  const auto name = "nacos/public/DEFAULT_GROUP/cart";
  world.list("nacos", {TestWorld::service(name, {at(1), young})});
  EXPECT_EQ(weights(world, "cart.n."), "100 50") << "also in the first list";
  world.advance(seconds(301));
  EXPECT_EQ(weights(world, "cart.n."), "100 100");
  TestWorld off(with("ramp: 0s"));
  off.list("nacos", {TestWorld::service(name, {at(1), young})});
  EXPECT_EQ(weights(off, "cart.n."), "100 100");
}

TEST(Ramps, OfEndpointsBehindAVirtualAddressInAComposedName) {
  TestWorld world(R"(
registries:
  cluster: {type: kubernetes, url: "https://127.0.0.1:1"}
zones:
  - name: shop.test
    services: [{name: cart, ramp: 60s, members: [{registry: cluster, namespace: shop, service: cart}]}]
)");
  const auto endpoints = [](int count) {
    std::vector<Instance> all;
    for (int i = 1; i <= count; ++i)
      all.push_back(At("10.1.0." + std::to_string(i), 8080, "http").with_weight(100));
    return TestWorld::cluster_ip("cluster/shop//cart", {"10.96.0.1"}, {{"http", 8080, Protocol::Tcp}}, all);
  };
  world.list("cluster", {endpoints(2)});
  world.upsert(endpoints(3));
  EXPECT_EQ(weights(world, "cart.shop.test."), "100 100 10");
  world.advance(seconds(63));
  EXPECT_EQ(weights(world, "cart.shop.test."), "100 100 100");
}

}  // namespace
}  // namespace signpost::test
