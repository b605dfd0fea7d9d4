// `protected: admin` over both protocols, against a fake whose threshold hides who is healthy (A8).
#include "tests/backends/nacos/shell.h"

namespace signpost::nacos::test {
namespace {

constexpr const char* kOneDown =
    R"({"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":80,"healthy":false,"clusterName":"c2"})";

TEST_F(NacosShell, A8_TheAdminApiTellsWhoIsHealthy) {
  for (const auto protocol : {config::NacosProtocol::Grpc, config::NacosProtocol::Http}) {
    const FakeServer server({"push_delay=0.05", "cache_millis=1000"});
    server.control("register", of("cart", kOneDown));
    server.control("protect", R"({"service":"cart","threshold":0.8})");
    options = {};
    options.protocol = protocol;
    options.protection = config::ProtectedHealth::Admin;
    world = {};
    follow({&server});
    EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80 down"); }));
    stop();
  }
}

TEST_F(NacosShell, A8_WithoutTheAdminApiTheLastKnownHealthHolds) {
  const FakeServer server({"push_delay=0.05", R"(admin="forbidden")"});
  server.control("register", of("cart", kOneDown));
  options.protection = config::ProtectedHealth::Admin;
  follow({&server});
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80 down"); }));
  server.control("protect", R"({"service":"cart","threshold":0.8})");
  server.control("register", of("cart", at("10.0.0.3", 80)));
  EXPECT_TRUE(soon([&] { return count("admin_failed", "forbidden") > 0; }));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80 down 10.0.0.3:80"); }));
}

TEST_F(NacosShell, A8_TheAdminApiGetsTheToken) {
  const FakeServer server({"push_delay=0.05", R"(user="dns")", R"(password="secret")"});
  server.control("register", of("cart", kOneDown));
  server.control("protect", R"({"service":"cart","threshold":0.8})");
  options.protection = config::ProtectedHealth::Admin;
  options.username = "dns";
  options.password_file = write_password("secret");
  follow({&server});
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80 down"); }));
}

}  // namespace
}  // namespace signpost::nacos::test
