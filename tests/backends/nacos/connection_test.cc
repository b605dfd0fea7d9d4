// The life of a connection on virtual time: set-up, health, fail-over, logins, bad input. Ids: the Nacos
// facts page.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

std::string error(int code) {
  return R"({"resultCode":500,"success":false,"message":"m","errorCode":)" + std::to_string(code) + "}";
}

std::string body_of(const std::vector<Payload>& payloads, const std::string& type) {
  for (const auto& payload : payloads) {
    if (payload.type == type) return payload.body;
  }
  return "nothing of this type";
}

TEST(NacosConnection, GoesThroughTheHandshakeInOrder) {
  Desk desk;
  desk.fuzzy_watch = false;
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  desk.start();
  EXPECT_THAT(desk.take_log(),
              ElementsAre("connect nacos-0:8848", "request ServerCheckRequest", "stream",
                          "send ConnectionSetupRequest", "note nacos.connected nacos-0:8848",
                          "request ServiceListRequest DEFAULT_GROUP", "alive", "pending DEFAULT_GROUP/cart",
                          "request SubscribeServiceRequest DEFAULT_GROUP cart", "listed", "alive",
                          "DEFAULT_GROUP/cart 10.0.0.1:80", "ready", "alive"));
  EXPECT_THAT(body_of(desk.streamed, "ConnectionSetupRequest"), HasSubstr(R"("module":"naming")"));
}

// 4.8: an address server renames the members while a connection stands.
TEST(NacosConnection, IsLeftWithItsServerAndNotBefore) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 2));
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  desk.start();
  ASSERT_EQ(desk.session.state(), Session::State::Ready);
  const auto used = desk.connects().front();
  const bool first = used == "nacos-0:8848";
  desk.feed(event::Servers{{{"nacos-9", 8848}, {first ? "nacos-0" : "nacos-1", 8848}}});
  desk.pass(2s);
  EXPECT_EQ(desk.connects().size(), 1U) << "it still is a member";
  desk.take_news();
  desk.feed(event::Servers{{{"nacos-9", 8848}}});
  desk.pass(2s);
  EXPECT_EQ(desk.connects().back(), "nacos-9:8848");
  EXPECT_EQ(desk.connects().size(), 1U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_EQ(desk.world.at("DEFAULT_GROUP/cart"), "DEFAULT_GROUP/cart 10.0.0.1:80");
  EXPECT_THAT(desk.take_news(), Contains(HasSubstr("lost: nacos-"))) << "the guards are told";
}

// L7: without negotiation there is no acknowledgement; the set-up has taken effect a few milliseconds later.
TEST(NacosConnection, OldServersAreNotAskedForAbilities) {
  Desk desk;
  desk.negotiates = false;
  desk.start();
  EXPECT_EQ(desk.session.state(), Session::State::Setup);
  EXPECT_THAT(body_of(desk.streamed, "ConnectionSetupRequest"), testing::Not(HasSubstr("abilityTable")));
  desk.pass(20ms);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_EQ(desk.count_log("request NamingFuzzyWatch"), 0U);
}

TEST(NacosConnection, A301RightAfterTheSetUpIsTriedAgain_L7) {
  Desk desk;
  desk.negotiates = false;
  int refusals = 2;
  desk.instead = [&](const Payload& payload) {
    return payload.type == "ServiceListRequest" && refusals-- > 0 ? error(301) : std::string();
  };
  desk.start();
  desk.pass(200ms);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_EQ(desk.connects().size(), 1U);
}

TEST(NacosConnection, WithoutAcknowledgementTheNextServerIsTried) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 2));
  desk.acknowledges = false;
  desk.start();
  desk.pass(4999ms);
  EXPECT_EQ(desk.connects().size(), 1U);
  desk.pass(200ms);
  ASSERT_EQ(desk.connects().size(), 2U);
  EXPECT_NE(desk.connects()[0], desk.connects()[1]);
}

// A1: 0.1 s steps to 5 s with jitter, data kept, contact lost told once.
TEST(NacosConnection, AllServersDownBacksOffAndKeepsTheData_A1) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 1), 7);
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  desk.start();
  desk.pass(20s);
  desk.take_log();
  desk.reachable = false;
  desk.break_connection();
  std::vector<Duration> waits;
  for (auto last = desk.now; waits.size() < 80; last = desk.now) {
    const auto before = desk.connects().size();
    ASSERT_TRUE(desk.until([&] { return desk.connects().size() > before; }, 10s));
    waits.push_back(desk.now - last);
  }
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const auto full = std::min<Duration>(5s, 100ms * (i + 1));
    EXPECT_GE(waits[i], full / 2) << i;
    EXPECT_LE(waits[i], full) << i;
  }
  EXPECT_GT(std::set<Duration>(waits.end() - 20, waits.end()).size(), 10U) << "no jitter";
  EXPECT_THAT(desk.take_news(), ElementsAre("lost: nacos-0:8848: cut"));
  desk.reachable = true;
  desk.pass(6s);
  EXPECT_THAT(desk.take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.1:80", "ready"));
}

// A2: the next server within 5 s; every service is subscribed again, and the answer is the pull.
TEST(NacosConnection, OneServerDownSwitchesAndReadsEverythingAgain_A2) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 3));
  for (int i = 0; i < 300; ++i) {
    desk.hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = "[" + host("10.0.0.1", 80) + "]";
  }
  desk.start();
  desk.pass(1s);
  ASSERT_EQ(desk.session.state(), Session::State::Ready);
  const auto first = desk.connects().front();
  desk.take_log();
  desk.hosts[{"DEFAULT_GROUP", "s7"}] = "[" + host("10.0.0.7", 80) + "]";  // while we were away
  desk.break_connection();
  desk.pass(5s);
  ASSERT_EQ(desk.connects().size(), 1U);
  EXPECT_NE(desk.connects().front(), first);
  EXPECT_EQ(desk.count_log("request SubscribeServiceRequest"), 300U);
  const auto news = desk.take_news();
  EXPECT_EQ(news.size(), 302U);  // lost, 300 states, ready
  EXPECT_THAT(news, Contains("DEFAULT_GROUP/s7 10.0.0.7:80"));
  EXPECT_EQ(news.back(), "ready");
}

TEST(NacosConnection, AConnectionThatFailsSoonIsNoReasonToHurry) {
  Desk desk;
  desk.start();
  for (int i = 0; i < 100; ++i) {
    desk.pass(5s);
    if (desk.session.state() == Session::State::Ready) desk.break_connection();
  }
  EXPECT_GT(desk.session.deadline() - desk.now, 2s) << "the back-off grew although each connection was ready";
}

// A3: silence for 5 s, then three health checks of 3 s, then the next server.
TEST(NacosConnection, AHalfOpenConnectionIsLeft_A3) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 2));
  desk.start();
  desk.pass(1s);
  desk.take_log();
  desk.answers = false;
  const auto silent_since = desk.now;
  ASSERT_TRUE(desk.until([&] { return desk.count_log("connect ") == 1; }, 30s));
  EXPECT_LE(desk.now - silent_since, 14s + 100ms);
  EXPECT_GE(desk.now - silent_since, 13s);
  EXPECT_EQ(desk.count_log("request HealthCheckRequest"), 3U);
  EXPECT_EQ(desk.counts.value("reconnects", "silent"), 1U);
}

// L1: health checks come after 5 s of silence, so that the server's own detection at 20 s never starts.
TEST(NacosConnection, SilenceIsNeverLongerThanFiveSeconds_L1) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.list_interval = 1h;
  Desk desk(options);
  desk.start();
  desk.pass(60s);
  EXPECT_GE(desk.count_log("request HealthCheckRequest"), 11U);
  EXPECT_EQ(desk.count_log("connect "), 1U);
}

TEST(NacosConnection, DetectionIsAnsweredAtOnce) {
  Desk desk;
  desk.start();
  desk.say("ClientDetectionRequest", R"({"requestId":"77"})");
  EXPECT_EQ(desk.streamed.back().type, "ClientDetectionResponse");
  EXPECT_THAT(desk.streamed.back().body, HasSubstr(R"("requestId":"77")"));
}

// A4: acknowledged, then the named server; no data changes. The guards hear of it, since that server may have
// started a moment ago (A6).
TEST(NacosConnection, ResetGoesToTheNamedServer_A4_A6) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 3));
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  desk.start();
  desk.pass(2s);
  desk.take_log();
  desk.say("ConnectResetRequest", R"({"requestId":"1","serverIp":"10.9.9.9","serverPort":"18848"})");
  EXPECT_EQ(desk.streamed.back().type, "ConnectResetResponse");
  desk.pass(1ms);
  EXPECT_THAT(desk.connects(), ElementsAre("10.9.9.9:18848"));
  EXPECT_THAT(desk.take_news(), ElementsAre(HasSubstr("sends us to 10.9.9.9:18848"),
                                            "DEFAULT_GROUP/cart 10.0.0.1:80", "ready"));
}

TEST(NacosConnection, ABadTargetOfAResetFallsBackToTheList_A4) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 1));
  desk.start();
  desk.pass(2s);
  desk.take_log();
  desk.reachable = false;
  desk.say("ConnectResetRequest", R"({"serverIp":"10.9.9.9","serverPort":"18848"})");
  desk.pass(1ms);
  desk.reachable = true;
  desk.pass(1s);
  EXPECT_THAT(desk.connects(), ElementsAre("10.9.9.9:18848", "nacos-0:8848"));
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
}

TEST(NacosConnection, AServerThatResetsAtOnceIsNoTightLoop) {
  Desk desk;
  desk.start();
  for (int i = 0; i < 60; ++i) {
    desk.say("ConnectResetRequest", "{}");
    desk.pass(std::max<Duration>(desk.session.deadline() - desk.now, 0s));
  }
  EXPECT_GT(desk.elapsed(), 30s);
}

struct CodeCase {
  const char* name;
  int code;
  bool reconnects;
};
class NacosCode : public testing::TestWithParam<CodeCase> {};
TEST_P(NacosCode, OfASubscription) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 2));
  desk.start();
  desk.pass(2s);
  desk.take_log();
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  bool first = true;
  desk.instead = [&](const Payload& payload) {
    return payload.type == "SubscribeServiceRequest" && std::exchange(first, false) ? error(GetParam().code)
                                                                                    : std::string();
  };
  desk.pass(20s);
  EXPECT_EQ(desk.connects().size(), GetParam().reconnects ? 1U : 0U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_THAT(desk.take_news(), Contains("DEFAULT_GROUP/cart 10.0.0.1:80")) << "it is read in the end";
}
const CodeCase kCodes[] = {{"starting_leaves", 300, true},       {"unregistered_leaves", 301, true},
                           {"not_naming_leaves_L9", -401, true}, {"no_handler_stays", 302, false},
                           {"over_limit_stays", 503, false},     {"failure_stays", 500, false}};
INSTANTIATE_TEST_SUITE_P(Codes, NacosCode, testing::ValuesIn(kCodes),
                         [](const auto& test) { return test.param.name; });

TEST(NacosConnection, AServerThatStartsIsLeftForTheNext_L12) {
  Desk desk(Desk::options_for({"DEFAULT_GROUP"}, 2));
  int starting = 3;
  desk.instead = [&](const Payload& payload) {
    return payload.type == "ServerCheckRequest" && starting-- > 0 ? error(300) : std::string();
  };
  desk.start();
  desk.pass(2s);
  EXPECT_EQ(desk.connects().size(), 4U);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_EQ(desk.counts.value("reconnects", "starting"), 3U);
}

// A16: 10,000 services are subscribed 64 at a time, and a limit slows all of them down.
TEST(NacosConnection, AStormIsPipelinedAndSlowsDownAtTheLimit_A16) {
  Desk desk;
  for (int i = 0; i < 10000; ++i) desk.hosts[{"DEFAULT_GROUP", "s" + std::to_string(i)}] = "[]";
  int held = 0;
  desk.instead = [&](const Payload& payload) {
    if (payload.type != "SubscribeServiceRequest") return std::string();
    ++held;
    return std::string("silence");
  };
  desk.start();
  EXPECT_EQ(held, 64);
  desk.instead = [&](const Payload& payload) {
    return payload.type == "SubscribeServiceRequest" ? error(503) : std::string();
  };
  desk.pass(3s);  // the held ones time out; what follows is refused
  const auto before = desk.sent.size();
  desk.pass(5s);
  EXPECT_LT(desk.sent.size() - before, 64U * 12);
  desk.instead = nullptr;
  desk.pass(180s);
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  EXPECT_EQ(desk.states.size(), 20000U);  // each once pending and once read
}

// A17: what cannot be read is dropped and counted; the stream stays, unless nothing else comes.
TEST(NacosConnection, MalformedMessagesAreCountedAndRepeatedOnesEndTheConnection_A17) {
  Desk desk;
  desk.start();
  for (int i = 0; i < 4; ++i) desk.feed(event::Received{"\x0b\x0b"});
  desk.say("NotifySubscriberRequest", "[]");  // the fifth
  EXPECT_EQ(desk.counts.value("skipped", "malformed-message"), 5U);
  EXPECT_EQ(desk.count_log("disconnect"), 1U);
  desk.pass(1s);
  desk.take_log();
  for (int i = 0; i < 20; ++i) {
    desk.feed(event::Received{std::string(3, '\0')});
    desk.say("ClientDetectionRequest", "{}");
  }
  EXPECT_EQ(desk.count_log("disconnect"), 0U) << "between good messages";
}

// ---- logins
SessionOptions with_login() {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.login = true;
  return options;
}

TEST(NacosLogin, WaitsForTheTokenAndSendsIt) {
  Desk desk(with_login());
  desk.start();
  EXPECT_EQ(desk.session.state(), Session::State::Login);
  EXPECT_THAT(desk.take_log(), IsEmpty());
  desk.feed(event::Token{"secret"});
  EXPECT_EQ(desk.session.state(), Session::State::Ready);
  for (const auto& payload : desk.sent) {
    ASSERT_EQ(payload.headers.size(), 1U);
    EXPECT_EQ(payload.headers.front(), std::make_pair(std::string("accessToken"), std::string("secret")));
  }
  for (const auto& line : desk.take_log()) EXPECT_THAT(line, testing::Not(HasSubstr("secret")));
}

// A13: 403 -> one new login for all that failed, the data is kept, then it is read again.
TEST(NacosLogin, ARefusedTokenIsRenewedOnce_A13) {
  Desk desk(with_login());
  desk.hosts[kCart] = "[" + host("10.0.0.1", 80) + "]";
  desk.start();
  desk.feed(event::Token{"old"});
  desk.take_log();
  desk.instead = [](const Payload& payload) {
    const bool refused = payload.type != "HealthCheckRequest" && payload.headers.front().second == "old";
    return refused ? error(403) : std::string();
  };
  desk.hosts[{"DEFAULT_GROUP", "pay"}] = "[]";
  desk.pass(15s);
  EXPECT_EQ(desk.count_log("renew "), 1U);
  EXPECT_THAT(desk.take_news(), IsEmpty()) << "nothing is lost, nothing erased";
  desk.feed(event::Token{"new"});
  EXPECT_THAT(desk.take_news(), ElementsAre("pending DEFAULT_GROUP/pay", "DEFAULT_GROUP/pay"));
}

TEST(NacosLogin, AnAccountWithoutRightsBacksOff_A13) {
  Desk desk(with_login());
  desk.instead = [](const Payload& payload) {
    return payload.type == "ServiceListRequest" ? error(403) : std::string();
  };
  desk.start();
  desk.feed(event::Token{"1"});
  for (int i = 0; i < 300; ++i) {
    desk.pass(1s);
    if (desk.count_log("renew ") > 0) {
      desk.take_log();
      desk.feed(event::Token{std::to_string(i + 2)});
    }
  }
  std::size_t lists = 0;
  for (const auto& payload : desk.sent) lists += payload.type == "ServiceListRequest" ? 1U : 0U;
  EXPECT_LE(lists, 60U);
  EXPECT_NE(desk.session.state(), Session::State::Ready) << "an unread group is not a registry that is live";
}

TEST(NacosLogin, WithoutAnAccountTheLogSaysWhichKeys_A19) {
  Desk desk;
  desk.instead = [](const Payload& payload) {
    return payload.type == "ServiceListRequest" ? error(403) : std::string();
  };
  desk.start();
  desk.pass(60s);
  EXPECT_EQ(desk.count_log("note nacos.forbidden"), 1U);
  EXPECT_THAT(desk.take_log(), Contains(HasSubstr("username and password_file")));
}

}  // namespace
}  // namespace signpost::nacos::test
