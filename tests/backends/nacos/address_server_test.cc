// The whole backend with an address server instead of a list of servers (facts: Nacos 4.8).
#include "tests/backends/nacos/shell.h"

namespace signpost::nacos::test {
namespace {

std::string line(const FakeServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

struct AddressServer : NacosShell {
  /// Says what is in `body`; it is no member itself.
  const FakeServer desk{{"grpc=false", "v1=false"}};
  void says(const std::string& body) const { desk.control("config", R"({"serverlist":")" + body + R"("})"); }
  void follow_desk() {
    options.address_server = "http://" + line(desk) + "/nacos/serverlist";
    follow({});
  }
};

TEST_F(AddressServer, NamesTheServersForBothProtocols) {
  for (const auto protocol : {config::NacosProtocol::Grpc, config::NacosProtocol::Http}) {
    const FakeServer server({"push_delay=0.05", "watch_delay=0.1"});
    server.control("register", of("cart", at("10.0.0.1", 80)));
    says("# members\\n" + line(server) + "\\n");
    options = {};
    options.protocol = protocol;
    world = {};
    follow_desk();
    EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
    stop();
  }
}

TEST_F(AddressServer, IsAskedUntilItHasAList) {
  const FakeServer server({R"(user="dns")", R"(password="secret")", "watch_delay=0.1"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.username = "dns";
  options.password_file = write_password("secret");
  follow_desk();
  EXPECT_TRUE(soon([&] { return count("server_lists_failed") >= 3; }));
  EXPECT_FALSE(world.listed);
  EXPECT_THAT(world.happened, testing::Contains(HasSubstr("lost address server: HTTP 404")));
  says("127.0.0.1:1:2");
  EXPECT_TRUE(soon([&] { return count("skipped", "server-line") > 0; }));
  says(line(server));
  EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
}

TEST_F(AddressServer, EndsWhileItIsAsked) {
  follow_desk();
  EXPECT_TRUE(soon([&] { return count("server_lists_failed") > 0; }));
  stop();
}

}  // namespace
}  // namespace signpost::nacos::test
