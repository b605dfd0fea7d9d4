// The whole backend over HTTP v1, against a fake without gRPC.
#include <nlohmann/json.hpp>

#include "tests/backends/nacos/shell.h"

namespace signpost::nacos::test {
namespace {

std::string base64(const std::string& octets) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  unsigned held = 0, bits = 0;
  for (const char raw : octets) {
    held = held << 8U | static_cast<unsigned char>(raw);
    for (bits += 8; bits >= 6; bits -= 6) text += kDigits[held >> (bits - 6) & 63U];
  }
  if (bits != 0) text += kDigits[held << (6 - bits) & 63U];
  return text + std::string((4 - text.size() % 4) % 4, '=');
}

TEST_F(NacosShell, HttpV1FollowsAServerWithoutGrpc) {
  const FakeServer server({"grpc=false", "push_delay=0.05", "cache_millis=1000", "empty_service=0.5"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.protocol = config::NacosProtocol::Http;
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.listed && world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }));
  server.control("register", of("pay", at("10.0.0.3", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/pay", "10.0.0.3:80"); }));
  server.control("deregister", R"({"service":"pay","ip":"10.0.0.3","port":80})");
  EXPECT_TRUE(soon([&] { return world.services.count("nacos/public/DEFAULT_GROUP/pay") == 0; }));
}

TEST_F(NacosShell, HttpV1KeepsEverythingWhileTheServerIsDown) {
  const FakeServer server({"grpc=false", "push_delay=0.05", "cache_millis=1000"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.protocol = config::NacosProtocol::Http;
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
  server.control("config", R"({"v1_state":"DOWN"})");
  EXPECT_TRUE(soon([&] { return !world.live; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  server.control("config", R"({"v1_state":"UP"})");
  EXPECT_TRUE(soon([&] { return world.live; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
}

TEST_F(NacosShell, A14_HttpV1LogsInAndTakesTheQueryLast) {
  for (const auto* takes : {R"(v1_token="any")", R"(v1_token="query")"}) {
    const FakeServer server(
        {"grpc=false", R"(user="dns")", R"(password="secret")", R"(login_path="v1")", takes});
    server.control("register", of("cart", at("10.0.0.1", 80)));
    options = {};
    options.protocol = config::NacosProtocol::Http;
    options.username = "dns";
    options.password_file = write_password("secret");
    world = {};
    follow({&server});
    EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); })) << takes;
    stop();
  }
}

TEST_F(NacosShell, A15_AUdpPushIsAHintToPollAndNeverData) {
  const FakeServer server({"grpc=false", "push_delay=0.05", "cache_millis=60000", "udp_ack=1"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.protocol = config::NacosProtocol::Http;
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
  // The period is a minute: what comes sooner came by a datagram. The first reading knows our address.
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }));
  std::string many;  // enough for gzip
  for (int i = 1; i <= 30; ++i) many += (i > 1 ? "," : "") + at("10.0.1." + std::to_string(i), 81);
  server.control("register", of("cart", many));
  EXPECT_TRUE(soon([&] {
    return world.services["nacos/public/DEFAULT_GROUP/cart"].find("10.0.1.30:81") != std::string::npos;
  }));
  EXPECT_TRUE(soon([&] { return nlohmann::json::parse(server.state())["acks"].value("push-ack", 0) >= 2; }));
  EXPECT_EQ(server.state().find("odd datagram"), std::string::npos);
  // A stranger's word: other instances of cart, a service that there is not, octets of no sense.
  const auto before = world.services;
  const auto polls = count("polls");
  for (
      const auto* forged :
      {R"({"type":"dom","data":"{\"name\":\"DEFAULT_GROUP@@cart\",\"hosts\":[]}","lastRefTime":1})",
       R"({"type":"dom","data":"{\"name\":\"evil\",\"hosts\":[{\"ip\":\"192.0.2.66\",\"port\":1}]}","lastRefTime":2})",
       "\x1f\x8b\x08 no gzip"}) {
    server.control("datagram", R"({"base64_text":")" + base64(forged) + "\"}");
  }
  EXPECT_TRUE(soon([&] {
    return count("polls") > polls && count("push_datagrams", "unknown-service") == 1 &&
           count("push_datagrams", "malformed") == 1;
  }));
  EXPECT_EQ(world.services, before);
}

TEST_F(NacosShell, WithoutUdpPushNoPortIsOpened) {
  const FakeServer server({"grpc=false", "push_delay=0.05", "cache_millis=1000"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.protocol = config::NacosProtocol::Http;
  options.udp_push = false;
  follow({&server});
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }));
  EXPECT_EQ(server.state().find("udp push"), std::string::npos);
}

TEST_F(NacosShell, PathsBeginWhereTheConfigurationSays) {
  for (const auto* context : {"/registry/x", ""}) {
    const FakeServer server({"grpc=false", R"(version="1.4.7")", R"(user="dns")", R"(password="secret")",
                             std::string("context=\"") + context + "\""});
    server.control("register", of("cart", at("10.0.0.1", 80)));
    options = {};
    options.context_path = context;
    options.username = "dns";
    options.password_file = write_password("secret");
    world = {};
    follow({&server});  // its generation, the login and the lists
    EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); })) << context;
    stop();
  }
}

TEST_F(NacosShell, AutoFindsAServerOf1x) {
  const FakeServer server({"grpc=false", R"(version="1.4.7")"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.listed && world.live && is("DEFAULT_GROUP/cart", "10.0.0.1:80"); }));
  EXPECT_EQ(count("change_overs", "http"), 1U);
  EXPECT_THAT(world.happened, testing::Not(testing::Contains(HasSubstr("lost"))));
}

TEST_F(NacosShell, AutoFollowsAnUpgradeAndARollback) {
  const std::vector<std::string> old{"grpc=false", R"(version="1.4.7")", "cache_millis=1000"};
  const std::vector<std::string> upgraded{R"(version="2.5.1")", "push_delay=0.05"};
  auto server = std::make_unique<FakeServer>(old);
  server->control("register", of("cart", at("10.0.0.1", 80)));
  follow({server.get()});
  std::string shown = "10.0.0.1:80";
  EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", shown); }));
  EXPECT_EQ(count("change_overs", "http"), 1U);
  for (const bool up : {true, false}) {
    const auto port = server->port();
    server->kill();
    EXPECT_TRUE(soon([&] { return !world.live; }));
    EXPECT_TRUE(is("DEFAULT_GROUP/cart", shown));
    server = std::make_unique<FakeServer>(up ? upgraded : old, port);
    server->control("register", of("cart", at("10.0.0.1", 80) + "," + at("10.0.0.2", 80)));
    shown = "10.0.0.1:80 10.0.0.2:80";
    EXPECT_TRUE(soon([&] { return count("change_overs", up ? "grpc" : "http") == (up ? 1U : 2U); }));
    EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", shown); }));
    server->control("register", of("new", at("10.0.0.3", 80)));
    EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/new", "10.0.0.3:80"); }));
  }
  EXPECT_EQ(count("change_overs", "grpc"), 1U);
}

TEST_F(NacosShell, HttpV1EndsAtOnceWhileAnAnswerIsOutstanding) {
  const FakeServer server({"grpc=false", "v1_delay=30"});
  options.protocol = config::NacosProtocol::Http;
  follow({&server});
  EXPECT_TRUE(soon([&] { return count("requests") > 0; }));
  const auto before = std::chrono::steady_clock::now();
  stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);
}

}  // namespace
}  // namespace signpost::nacos::test
