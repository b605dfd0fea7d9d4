// `protected: admin`: what the admin API says of a service whose protection threshold is reached (facts:
// Nacos 3.4, 4.5, A8).
#include "backends/nacos/admin_health.h"

#include <deque>
#include <map>

#include <gmock/gmock.h>

#include "tests/backends/nacos/meaning_support.h"

namespace signpost::nacos {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A protocol that does what the test wants next.
class Script final : public Protocol {
 public:
  void input(Event, Monotonic, Actions& out) override { std::swap(out, next); }
  Monotonic deadline() const override { return Monotonic::max(); }
  bool ready() const noexcept override { return true; }
  bool answering() const noexcept override { return true; }
  std::size_t services() const noexcept override { return 0; }
  std::optional<ServiceName> service_after(const ServiceName&) const override { return std::nullopt; }
  ServiceKey key_of(const ServiceName& name) const override {
    return {"nacos", "public", name.group, name.name};
  }
  std::vector<Known> known() const override { return {}; }
  void adopt(const std::vector<Known>&) override {}
  Actions next;
};

ServiceState masked(const std::vector<std::pair<std::string, std::string>>& places,
                    const std::string& name = "cart") {
  ServiceState state;
  state.key = {"nacos", "public", "DEFAULT_GROUP", name};
  state.health_masked = true;
  for (const auto& [ip, cluster] : places) {
    Instance instance;
    instance.id = ip;
    instance.v4 = IpAddress::parse(ip);
    instance.ports = {{{}, 80, signpost::Protocol::Tcp}};
    instance.cluster = cluster;
    state.instances.push_back(std::move(instance));
  }
  return state;
}

std::string said(const std::string& ip, bool healthy, const std::string& cluster = "DEFAULT") {
  return R"({"ip":")" + ip + R"(","port":80,"healthy":)" + (healthy ? "true" : "false") +
         R"(,"clusterName":")" + cluster + R"("})";
}

std::string envelope(const std::string& instances) {
  return R"({"code":0,"message":"success","data":[)" + instances + "]}";
}

class NacosAdminHealth : public testing::Test {
 protected:
  explicit NacosAdminHealth(std::vector<Server> servers = {{"a", 8848}, {"b", 8848}}) {
    auto script = std::make_unique<Script>();
    inner = script.get();
    admin = std::make_unique<AdminHealth>(std::move(script), std::move(servers), Random(1), counts);
  }

  void feed(Event event) {
    Actions actions;
    admin->input(std::move(event), now, actions);
    for (auto& action : actions) {
      if (auto* fetch = std::get_if<action::Fetch>(&action)) fetches.push_back(std::move(*fetch));
      if (auto* note = std::get_if<action::Note>(&action)) notes.push_back(note->text);
      if (auto* upsert = std::get_if<action::Upsert>(&action)) {
        std::string text = upsert->state.health_masked ? "masked" : "seen";
        for (const auto& instance : upsert->state.instances) {
          text += " " + std::string(to_string(instance.health));
        }
        news.push_back(text);
      }
    }
  }
  /// The protocol below says so.
  void says(ServiceState state) {
    inner->next.emplace_back(action::Upsert{std::move(state)});
    feed(event::Tick{});
  }
  void reply(int status, const std::string& body) {
    ASSERT_FALSE(fetches.empty());
    const auto id = fetches.front().id;
    fetches.pop_front();
    feed(event::Fetched{id, status, body, "no way"});
  }
  /// From deadline to deadline until the next request; how long that took.
  Duration next_request() {
    const auto from = now;
    while (fetches.empty() && admin->deadline() != Monotonic::max() && now - from < 1h) {
      now = std::max(now, admin->deadline());
      feed(event::Tick{});
    }
    return now - from;
  }
  std::vector<std::string> take_news() { return std::exchange(news, {}); }

  follow::Counts counts;
  Script* inner = nullptr;
  std::unique_ptr<AdminHealth> admin;
  Monotonic now{1h};
  std::deque<action::Fetch> fetches;
  std::vector<std::string> news, notes;
};

TEST_F(NacosAdminHealth, TellsTheTruthOfAMaskedService_A8) {
  says(masked({{"10.0.0.1", "DEFAULT"}, {"10.0.0.2", ""}}));
  EXPECT_THAT(take_news(), ElementsAre("masked up up")) << "nobody waits for the admin API";
  ASSERT_EQ(fetches.size(), 1U);
  EXPECT_EQ(fetches[0].target,
            "/nacos/v3/admin/ns/instance/list?namespaceId=public&groupName=DEFAULT_GROUP&clusterName=DEFAULT"
            "&serviceName=cart&healthyOnly=false");
  reply(200, envelope(said("10.0.0.1", true) + "," + said("10.0.0.2", false)));
  EXPECT_THAT(take_news(), ElementsAre("seen up down"));
  says(masked({{"10.0.0.1", "DEFAULT"}, {"10.0.0.2", ""}}));
  EXPECT_THAT(take_news(), ElementsAre("seen up down")) << "what comes between two readings has it too";
  EXPECT_GE(next_request(), 1s) << "and news ask again, though not at once";
  reply(200, envelope(said("10.0.0.1", true) + "," + said("10.0.0.2", true)));
  EXPECT_THAT(take_news(), ElementsAre("seen up up"));
  const auto pause = next_request();
  EXPECT_GE(pause, 9s);
  EXPECT_LE(pause, 11s);
  reply(200, envelope(said("10.0.0.1", true) + "," + said("10.0.0.2", true)));
  EXPECT_THAT(take_news(), ElementsAre()) << "nothing new";
  EXPECT_EQ(counts.value("admin_reads"), 3U);
}

TEST_F(NacosAdminHealth, AsksClusterByClusterAndBelievesWholeRounds_A8) {
  says(masked({{"10.0.0.1", "c1"}, {"10.0.0.2", "c2"}, {"10.0.0.3", "c2"}}));
  take_news();
  EXPECT_THAT(fetches.at(0).target, HasSubstr("clusterName=c1&"));
  reply(200, envelope(said("10.0.0.1", false, "c1")));
  EXPECT_THAT(take_news(), ElementsAre());
  EXPECT_THAT(fetches.at(0).target, HasSubstr("clusterName=c2&"));
  reply(200, envelope(said("10.0.0.2", false, "c2")));
  EXPECT_THAT(take_news(), ElementsAre("masked down down up")) << "one was not named: that is no word on it";
}

TEST_F(NacosAdminHealth, LastKnownHealthHoldsWhileTheApiFails_A8) {
  auto known = masked({{"10.0.0.1", ""}, {"10.0.0.2", ""}});
  known.instances[1].health = Health::Down;  // as `last_known` remembers it
  says(known);
  EXPECT_THAT(take_news(), ElementsAre("masked up down"));
  const auto first = fetches.at(0).server.host;
  reply(403, "no");
  EXPECT_THAT(take_news(), ElementsAre());
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("HTTP 403: the account needs the rights of an administrator"));
  Duration longest{};
  for (const auto& [status, body] :
       std::vector<std::pair<int, std::string>>{{0, ""},
                                                {500, ""},
                                                {200, "{"},
                                                {200, "{}"},
                                                {200, R"({"code":10001,"data":[]})"},
                                                {200, R"({"data":7})"}}) {
    longest = std::max(longest, next_request());
    EXPECT_THAT(fetches, testing::SizeIs(1));
    reply(status, body);
  }
  EXPECT_GT(longest, 10s);
  for (int i = 0; i < 5; ++i) {
    EXPECT_LE(next_request(), 60s);
    reply(0, {});
  }
  EXPECT_EQ(notes.size(), 1U);
  EXPECT_THAT(take_news(), ElementsAre());
  next_request();
  reply(200, envelope(said("10.0.0.1", false) + "," + said("10.0.0.2", true)));
  EXPECT_THAT(take_news(), ElementsAre("seen down up"));
  EXPECT_EQ(counts.value("admin_failed", "forbidden"), 1U);
  EXPECT_EQ(counts.value("admin_failed", "malformed"), 4U);
}

TEST_F(NacosAdminHealth, GoesToTheNextServerAndGivesUpInTime_A8) {
  says(masked({{"10.0.0.1", ""}}));
  const auto first = fetches.at(0).server.host;
  fetches.clear();  // no answer
  next_request();
  EXPECT_NE(fetches.at(0).server.host, first);
  EXPECT_EQ(counts.value("admin_failed", "timeout"), 1U);
}

TEST_F(NacosAdminHealth, BelievesWhatItHeardForAMinute_A8) {
  says(masked({{"10.0.0.1", ""}}));
  reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), ElementsAre("masked up", "seen down"));
  const auto read_at = now;
  while (news.empty() && now - read_at < 2min) {
    now = std::max(now, admin->deadline());
    feed(event::Tick{});
    while (!fetches.empty()) reply(0, {});
  }
  EXPECT_THAT(take_news(), ElementsAre("masked up"));
  EXPECT_EQ(now - read_at, 60s);
}

TEST_F(NacosAdminHealth, HealthThatIsSeenAgainEndsTheAsking_A8) {
  says(masked({{"10.0.0.1", ""}}));
  auto seen = masked({{"10.0.0.1", ""}});
  seen.health_masked = false;
  says(seen);
  take_news();
  reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), ElementsAre()) << "an answer to an old question";
  EXPECT_EQ(admin->deadline(), Monotonic::max());
  says(masked({{"10.0.0.1", ""}}));
  inner->next.emplace_back(action::Erase{{"nacos", "public", "DEFAULT_GROUP", "cart"}});
  feed(event::Tick{});
  take_news();
  reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), ElementsAre());
}

TEST_F(NacosAdminHealth, AnswersToWhatWasAskedBeforeAreIgnored_A8) {
  says(masked({{"10.0.0.1", ""}}));
  auto seen = masked({{"10.0.0.1", ""}});
  seen.health_masked = false;
  says(seen);
  says(masked({{"10.0.0.1", ""}}));
  ASSERT_EQ(fetches.size(), 2U);
  take_news();
  reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), ElementsAre());
  reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), ElementsAre("seen down"));
}

TEST_F(NacosAdminHealth, ClustersMayComeAndGoDuringARound_A8) {
  says(masked({{"10.0.0.1", "c1"}, {"10.0.0.2", "c2"}}));
  says(masked({{"10.0.0.1", "c1"}}));
  take_news();
  reply(200, envelope(said("10.0.0.1", false, "c1")));
  reply(404, "no such cluster");
  reply(404, "nor here");
  says(masked({}));
  take_news();
  next_request();
  EXPECT_THAT(fetches, testing::SizeIs(0)) << "nobody to ask for";
  says(masked({{"10.0.0.3", "c3"}}));
  next_request();
  EXPECT_THAT(fetches.at(0).target, HasSubstr("clusterName=c3&"));
}

TEST_F(NacosAdminHealth, AsksTheCatalogOfOlderServers_A8) {
  says(masked({{"10.0.0.1", ""}}));
  reply(404, "not here");
  EXPECT_THAT(
      fetches.at(0).target,
      HasSubstr("/nacos/v1/ns/catalog/instances?namespaceId=public&groupName=DEFAULT_GROUP&clusterName="
                "DEFAULT&serviceName=DEFAULT_GROUP%40%40cart"));
  reply(200, R"({"list":[)" + said("10.0.0.1", false) + R"(],"count":1})");
  EXPECT_THAT(take_news(), ElementsAre("masked up", "seen down"));
  says(masked({{"10.0.0.2", ""}}, "pay"));
  EXPECT_THAT(fetches.at(0).target, HasSubstr("/nacos/v1/")) << "and goes on with what works";
}

TEST_F(NacosAdminHealth, AsksAFewAtOnceWithTheNewestToken_A8) {
  feed(event::Token{"t"});
  for (int i = 0; i < 20; ++i) says(masked({{"10.0.0.1", ""}}, "cart" + std::to_string(i)));
  ASSERT_EQ(fetches.size(), 4U);
  EXPECT_EQ(fetches[0].token, "t");
  EXPECT_TRUE(fetches[0].beside) << "a reconnect of the protocol does not matter to it";
  feed(event::Token{"u"});
  take_news();
  for (int i = 0; i < 20; ++i) reply(200, envelope(said("10.0.0.1", false)));
  EXPECT_THAT(take_news(), testing::SizeIs(20)) << "everybody has a turn";
  EXPECT_EQ(fetches.size(), 0U);
  next_request();
  EXPECT_EQ(fetches.at(0).token, "u");
}

// 100 services and 4 answers a second: a round takes 25 s, and each service is due again after 10 s.
TEST_F(NacosAdminHealth, ASlowApiServesEverybodyInTurn_A8) {
  for (int i = 0; i < 100; ++i) says(masked({{"10.0.0.1", ""}}, "cart" + std::to_string(i)));
  std::map<std::string, int> asked;
  for (int second = 0; second < 150; ++second) {
    now += 1s;
    for (auto count = fetches.size(); count > 0; --count) {
      ++asked[fetches.front().target];
      reply(200, envelope(said("10.0.0.1", false)));
    }
    feed(event::Tick{});
  }
  EXPECT_EQ(asked.size(), 100U);
  for (const auto& [target, times] : asked) EXPECT_GE(times, 5) << target;
  EXPECT_EQ(counts.value("admin_failed", "outdated"), 0U);
}

}  // namespace
}  // namespace signpost::nacos
