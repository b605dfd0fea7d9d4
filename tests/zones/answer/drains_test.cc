// `signpost drain` and `undrain`: an instance is kept from answering, by the operator's word alone.
#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

constexpr const char* kConfig = R"(
registries:
  local: {type: file, path: x.yaml}
  nacos: {type: nacos, servers: ["127.0.0.1:8848"]}
zones:
  - {name: t, registry: local, ttl: 30, answer: all}
  - {name: n, registry: nacos, answer: all}
)";

class DrainTest : public testing::Test, public TestWorld {
 protected:
  DrainTest() : TestWorld(kConfig) { list("local", {cart(2)}).list("nacos", {}); }
  static ServiceState cart(int count) {
    std::vector<Instance> all;
    for (int i = 1; i <= count; ++i) all.push_back(At("10.0.0." + std::to_string(i), 80));
    return service("local///cart", std::move(all));
  }
  DrainOutcome order(bool begin, const std::string& instance, std::optional<seconds> length = std::nullopt,
                     const std::string& registry = "local", const std::string& name = "cart") {
    return world.drain({registry, name, instance, begin, length});
  }
  std::string who() { return dig("cart.t. A"); }
  static std::string a(const std::string& address) { return " | cart.t. 30 IN A " + address; }
};

TEST_F(DrainTest, ByAddressAndById) {
  const auto outcome = order(true, "10.0.0.1");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.service, "local/cart");
  EXPECT_EQ(outcome.instances, std::vector<std::string>{"10.0.0.1#80"});
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.2"));
  EXPECT_EQ(order(true, "10.0.0.2#80").note, "nobody of the service may answer now");
  EXPECT_EQ(who(), "NOERROR aa soa");
  EXPECT_EQ(order(false, "10.0.0.1#80").error, "");
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.1"));
}

TEST_F(DrainTest, EndsByTime) {
  EXPECT_EQ(order(true, "10.0.0.1", seconds(600)).seconds, 600);
  const auto rows = world.status().drains;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].service + " " + rows[0].instance, "local/cart 10.0.0.1#80");
  EXPECT_EQ(rows[0].left_seconds, 600);
  EXPECT_TRUE(rows[0].known);
  advance(seconds(599));
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.2"));
  advance(seconds(1));
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.1") + a("10.0.0.2"));
  EXPECT_TRUE(world.status().drains.empty());
}

TEST_F(DrainTest, OutlivesAReloadAndTheInstance) {
  order(true, "10.0.0.1");
  configure(std::string(kConfig) + "\n");
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.2"));
  upsert(service("local///cart", {At("10.0.0.2", 80)}));
  EXPECT_FALSE(world.status().drains[0].known);
  upsert(cart(2));
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.2")) << "it came back under the same id";
  erase("local///cart");
  upsert(cart(2));
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.2"));
}

TEST_F(DrainTest, OfAnInstanceThatIsGoneCanBeEnded) {
  order(true, "10.0.0.1");
  upsert(service("local///cart", {At("10.0.0.2", 80)}));
  EXPECT_EQ(order(false, "10.0.0.1#80").error, "");
  EXPECT_TRUE(world.status().drains.empty());
}

TEST_F(DrainTest, OfAServiceThatIsGoneCanBeEnded) {
  order(true, "10.0.0.1");
  order(true, "10.0.0.2");
  erase("local///cart");
  EXPECT_EQ(order(false, "10.0.0.9").error,
            "local/cart is gone, and of it 10.0.0.9 is not drained; there are: 10.0.0.1#80, 10.0.0.2#80");
  const auto outcome = order(false, "10.0.0.1#80");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.service, "local/cart");
  EXPECT_EQ(outcome.instances, std::vector<std::string>{"10.0.0.1#80"});
  EXPECT_EQ(world.status().drains.size(), 1u);
  upsert(cart(2));
  EXPECT_EQ(who(), "NOERROR aa" + a("10.0.0.1"));
}

TEST_F(DrainTest, OfARegistryThatIsGoneCanBeEnded) {
  upsert(service("nacos/public/DEFAULT_GROUP/cart", {At("10.1.0.1", 80)}));
  order(true, "10.1.0.1", std::nullopt, "nacos", "public/DEFAULT_GROUP/cart");
  ASSERT_EQ(world.status().drains.size(), 1u);
  configure("registries: {local: {type: file, path: x.yaml}}\nzones: [{name: t, registry: local}]\n");
  EXPECT_EQ(order(false, "10.1.0.1#80", std::nullopt, "nacos", "public/DEFAULT_GROUP/cart").error, "");
  EXPECT_TRUE(world.status().drains.empty());
  EXPECT_EQ(order(false, "10.1.0.1#80", std::nullopt, "nacos", "public/DEFAULT_GROUP/cart").error,
            "there is no registry nacos; there are: local");
}

TEST_F(DrainTest, OfANameWithGroupAndSpace) {
  upsert(service("nacos/public/DEFAULT_GROUP/cart",
                 {At("10.1.0.1", 80), At("10.1.0.1", 81), At("10.1.0.2", 80)}));
  const auto outcome = order(true, "10.1.0.1", std::nullopt, "nacos", "public/DEFAULT_GROUP/cart");
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.instances.size(), 2u) << "all with that address";
  EXPECT_EQ(dig("cart.n. A"), "NOERROR aa | cart.n. 5 IN A 10.1.0.2");
}

TEST_F(DrainTest, WrongNamesSayWhatThereIs) {
  EXPECT_EQ(order(true, "10.0.0.1", std::nullopt, "nope").error,
            "there is no registry nope; there are: local, nacos");
  EXPECT_EQ(order(true, "10.0.0.1", std::nullopt, "local", "shop/cart").error,
            "there is no service local/shop/cart; there are: local/cart");
  EXPECT_EQ(order(true, "10.0.0.9").error,
            "local/cart has no instance 10.0.0.9; there are: 10.0.0.1#80, 10.0.0.2#80");
  EXPECT_EQ(order(false, "10.0.0.1").error,
            "local/cart 10.0.0.1 is not drained; `signpost status` lists who is");
}

TEST_F(DrainTest, NoRuleTakesADrainedOneBack) {
  configure(R"(
registries:
  local: {type: file, path: x.yaml}
zones:
  - {name: t, registry: local, ttl: 30, answer: all, panic_threshold: 100, last_resort: [serving, any, last_known]}
)");
  order(true, "10.0.0.1");
  order(true, "10.0.0.2");
  EXPECT_EQ(who(), "NOERROR aa soa");
}

}  // namespace
}  // namespace signpost::test
