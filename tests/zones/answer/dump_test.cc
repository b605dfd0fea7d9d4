// dump and explain come from the answer path: every dumped record is what a question gets.
#include "zones/answer/dump.h"

#include <future>
#include <set>

#include <gtest/gtest.h>

#include "tests/zones/support/explained.h"
#include "tests/zones/support/test_world.h"
#include "zones/table/builder.h"

namespace signpost::test {
namespace {

constexpr const char* kConfig = R"(
registries: {local: {type: file, path: x.yaml}}
zones: [{name: demo.test, registry: local}, {name: 10.in-addr.arpa, registry: local}]
)";

TEST(Dump, NamesEveryOwnerAndAgreesWithAnswers) {
  TestWorld world(kConfig);
  world.list("local", {TestWorld::service("local///cart", {At("10.0.0.1", 80, "http").with_weight(3),
                                                           At("10.0.0.2", 80, "http")})});
  std::multiset<std::string> lines;
  const auto collect = [&](std::string_view line) { lines.emplace(line); };
  ASSERT_TRUE(dump(world.store, "demo.test", collect));
  ASSERT_TRUE(dump(world.store, "10.in-addr.arpa.", collect));
  for (const char* expected :
       {"cart.demo.test. 5 IN A 10.0.0.1\n", "cart.demo.test. 5 IN SRV 0 3 80 10-0-0-1.cart.demo.test.\n",
        "_http._tcp.cart.demo.test. 5 IN SRV 0 1 80 10-0-0-2.cart.demo.test.\n",
        "10-0-0-2.cart.demo.test. 5 IN A 10.0.0.2\n",
        "10-0-0-2-p80.cart.demo.test. 5 IN TXT \"weight=1\" \"health=up\" \"port=80\"\n",
        "demo.test. 5 IN NS ns.dns.demo.test.\n",
        "2.0.0.10.in-addr.arpa. 5 IN PTR 10-0-0-2.cart.demo.test.\n"}) {
    EXPECT_EQ(lines.count(expected), 1u) << expected;
  }
  for (const auto& line : lines) EXPECT_EQ(lines.count(line), 1u) << "twice: " << line;
}

TEST(Dump, ComesAServiceAtATime) {
  TestWorld world(kConfig);
  std::vector<ServiceState> states;
  for (int i = 0; i < 1000; ++i)
    states.push_back(
        TestWorld::service("local///s" + std::to_string(i), {At("10.0.0." + std::to_string(i % 250), 80)}));
  world.list("local", std::move(states));
  for (const char* zone : {"demo.test", "10.in-addr.arpa"}) {
    std::string whole, pieces;
    ASSERT_TRUE(dump(world.store, zone, [&](std::string_view line) { whole += line; }));
    SnapshotReader reader(world.store);
    auto dump = ZoneDump::of(reader.refresh(), zone);
    ASSERT_TRUE(dump);
    std::size_t longest = 0;
    for (std::string text; dump->next(text); text.clear()) {
      EXPECT_EQ(text.back(), '\n');
      longest = std::max(longest, text.size());
      pieces += text;
    }
    EXPECT_EQ(pieces, whole);
    EXPECT_LT(longest, whole.size() / 2) << zone;
    std::string more;
    EXPECT_FALSE(dump->next(more)) << "it stays at its end";
  }
}

TEST(Dump, SaysWhatIsWrong) {
  TestWorld world(kConfig);
  const auto unknown = dump(world.store, "nope.test", [](std::string_view) {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "nope.test. is not a zone of this server; its zones are demo.test., 10.in-addr.arpa.");
  EXPECT_FALSE(dump(world.store, "demo.test", [](std::string_view) {})) << "cold";
}

TEST(Dump, OfAReverseZoneStaysInTheZone) {
  TestWorld world(R"(
registries: {local: {type: file, path: x.yaml}}
zones:
  - {name: demo.test, registry: local}
  - {name: 10.0.0.0/8, reverse_of: [demo.test]}
  - {name: 10.1.0.0/16, reverse_of: [demo.test]}
  - {name: ip6.arpa, registry: local}
)");
  world.list("local",
             {TestWorld::service("local///cart", {At("9.0.0.1", 80), At("10.0.0.1", 80), At("10.1.0.1", 80),
                                                  At("11.0.0.1", 80), At("fd00::1", 80)})});
  const auto pointers = [&](const char* zone) {
    std::string all;
    EXPECT_TRUE(dump(world.store, zone, [&](std::string_view line) {
      if (const auto at = line.find(" IN PTR "); at != std::string_view::npos) all += line.substr(at + 8);
    }));
    return all;
  };
  EXPECT_EQ(pointers("10.in-addr.arpa"), "10-0-0-1.cart.demo.test.\n");
  EXPECT_EQ(pointers("1.10.in-addr.arpa"), "10-1-0-1.cart.demo.test.\n");
  EXPECT_EQ(pointers("ip6.arpa"), "fd00--1.cart.demo.test.\n");
}

TEST(Explain, TellsEveryInstanceAndWhy) {
  TestWorld settings(kConfig);  // only for its configuration
  SnapshotStore store;
  FakeClock clock;
  Builder builder(store, clock);
  builder.start();
  builder.configure(settings.configs.back());
  auto& sink = builder.sink("local");
  sink.begin_list(1);
  sink.upsert(TestWorld::service("local///cart", {At("10.0.0.1", 80).with_weight(3), At("10.0.0.2", 80),
                                                  At("10.0.0.3", 80).off()}),
              0);
  sink.upsert(TestWorld::service("local///Big_Name", {At("10.0.0.1", 80)}), 0);
  sink.end_list(1, Complete::Yes);
  std::promise<BuilderStatus> settled;
  builder.status([&](BuilderStatus status) { settled.set_value(std::move(status)); });
  settled.get_future().get();
  const auto text = to_text(explain_now(builder, store, "cart.demo.test"));
  EXPECT_NE(text.find("10.0.0.1#80  10.0.0.1  [80/tcp]  health up  weight 3  share 75.00 %"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("out  10.0.0.3#80"), std::string::npos) << text;
  EXPECT_NE(text.find("answers at cart.demo.test."), std::string::npos) << text;
  const auto nearest = to_text(explain_now(builder, store, "x.cart.demo.test"));
  EXPECT_NE(nearest.find("the nearest name that exists is cart.demo.test."), std::string::npos) << nearest;
  EXPECT_EQ(nearest.find(" exists: "), std::string::npos) << nearest;
  const auto told_name = to_text(explain_now(builder, store, "Big_Name.demo.test"));
  EXPECT_NE(told_name.find("big-name.demo.test. exists: registries' names"), std::string::npos) << told_name;
}

}  // namespace
}  // namespace signpost::test
