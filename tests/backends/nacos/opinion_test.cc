// Another server's word about what is held: the machine, on virtual time.
#include "backends/nacos/opinion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const Server kOther{"nacos-1", 8848};

/// The machine, the time and the other server.
class NacosOpinion : public testing::Test {
 protected:
  NacosOpinion() {
    for (const std::string name : {"cart", "pay", "api"})
      server.hosts[{"DEFAULT_GROUP", name}] = "[" + host("10.0.0.1", 80) + "]";
  }

  static OpinionQuestion about(const std::vector<std::string>& names, std::uint64_t known = 3) {
    OpinionQuestion question;
    for (const auto& name : names) question.services.push_back({"nacos", "public", "DEFAULT_GROUP", name});
    question.known["DEFAULT_GROUP"] = known;
    return question;
  }
  void ask(OpinionQuestion question, const std::string& token = {}) {
    Actions actions;
    machine.ask(kOther, std::move(question), token, now, actions);
    carry_out(actions);
  }
  void feed(Event event) {
    Actions actions;
    machine.input(std::move(event), now, actions);
    carry_out(actions);
  }
  /// From deadline to deadline; false when nothing came of it within a minute.
  bool finish() {
    const auto end = now + 60s;
    while (!(result = machine.take())) {
      if (machine.deadline() > end) return false;
      now = std::max(now, machine.deadline());
      feed(event::Tick{});
    }
    return true;
  }
  /// "cart named 10.0.0.1, pay unnamed"
  std::string words() const {
    std::string text;
    for (const auto& word : result->words) {
      text += (text.empty() ? "" : ", ") + word.key.name + (word.named ? " named" : " unnamed");
      for (const auto& instance : word.instances) text += " " + instance.v4->to_string();
    }
    return text;
  }

  VirtualServer server;
  std::function<void()> between;  // runs when the first read is over
  ServersSeen seen;
  Opinion machine{"public", {{}, {"tmp-*"}, {}}, {}, seen};
  Monotonic begin{std::chrono::hours(1)};
  Monotonic now = begin;
  std::vector<std::string> log;
  std::vector<Payload> sent;
  std::optional<SecondOpinion> result;
  bool connected = false;

 private:
  void carry_out(Actions& actions) {
    std::vector<Event> due;
    for (auto& each : actions) {
      if (const auto* connect = std::get_if<action::Connect>(&each)) {
        EXPECT_FALSE(connected) << "one connection at most";
        log.push_back("connect " + connect->server.host);
        connected = server.reachable;
        server.reachable ? due.emplace_back(event::Connected{})
                         : due.emplace_back(event::Disconnected{"refused"});
      } else if (std::holds_alternative<action::Disconnect>(each)) {
        log.emplace_back("disconnect");
        connected = false;
        due.clear();
        if (between) std::exchange(between, nullptr)();
      } else if (const auto* send = std::get_if<action::Send>(&each)) {
        log.push_back("send " + decode_payload(send->octets)->type);
      } else if (const auto* request = std::get_if<action::Request>(&each)) {
        sent.push_back(*decode_payload(request->octets));
        log.push_back(sent.back().type);
        if (const auto said = server.reply(sent.back()))
          due.emplace_back(event::Reply{request->id, encode(*said)});
      }
    }
    for (auto& event : due) feed(std::move(event));
  }
};

TEST_F(NacosOpinion, IsReadTwiceTenSecondsApartOverConnectionsOfItsOwn) {
  server.hosts.erase({"DEFAULT_GROUP", "cart"});
  ask(about({"cart", "pay"}), "token");
  ASSERT_TRUE(finish());
  const std::vector<std::string> once{
      "connect nacos-1",    "ServerCheckRequest",  "send ConnectionSetupRequest",
      "ServiceListRequest", "ServiceQueryRequest", "disconnect"};
  auto twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(log, twice) << "what the list does not name is not asked for, and nothing is subscribed to";
  EXPECT_EQ(result->trouble, "");
  EXPECT_EQ(result->server, "nacos-1:8848");
  EXPECT_EQ(words(), "cart unnamed, pay named 10.0.0.1");
  EXPECT_EQ(result->known, 3u);
  EXPECT_EQ(result->names, 2u);
  EXPECT_GE(result->first_read, begin);
  EXPECT_GE(result->last_read - result->first_read, 10s);
  EXPECT_LE(result->last_read - result->first_read, 11s);
  EXPECT_FALSE(connected || machine.busy());
  EXPECT_EQ(machine.deadline(), Monotonic::max());
  for (const auto& payload : sent)
    EXPECT_THAT(payload.headers, ElementsAre(std::pair("accessToken", "token")));
}

TEST_F(NacosOpinion, SaysOnlyWhatBothReadsSay) {
  between = [this] {
    server.hosts[{"DEFAULT_GROUP", "pay"}] = "[" + host("10.0.0.2", 80) + "]";
    server.hosts.erase({"DEFAULT_GROUP", "api"});
  };
  ask(about({"cart", "pay", "api"}));
  ASSERT_TRUE(finish());
  EXPECT_EQ(words(), "cart named 10.0.0.1");
  EXPECT_EQ(result->names, 2u) << "the shorter read";
}

TEST_F(NacosOpinion, SaysNothingOfAServiceThatItCannotTell_A9) {
  server.hosts[{"DEFAULT_GROUP", "pay"}] = "null";
  ask(about({"cart", "pay"}));
  ASSERT_TRUE(finish());
  EXPECT_EQ(words(), "cart named 10.0.0.1");
}

TEST_F(NacosOpinion, IsAskedForOtherGroupsTooToSeeWhetherItHoldsThem) {
  auto question = about({"cart"});
  question.known["orders"] = 4;
  server.hosts[{"orders", "box"}] = "[]";
  ask(std::move(question));
  ASSERT_TRUE(finish());
  EXPECT_EQ(result->known, 7u);
  EXPECT_EQ(result->names, 4u);
}

TEST_F(NacosOpinion, IsNotCreditedWithNamesThatAreNotFollowed) {
  for (int i = 0; i < 9; ++i) server.hosts[{"DEFAULT_GROUP", "tmp-" + std::to_string(i)}] = "[]";
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_EQ(result->names, 3u);
}

TEST_F(NacosOpinion, IsAskedForAFewGroupsOfMany) {
  auto question = about({"cart"});
  for (int i = 0; i < 100; ++i) question.known["g" + std::to_string(i)] = 1;
  ask(std::move(question));
  ASSERT_TRUE(finish());
  EXPECT_EQ(std::count(log.begin(), log.end(), "ServiceListRequest"), 2 * 32);
  EXPECT_EQ(result->known, 3u + 31u);
}

TEST_F(NacosOpinion, WithManyServicesHasSixteenRequestsInFlight) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("s" + std::to_string(i));
    server.hosts[{"DEFAULT_GROUP", names.back()}] = "[]";
  }
  server.instead = [](const Payload& request) {
    return request.type == "ServiceQueryRequest" ? "silence" : "";
  };
  ask(about(names));
  now = machine.deadline();
  feed(event::Tick{});  // the end of the set-up
  EXPECT_EQ(std::count(log.begin(), log.end(), "ServiceQueryRequest"), 16);
  ASSERT_TRUE(finish());
  EXPECT_EQ(result->trouble, "no whole answer within 10 s");
  EXPECT_EQ(now - begin, 10s) << "at most so long is a connection kept";
  EXPECT_EQ(log.back(), "disconnect");
}

TEST_F(NacosOpinion, IsSeenForAsLongAsItsProofsReachBack) {
  for (int i = 0; i < 20; ++i, now += 5s) seen.proved(kOther, now);
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_GT(result->seen, 90s);
}

TEST_F(NacosOpinion, IsNotKnownForLongAfterAGapBetweenProofs) {
  seen.proved(kOther, now);
  now += 16s;
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_LT(result->seen, 11s) << "since the first read";
  EXPECT_GE(result->seen, 10s);
}

TEST_F(NacosOpinion, ThatNamesNothingIsNotSeenToHoldAnything) {
  server.hosts.clear();
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_EQ(words(), "cart unnamed");
  EXPECT_EQ(result->seen, 0s);
  EXPECT_EQ(result->names, 0u);
}

TEST_F(NacosOpinion, IsGivenASecondToTakeUpTheConnection_L7) {
  int refusals = 3;
  server.instead = [&](const Payload& request) {
    const bool early = request.type == "ServiceListRequest" && refusals-- > 0;
    return early ? R"({"resultCode":500,"errorCode":301,"success":false})" : "";
  };
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_EQ(result->trouble, "");
  EXPECT_EQ(words(), "cart named 10.0.0.1");
}

TEST_F(NacosOpinion, OfAnotherProtocolIsLeftInPeaceAfterTheFirstRefusal) {
  server.instead = [](const Payload&) { return "no JSON"; };
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_THAT(result->trouble, HasSubstr("no JSON object"));
}

/// What goes wrong, at the first read or the second, and what is said of it. `broken`: the server may have
/// restarted, and is not known any more.
struct Trouble {
  const char* rule;
  void (*cause)(NacosOpinion&, VirtualServer&);
  const char* words;
  bool broken;
};

const char* refuse(int code) {
  return code == 300   ? R"({"resultCode":500,"errorCode":300,"success":false,"message":"starting"})"
         : code == 301 ? R"({"resultCode":500,"errorCode":301,"success":false,"message":"unregistered"})"
         : code == 403 ? R"({"resultCode":500,"errorCode":403,"success":false,"message":"no right"})"
                       : R"({"resultCode":500,"errorCode":503,"success":false,"message":"over"})";
}
template <int kCode>
void refusing(NacosOpinion&, VirtualServer& server) {
  server.instead = [](const Payload& request) {
    return request.type == "ServiceListRequest" ? refuse(kCode) : "";
  };
}

const Trouble kTroubles[] = {
    {"nobody_listens", [](auto&, auto& server) { server.reachable = false; }, "refused", true},
    {"it_is_starting",
     [](auto&, auto& server) { server.instead = [](const Payload&) { return refuse(300); }; },
     "error 300: starting", true},
    {"it_has_forgotten_the_connection", refusing<301>, "error 301: unregistered", true},
    {"it_wants_another_account", refusing<403>, "error 403: no right", false},
    {"it_is_over_its_limit", refusing<503>, "error 503: over", false},
    {"it_says_nothing", [](auto&, auto& server) { server.answers = false; }, "no answer in time", true},
    {"its_list_cannot_be_read",
     [](auto&, auto& server) {
       server.instead = [](const Payload& request) {
         return request.type == "ServiceListRequest" ? R"({"resultCode":200,"success":true})" : "";
       };
     },
     "serviceNames", false},
};

class NacosOpinionTrouble : public NacosOpinion,
                            public testing::WithParamInterface<std::tuple<Trouble, bool>> {};

TEST_P(NacosOpinionTrouble, SaysNothing) {
  const auto& [trouble, late] = GetParam();
  seen.proved(kOther, now);
  const auto cause = [this, &trouble = trouble] { trouble.cause(*this, server); };
  late ? void(between = cause) : cause();
  ask(about({"cart"}));
  ASSERT_TRUE(finish());
  EXPECT_THAT(result->trouble, HasSubstr(trouble.words));
  EXPECT_EQ(result->server, "nacos-1:8848");
  EXPECT_TRUE(result->words.empty());
  EXPECT_FALSE(connected || machine.busy());
  const bool known = seen.unbroken(kOther, now) > Duration::zero();
  EXPECT_EQ(known, late && !trouble.broken) << "the first read proved something";
}

INSTANTIATE_TEST_SUITE_P(Table, NacosOpinionTrouble,
                         testing::Combine(testing::ValuesIn(kTroubles), testing::Bool()),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).rule) +
                                  (std::get<1>(row.param) ? "_the_second_time" : "");
                         });

TEST_F(NacosOpinion, ThatSendsUsAwayIsLeftAtOnce_A4) {
  server.instead = [](const Payload& request) {
    return request.type == "ServiceListRequest" ? "silence" : "";
  };
  ask(about({"cart"}));
  feed(event::Received{encode({"ConnectResetRequest", R"({"requestId":"r"})", {}})});
  ASSERT_TRUE(finish());
  EXPECT_EQ(result->trouble, "it sends us to another server");
  EXPECT_THAT(log, testing::Contains("send ConnectResetResponse"));
}

TEST_F(NacosOpinion, IsAnsweredWhenItAsksWhetherWeLive_L1) {
  server.instead = [](const Payload& request) {
    return request.type == "ServiceListRequest" ? "silence" : "";
  };
  ask(about({"cart"}));
  feed(event::Received{encode({"ClientDetectionRequest", R"({"requestId":"d"})", {}})});
  EXPECT_EQ(log.back(), "send ClientDetectionResponse");
}

TEST_F(NacosOpinion, MayBeLeftInTheMiddle) {
  ask(about({"cart"}));
  Actions actions;
  machine.stop("asked anew", actions);
  EXPECT_EQ(machine.take()->trouble, "asked anew");
  EXPECT_FALSE(machine.busy());
  machine.stop("again", actions);
  EXPECT_FALSE(machine.take());
}

TEST(ServersSeen, TheBestOtherIsKnownForLongestAndNeverTheOneWeFollow) {
  const std::vector<Server> all{{"a", 1}, {"b", 1}, {"c", 1}};
  const Monotonic start{std::chrono::hours(1)};
  ServersSeen seen;
  EXPECT_EQ(seen.best_other(all, all[0], 0, start), all[1]);
  EXPECT_EQ(seen.best_other(all, all[0], 2, start), all[2]) << "each has its turn";
  for (auto now = start; now <= start + 20s; now += 10s) {
    seen.proved(all[0], now);
    if (now > start) seen.proved(all[2], now);
  }
  EXPECT_EQ(seen.unbroken(all[2], start + 20s), 10s);
  EXPECT_EQ(seen.best_other(all, all[0], 0, start + 20s), all[2]);
  EXPECT_EQ(seen.best_other(all, all[1], 0, start + 20s), all[0]);
  seen.broken(all[0]);
  EXPECT_EQ(seen.best_other(all, all[1], 0, start + 20s), all[2]);
  EXPECT_EQ(seen.best_other({all[0]}, all[0], 0, start), std::nullopt);
}

}  // namespace
}  // namespace signpost::nacos::test
