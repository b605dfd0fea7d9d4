// The whole backend against the fake server: gRPC, logins, fail-over, on real time and loopback.
#include "tests/backends/nacos/shell.h"

#include <algorithm>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace signpost::nacos::test {
namespace {

TEST_F(NacosShell, ListsSubscribesAndFollowsPushes) {
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  server.control("register", of("pay", at("10.0.0.2", 80), R"(,"group":"other")"));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_TRUE(world.listed);
  EXPECT_EQ(world.happened.front(), "begin");
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  EXPECT_TRUE(is("other/pay", "10.0.0.2:80")) << "found by the fuzzy watch";
  server.control("register", of("cart", at("10.0.0.3", 81)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.3:81"); }));
  server.control("register", of("late", at("10.0.0.9", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/late", "10.0.0.9:80"); }));
  server.control("deregister", R"({"service":"late"})");
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/late", ""); })) << "empty is not absent";
  server.control("drop", R"({"service":"late"})");
  EXPECT_TRUE(soon([&] { return world.services.count("nacos/public/DEFAULT_GROUP/late") == 0; }));
  const auto state = nlohmann::json::parse(server.state());
  EXPECT_EQ(state["connections"].size(), 1U) << "one connection a namespace";
  EXPECT_TRUE(soon([&] {
    const auto now = nlohmann::json::parse(server.state());
    return now["connections"][0]["waiting"] == 0 && now["connections"][0]["subscriptions"].size() == 2;
  })) << "every push acknowledged, and the erased service unsubscribed";
}

TEST_F(NacosShell, Ipv6ServersAreReachedByBothProtocolsAndTheLogin) {
  for (const auto protocol : {config::NacosProtocol::Grpc, config::NacosProtocol::Http}) {
    const FakeServer server(
        {"ipv6=true", "push_delay=0.05", "watch_delay=0.05", R"(user="dns")", R"(password="x")"});
    server.control("register", of("cart", R"({"ip":"2001:db8::1","port":80})"));
    options = {};
    world = {};
    options.protocol = protocol;
    options.username = "dns";
    options.password_file = write_password("x");
    options.servers.push_back({"::1", server.port()});
    follow({});
    EXPECT_TRUE(soon([&] { return world.live && is("DEFAULT_GROUP/cart", "2001:db8::1:80"); }));
    stop();
  }
}

TEST_F(NacosShell, AGroupIsWatchedByItselfWhereTheNamespaceIsTooLarge_L4) {
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05", "match_limit=5"});
  server.control("register", of("first", at("10.0.0.1", 80), R"(,"group":"orders")"));
  for (const std::string name : {"a", "b", "c", "d", "e", "f"}) {
    server.control("register", of(name, at("10.0.0.2", 80)));
  }
  follow({&server});
  ASSERT_TRUE(soon([&] { return is("orders/first", "10.0.0.1:80"); })) << "among the first five";
  const auto watched = [&](const std::string& pattern) {
    const auto state = nlohmann::json::parse(server.state());
    const auto watches = state["connections"][0]["watches"].get<std::vector<std::string>>();
    return std::find(watches.begin(), watches.end(), pattern) != watches.end();
  };
  ASSERT_TRUE(soon([&] { return watched("public>>orders>>*") && watched("public>>DEFAULT_GROUP>>f*"); }));
  EXPECT_EQ(count("watch_fallbacks", "match-limit"), 1U);
  server.control("register", of("second", at("10.0.0.3", 80), R"(,"group":"orders")"));
  EXPECT_TRUE(soon([&] { return is("orders/second", "10.0.0.3:80"); })) << "no list reads this group";
}

TEST_F(NacosShell, TheAdminListNamesAllGroupsUntilItIsRefused) {
  const FakeServer server({"push_delay=0.05", "fuzzy_watch=false", R"(user="dns")", R"(password="secret")"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  server.control("register", of("pay", at("10.0.0.2", 80), R"(,"group":"orders")"));
  options.username = "dns";
  options.password_file = write_password("secret");
  options.admin_list = true;
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_TRUE(is("orders/pay", "10.0.0.2:80"));
  EXPECT_EQ(nlohmann::json::parse(server.state())["requests"].count("ServiceListRequest"), 0U);
  server.control("drop", R"({"service":"pay","group":"orders"})");
  EXPECT_TRUE(soon([&] { return world.services.count("nacos/public/orders/pay") == 0; }));
  server.control("config", R"({"admin":"forbidden"})");
  EXPECT_TRUE(soon([&] { return count("admin_list_fallbacks", "forbidden") == 1; }));
  server.control("register", of("late", at("10.0.0.3", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/late", "10.0.0.3:80"); })) << "by the list of its group";
}

TEST_F(NacosShell, ListsAgainWhenAskedToThoughNothingDiffers) {
  const FakeServer server({"watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.namespaces = {"public", "staging"};
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_EQ(world.last, Complete::Yes);
  backend->list_again();
  ASSERT_TRUE(soon([&] { return world.last == Complete::Again; }));
  EXPECT_THAT(world.happened, testing::Contains("mention nacos/public/DEFAULT_GROUP/cart"));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
}

TEST_F(NacosShell, AWantedServiceIsInTheSinkBeforeTheReply) {
  const FakeServer server({"push_delay=0.05", "fuzzy_watch=false"});
  server.control("register", of("pay", at("10.0.0.4", 80), R"(,"group":"orders")"));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  std::vector<std::string> replies;
  for (const std::string name : {"pay", "nobody"}) {
    backend->want({"nacos", "public", "orders", name}, [&, name](bool there) {
      const auto told = world.services.count("nacos/public/orders/" + name);
      replies.push_back(name + (there ? " there " : " unknown ") + std::to_string(told));
    });
  }
  ASSERT_TRUE(soon([&] { return replies.size() == 2; }));
  EXPECT_THAT(replies, testing::UnorderedElementsAre("pay there 1", "nobody unknown 0"));
  server.control("register", of("nobody", at("10.0.0.5", 80), R"(,"group":"orders")"));
  EXPECT_TRUE(soon([&] { return is("orders/nobody", "10.0.0.5:80"); }));
  backend->unwant({"nacos", "public", "orders", "nobody"});
  EXPECT_TRUE(soon([&] { return !is("orders/nobody", "10.0.0.5:80"); }));
}

TEST_F(NacosShell, WishesOutliveFollowing) {
  const FakeServer server({"fuzzy_watch=false", "push_delay=0.05"});
  server.control("register", of("pay", at("10.0.0.4", 80), R"(,"group":"orders")"));
  follow({&server});
  int replies = 0;
  backend->want({"nacos", "public", "orders", "pay"}, [&](bool there) { replies += there; });
  ASSERT_TRUE(soon([&] { return replies == 1; })) << "though it was wanted before anything was followed";
  stop();
  world.services.clear();
  follow_on();
  EXPECT_TRUE(soon([&] { return is("orders/pay", "10.0.0.4:80"); }));
  EXPECT_EQ(replies, 1) << "told once";
}

// A reload: the first list of the new follower is over long before all that is wanted has been read anew.
TEST_F(NacosShell, AFirstListTakesNothingAwayThatIsBeingAskedFor) {
  const FakeServer server({"fuzzy_watch=false", "push_delay=0.05"});
  for (const auto* name : {"pay", "gone"})
    server.control("register", of(name, at("10.0.0.4", 80), R"(,"group":"orders")"));
  follow({&server});
  int replies = 0;
  for (const auto* name : {"pay", "gone"})
    backend->want({"nacos", "public", "orders", name}, [&](bool there) { replies += there; });
  ASSERT_TRUE(soon([&] { return replies == 2; }));
  stop();
  server.control("drop", R"({"service":"gone","group":"orders"})");
  server.control("order", R"({"type":"SubscribeServiceRequest","delay":1.5,"count":2})");
  world.happened.clear();
  world.live = false;
  follow_on();
  const auto ended = [&] {
    return std::find(world.happened.begin(), world.happened.end(), "end") != world.happened.end();
  };
  ASSERT_TRUE(soon(ended));
  EXPECT_TRUE(is("orders/pay", "10.0.0.4:80")) << "it was named, though not read yet";
  EXPECT_TRUE(soon([&] { return !is("orders/gone", "10.0.0.4:80"); })) << "and one that is not there goes";
  EXPECT_TRUE(is("orders/pay", "10.0.0.4:80"));
}

TEST_F(NacosShell, EachNamespaceHasItsOwnConnection_A20) {
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  server.control("register", of("cart", at("10.0.0.2", 80), R"(,"namespace":"staging")"));
  options.namespaces = {"public", "staging"};
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  server.control("register", of("cart", at("10.0.0.3", 80), R"(,"namespace":"staging","replace":true)"));
  EXPECT_TRUE(soon([&] { return world.services["nacos/staging/DEFAULT_GROUP/cart"] == "10.0.0.3:80"; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
}

TEST_F(NacosShell, OneNamespaceThatCannotBeReadKeepsTheListOpen) {
  const FakeServer server({"watch_delay=0.05"});
  server.control("order", R"({"type":"ServiceListRequest","code":500,"count":3})");
  options.namespaces = {"public", "staging"};
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.listed; }));
  EXPECT_GE(count("requests_failed", "refused"), 3U);
}

TEST_F(NacosShell, AClosedStreamIsMadeAgainAndTheDataStays_L13) {
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  const auto before = world.happened.size();
  server.control("close");
  ASSERT_TRUE(soon([&] { return !world.live; }));
  ASSERT_TRUE(soon([&] { return world.live; }));
  for (auto i = before; i < world.happened.size(); ++i)
    EXPECT_THAT(world.happened[i], testing::Not(HasSubstr("erase")));
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }))
      << "subscribed again";
}

TEST_F(NacosShell, AnUnregisteredConnectionIsReplaced) {
  const FakeServer server({"watch_delay=0.05"});
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  options = {};
  EXPECT_TRUE(soon([&] {
    server.control("forget");  // 301 from now on, once the grace of the set-up is over
    return count("reconnects", "unregistered") > 0;
  }));
}

TEST_F(NacosShell, OneOfThreeKilledIsReplacedByAnother_A2) {
  FakeServer first({"push_delay=0.05", "watch_delay=0.05"});
  FakeServer second({"push_delay=0.05", "watch_delay=0.05"});
  FakeServer third({"push_delay=0.05", "watch_delay=0.05"});
  const std::vector<FakeServer*> all{&first, &second, &third};
  for (auto* each : all) each->control("register", of("cart", at("10.0.0.1", 80)));
  follow({&first, &second, &third});
  ASSERT_TRUE(soon([&] { return world.live; }));
  FakeServer* used = nullptr;
  for (auto* each : all) {
    const bool here = !nlohmann::json::parse(each->state())["connections"].empty();
    if (here) used = each;
    if (!here) each->control("register", of("cart", at("10.0.0.2", 80)));
  }
  ASSERT_NE(used, nullptr);
  used->kill();
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }))
      << "pulled from the next";
}

TEST_F(NacosShell, ResetMovesToTheNamedServer_A4) {
  const FakeServer here({"watch_delay=0.05"});
  const FakeServer there({"watch_delay=0.05"});
  for (const auto* each : {&here, &there}) each->control("register", of("cart", at("10.0.0.1", 80)));
  follow({&here});
  ASSERT_TRUE(soon([&] { return world.live; }));
  here.control("reset", R"({"host":"127.0.0.1","port":)" + std::to_string(there.port()) + "}");
  EXPECT_TRUE(soon([&] { return !nlohmann::json::parse(there.state())["connections"].empty(); }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  EXPECT_TRUE(soon([&] { return world.live; }));
}

TEST_F(NacosShell, AServerThatStartsIsWaitedFor_L12) {
  const FakeServer server({"starting=0.7", "watch_delay=0.05"});
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_GE(count("reconnects", "starting"), 1U);
}

TEST_F(NacosShell, ServersWithoutNegotiationWork) {
  const FakeServer server({"negotiate=false", "push_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
}

TEST_F(NacosShell, LogsInAndRenewsARefusedToken_A13) {
  const FakeServer server(
      {"user=\"dns\"", "password=\"p&ss=w%rd +ö\"", "push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.username = "dns";
  options.password_file = write_password("p&ss=w%rd +ö");
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  server.control("expire_tokens");
  server.control("register", of("late", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/late", "10.0.0.2:80"); }));
  EXPECT_EQ(nlohmann::json::parse(server.state())["requests"]["login v3"], 2);
}

TEST_F(NacosShell, AWrongPasswordIsReadAgainFromItsFile) {
  const FakeServer server({"user=\"dns\"", "password=\"right\"", "login_path=\"v1\"", "watch_delay=0.05"});
  options.username = "dns";
  options.password_file = write_password("wrong");
  follow({&server});
  ASSERT_TRUE(soon([&] { return count("logins_failed") > 0; }));
  EXPECT_FALSE(world.listed);
  write_password("right");
  EXPECT_TRUE(soon([&] { return world.live; }));
}

TEST_F(NacosShell, MalformedPushesAreDroppedAndTheNextIsTaken_A17) {
  const FakeServer server({"push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  server.control("octets", R"({"base64_text":"CwsL"})");
  server.control("say", R"({"type":"NotifySubscriberRequest","body":"{{{"})");
  server.control(
      "say",
      R"({"type":"NotifySubscriberRequest","body":{"serviceInfo":{"name":"cart","groupName":"DEFAULT_GROUP","hosts":null}}})");
  EXPECT_TRUE(soon(
      [&] { return count("skipped", "malformed-message") == 2 && count("skipped", "malformed-push") == 1; }));
  EXPECT_TRUE(is("DEFAULT_GROUP/cart", "10.0.0.1:80"));
  server.control("register", of("cart", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/cart", "10.0.0.1:80 10.0.0.2:80"); }));
  EXPECT_EQ(count("reconnects", "malformed"), 0U);
}

TEST_F(NacosShell, ASilentServerIsLeft_A3) {
  FakeServer first({"push_delay=0.05", "watch_delay=0.05"});
  FakeServer second({"push_delay=0.05", "watch_delay=0.05"});
  follow({&first, &second});
  ASSERT_TRUE(soon([&] { return world.live; }));
  const bool at_first = !nlohmann::json::parse(first.state())["connections"].empty();
  auto& used = at_first ? first : second;
  auto& other = at_first ? second : first;
  used.control("config", R"({"silent":true})");
  EXPECT_TRUE(soon([&] { return !nlohmann::json::parse(other.state())["connections"].empty(); }));
  EXPECT_EQ(count("reconnects", "silent"), 1U);
}

/// A certificate for `name`, signed by itself; made by the openssl program as BASE.pem and BASE.key.
std::string make_certificate(const std::string& name, const std::string& base) {
  const auto command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=fake"
      " -addext subjectAltName=" +
      name + " -keyout " + base + ".key -out " + base + ".pem 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT: a test's own words
  return base;
}

TEST_F(NacosShell, TlsCoversTheLoginAndGrpcAndChecksTheName) {
  const auto good = make_certificate("IP:127.0.0.1", file("good"));
  const auto tls = [](const std::string& base) {
    return std::vector<std::string>{"tls_certificate=\"" + base + ".pem\"", "tls_key=\"" + base + ".key\"",
                                    "user=\"dns\"", "password=\"p\"", "watch_delay=0.05"};
  };
  const FakeServer server(tls(good));
  options.tls = true;
  options.tls_ca_file = good + ".pem";
  options.username = "dns";
  options.password_file = write_password("p");
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.live; }));
}

TEST_F(NacosShell, ACertificateForAnotherNameIsRefused) {
  const auto wrong = make_certificate("DNS:elsewhere.example", file("wrong"));
  const FakeServer server({"tls_certificate=\"" + wrong + ".pem\"", "tls_key=\"" + wrong + ".key\""});
  options.tls = true;
  options.tls_ca_file = wrong + ".pem";
  follow({&server});
  EXPECT_TRUE(soon([&] { return count("reconnects", "connect") >= 2; }));
  EXPECT_FALSE(world.listed);
}

TEST_F(NacosShell, NothingListeningIsRetriedUntilCancelled_A1) {
  std::uint16_t port = 0;
  {
    const FakeServer gone;
    port = gone.port();
  }
  options.servers = {{"127.0.0.1", port}};
  follow({});
  ASSERT_TRUE(soon([&] { return count("reconnects", "connect") >= 3; }));
  EXPECT_FALSE(world.listed);
  const FakeServer back({"watch_delay=0.05"}, port);
  EXPECT_TRUE(soon([&] { return world.live; }));
}

// The server refuses the token, and nobody gives another one; the connection is as good as before.
TEST_F(NacosShell, ALoginThatFailsOnALiveConnectionIsNoLostContact_A13) {
  const FakeServer server({"user=\"dns\"", "password=\"right\"", "push_delay=0.05", "watch_delay=0.05"});
  server.control("register", of("cart", at("10.0.0.1", 80)));
  options.username = "dns";
  options.password_file = write_password("right");
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  write_password("wrong");
  server.control("expire_tokens");
  ASSERT_TRUE(soon([&] { return count("logins_failed") >= 2; }));
  EXPECT_TRUE(world.live) << "nothing that vanishes is to be doubted for it";
  EXPECT_THAT(world.happened, testing::Not(testing::Contains(HasSubstr("lost"))));
  write_password("right");
  server.control("register", of("late", at("10.0.0.2", 80)));
  EXPECT_TRUE(soon([&] { return is("DEFAULT_GROUP/late", "10.0.0.2:80"); }));
}

}  // namespace
}  // namespace signpost::nacos::test
