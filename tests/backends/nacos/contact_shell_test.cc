// Contact over gRPC: half-open connections, the server's own probes, and being sent elsewhere (A3, A4).
#include <nlohmann/json.hpp>

#include "tests/backends/nacos/shell.h"
#include "tests/support/gate/gate.h"

namespace signpost::nacos::test {
namespace {

class NacosContact : public NacosShell {
 protected:
  static nlohmann::json state(const FakeServer& server) { return nlohmann::json::parse(server.state()); }
  static bool is_followed(const FakeServer& server) { return !state(server)["connections"].empty(); }
  static void send_away(const FakeServer& from, std::uint16_t port) {
    from.control("reset", R"({"host":"127.0.0.1","port":)" + std::to_string(port) + "}");
  }
  static std::uint16_t port_of(const tests::Gate& gate) {
    const auto url = gate.url();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }
  /// Lets the clock run at twenty times its speed until `done` holds. Lists are asked for each 300 ms, so the
  /// session looks at it often.
  testing::AssertionResult sooner(const std::function<bool()>& done) {
    return soon([&] {
      clock.ahead += 200ms;
      return done();
    });
  }
  /// What the sink heard from this place on takes nothing away.
  void expect_no_loss_since(std::size_t place) {
    for (auto i = place; i < world.happened.size(); ++i)
      EXPECT_THAT(world.happened[i], testing::Not(HasSubstr("erase")));
    EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  }
};

TEST_F(NacosContact, AConnectionThatTheNetworkSwallowsIsLeftForAnotherServer_A3) {
  const FakeServer behind({"push_delay=0.05", "watch_delay=0.05"});
  const FakeServer other({"push_delay=0.05", "watch_delay=0.05"});
  for (const auto* each : {&behind, &other}) each->control("register", of("cart", at("10.0.0.1", 80)));
  tests::Gate gate(io.get_executor(), static_cast<std::uint16_t>(behind.port() + 1000));
  const auto gate_port = static_cast<std::uint16_t>(port_of(gate) - 1000);
  options.protocol = config::NacosProtocol::Grpc;  // behind the gate is no HTTP
  options.servers = {{"127.0.0.1", gate_port}};
  follow({&other});
  ASSERT_TRUE(soon([&] { return world.live; }));
  if (!is_followed(behind)) send_away(other, gate_port);
  ASSERT_TRUE(soon([&] { return world.live && is_followed(behind); }));
  const auto before = world.happened.size();
  gate.swallow(true);  // the server hears us, and its answers go nowhere
  ASSERT_TRUE(sooner([&] { return count("reconnects", "silent") == 1; })) << "three health checks in vain";
  EXPECT_TRUE(soon([&] { return world.live && is_followed(other); }));
  expect_no_loss_since(before);
  gate.swallow(false);
}

TEST_F(NacosContact, TheServersOwnProbeIsAnswered_A3_L1) {
  const FakeServer server({"watch_delay=0.05"});
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  server.control("say", R"({"type":"ClientDetectionRequest","body":{"module":"internal"}})");
  EXPECT_TRUE(soon([&] { return state(server)["acks"].value("ClientDetectionResponse", 0) == 1; }));
  EXPECT_TRUE(is_followed(server));
}

TEST_F(NacosContact, ABadTargetOfAResetFallsBackToTheListAndNothingIsLost_A4) {
  std::uint16_t nobody = 0;
  {
    const FakeServer gone;
    nobody = gone.port();
  }
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  const auto before = world.happened.size();
  send_away(server, nobody);
  ASSERT_TRUE(soon([&] { return count("reconnects", "reset") == 1 && count("reconnects", "connect") == 1; }));
  ASSERT_TRUE(soon([&] { return world.live && is_followed(server); }));
  expect_no_loss_since(before);
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }))
      << "subscribed to again";
}

TEST_F(NacosContact, AResetToNobodyInParticularGoesToTheNextOfTheList_A4) {
  const FakeServer one({"push_delay=0.05", "watch_delay=0.05"});
  const FakeServer two({"push_delay=0.05", "watch_delay=0.05"});
  for (const auto* each : {&one, &two}) each->control("register", of("cart", at("10.0.0.1", 80)));
  follow({&one, &two});
  ASSERT_TRUE(soon([&] { return world.live; }));
  const auto& used = is_followed(one) ? one : two;
  const auto& other = is_followed(one) ? two : one;
  const auto before = world.happened.size();
  used.control("reset");
  EXPECT_TRUE(soon([&] { return world.live && is_followed(other) && !is_followed(used); }));
  expect_no_loss_since(before);
  EXPECT_EQ(count("reconnects", "reset"), 1U);
}

}  // namespace
}  // namespace signpost::nacos::test
