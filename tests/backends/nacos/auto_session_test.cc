// Which protocol a server speaks, found out on virtual time: a server that is upgraded, rolled back,
// restarted.
#include "backends/nacos/auto_session.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace signpost::nacos::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// One server that speaks both protocols, or one, or none.
struct Both {
  explicit Both(bool login = false) : session(options(login), Random(3), counts) {}
  static SessionOptions options(bool login) {
    SessionOptions made{"nacos", "public", {"DEFAULT_GROUP"}, {{"nacos-0", 8848}}, 10s, 60s, login};
    return made;
  }

  // ---- the server
  bool grpc = true, grpc_dropped = false, v1 = true, up = true;
  int state_status = 200;
  std::string version = "2.5.1";
  std::map<std::string, std::string> hosts{{"cart", "10.0.0.1"}};  // name -> one address
  Duration travel = 0ms;                                           // of each answer

  // ---- what happened
  follow::Counts counts;
  AutoSession session;
  Monotonic now{1h};
  std::vector<std::string> news, notes, asked;

  void feed(Event what) { deliver(std::move(what)); }
  void pass(Duration time) {
    const auto end = now + time;
    for (int steps = 0;; ++steps) {
      ASSERT_LT(steps, 100000) << "it asks for a tick again and again";
      const auto next = coming_.empty() ? Monotonic::max() : coming_.begin()->first;
      const auto due = std::min(next, session.deadline());
      if (due > end) break;
      now = std::max(now, due);
      if (next > now) {
        deliver(event::Tick{});
        continue;
      }
      auto what = std::move(coming_.begin()->second);
      coming_.erase(coming_.begin());
      deliver(std::move(what.event));
    }
    now = end;
  }
  std::vector<std::string> take() { return std::exchange(news, {}); }
  std::uint64_t changes_to(const std::string& protocol) const {
    for (const auto& each : counts.all()) {
      if (each.name == "change_overs" && each.reason == protocol) return each.value;
    }
    return 0;
  }

 private:
  struct Coming {
    Event event;
    bool beside = false;
  };
  std::multimap<Monotonic, Coming> coming_;

  void later(Event event, bool beside = false) {
    coming_.emplace(now + travel, Coming{std::move(event), beside});
  }
  void deliver(Event event) {
    Actions actions;
    session.input(std::move(event), now, actions);
    for (auto& each : actions) carry_out(each);
  }
  void drop_connection() {
    std::erase_if(coming_, [](const auto& each) { return !each.second.beside; });
  }
  void carry_out(Action& each) {
    if (std::holds_alternative<action::Connect>(each)) {
      drop_connection();
      asked.emplace_back("connect");
      if (up && grpc) later(event::Connected{});
      if (!grpc_dropped && (!up || !grpc)) later(event::Disconnected{"refused"});
    } else if (std::holds_alternative<action::Disconnect>(each)) {
      drop_connection();
    } else if (auto* request = std::get_if<action::Request>(&each)) {
      later(event::Reply{request->id, answer(*decode_payload(request->octets))});
    } else if (auto* fetch = std::get_if<action::Fetch>(&each)) {
      asked.push_back(fetch->target.substr(0, fetch->target.find('?')));
      later(answer(*fetch), fetch->beside);
    } else if (auto* upsert = std::get_if<action::Upsert>(&each)) {
      auto line = upsert->state.key.name + (upsert->state.pending ? " pending" : "");
      for (const auto& instance : upsert->state.instances) line += " " + instance.v4->to_string();
      news.push_back(line);
    } else if (auto* erase = std::get_if<action::Erase>(&each)) {
      news.push_back("erase " + erase->key.name + (erase->by_list ? " by list" : ""));
    } else if (std::holds_alternative<action::Lost>(each)) {
      news.emplace_back("lost");
    } else if (auto* wanted = std::get_if<action::Wanted>(&each)) {
      news.push_back(wanted->service.name + (wanted->there ? " is there" : " is not there"));
    } else if (auto* note = std::get_if<action::Note>(&each)) {
      notes.push_back(std::string(note->event) + " " + note->text);
    } else if (auto* reached = std::get_if<action::Reached>(&each)) {
      const char* const words[] = {"listed", "ready", "", "listed again"};
      const std::string word = words[static_cast<int>(reached->milestone)];
      if (!word.empty()) news.push_back(word);
    }
  }

  std::string info(const std::string& group, const std::string& name) const {
    const auto found = hosts.find(name);
    const auto list = found == hosts.end() ? "[]" : R"([{"ip":")" + found->second + R"(","port":80}])";
    return R"({"name":")" + name + R"(","groupName":")" + group + R"(","cacheMillis":10000,"hosts":)" + list +
           "}";
  }
  std::string names() const {
    auto all = nlohmann::json::array();
    for (const auto& [name, unused] : hosts) all.push_back(name);
    return R"("count":)" + std::to_string(hosts.size()) + R"(,"doms":)" + all.dump() + R"(,"serviceNames":)" +
           all.dump();
  }
  std::string answer(const Payload& payload) const {
    const std::string head = R"({"resultCode":200,"errorCode":0,"success":true,)";
    std::string rest = R"("unused":0)";
    if (payload.type == "ServiceListRequest") rest = names();
    if (payload.body.find("serviceName\":") != std::string::npos && payload.type != "ServiceListRequest") {
      const auto body = nlohmann::json::parse(payload.body);
      rest = R"("serviceInfo":)" + info(body["groupName"], body["serviceName"]);
    }
    return encode({payload.type.substr(0, payload.type.size() - 7) + "Response", head + rest + "}", {}});
  }
  event::Fetched answer(const action::Fetch& fetch) const {
    if (!up) return {fetch.id, 0, {}, "refused"};
    if (fetch.target == "/nacos/v1/console/server/state") {
      return {fetch.id, state_status, R"({"standalone_mode":"standalone","version":")" + version + "\"}", {}};
    }
    if (!v1) return {fetch.id, 404, "not here", {}};
    if (fetch.target.find("/service/list") != std::string::npos)
      return {fetch.id, 200, "{" + names() + "}", {}};
    const auto begin = fetch.target.find("serviceName=") + 12, split = fetch.target.find("%40%40");
    const auto name = fetch.target.substr(split + 6, fetch.target.find('&') - split - 6);
    return {fetch.id, 200, info(fetch.target.substr(begin, split - begin), name), {}};
  }
};

TEST(AutoSession, AServerOfTwoOrThreeIsAskedForNothingElse) {
  Both both;
  both.feed(event::Start{});
  both.pass(300s);
  EXPECT_TRUE(both.session.ready());
  EXPECT_THAT(both.asked, ElementsAre("connect"));
}

TEST(AutoSession, AServerOfOneIsPolledAtOnceAndNothingIsCalledLost) {
  Both both;
  both.grpc = false;
  both.version = "1.4.7";
  both.feed(event::Start{});
  both.pass(10ms);
  EXPECT_THAT(both.take(), ElementsAre("cart pending", "listed", "cart 10.0.0.1", "ready"));
  EXPECT_FALSE(both.session.speaks_grpc());
  both.pass(300s);
  EXPECT_THAT(both.take(), Not(Contains("lost")));
  EXPECT_EQ(both.changes_to("http"), 1U);
}

TEST(AutoSession, AFilteredGrpcPortCostsAThirdOfASecond) {
  Both both;
  both.grpc = false;
  both.grpc_dropped = true;
  both.version = "1.4.7";
  both.feed(event::Start{});
  both.pass(310ms);
  EXPECT_TRUE(both.session.ready());
}

TEST(AutoSession, AnUpgradeIsNoticedWithinAMinuteAndChangesNoAnswer) {
  Both both;
  both.grpc = false;
  both.version = "1.4.7";
  both.hosts["pay"] = "10.0.0.2";
  both.feed(event::Start{});
  both.pass(20s);
  both.take();
  both.grpc = true;
  both.version = "2.5.1";
  both.hosts.erase("pay");  // went in the very moment
  both.pass(61s);
  EXPECT_TRUE(both.session.speaks_grpc());
  EXPECT_TRUE(both.session.ready());
  const auto news = both.take();
  EXPECT_THAT(news, Contains("erase pay by list"));
  EXPECT_THAT(news, Not(Contains("lost")));
  EXPECT_THAT(news, Not(Contains("erase cart by list")));
  EXPECT_THAT(news, Not(Contains("cart")));
  EXPECT_THAT(news, Not(Contains("listed"))) << "that is said once in a life";
  EXPECT_THAT(news, Contains("cart 10.0.0.1"));
}

TEST(AutoSession, AnUpgradeToAServerWithoutV1IsNoticedAtOnce) {
  Both both;
  both.grpc = false;
  both.version = "1.4.7";
  both.feed(event::Start{});
  both.pass(20s);
  both.take();
  both.grpc = true;
  both.v1 = false;
  both.state_status = 404;
  both.pass(11s);
  EXPECT_TRUE(both.session.speaks_grpc());
  EXPECT_TRUE(both.session.ready());
  EXPECT_THAT(both.take(), Not(Contains(HasSubstr("erase"))));
}

TEST(AutoSession, ARollbackToOneIsFollowed) {
  Both both;
  both.feed(event::Start{});
  both.pass(20s);
  both.take();
  both.grpc = false;
  both.version = "1.4.7";
  both.feed(event::Disconnected{"cut"});
  both.pass(1s);
  EXPECT_FALSE(both.session.speaks_grpc());
  EXPECT_THAT(both.take(), ElementsAre("lost", "cart 10.0.0.1", "ready"));
}

TEST(AutoSession, AServerThatIsDownIsLostAndNeverTakenForAnother) {
  Both both;
  both.feed(event::Start{});
  both.pass(20s);
  both.take();
  both.up = false;
  both.feed(event::Disconnected{"cut"});
  both.pass(600s);
  EXPECT_THAT(both.take(), ElementsAre("lost"));
  EXPECT_EQ(both.changes_to("http"), 0U);
  both.up = true;
  both.pass(6s);
  EXPECT_TRUE(both.session.ready());
  EXPECT_TRUE(both.session.speaks_grpc());
}

TEST(AutoSession, DownFromTheStartItIsLostOnceAndFoundLater) {
  Both both;
  both.up = false;
  both.version = "1.4.7";
  both.grpc = false;
  both.feed(event::Start{});
  both.pass(60s);
  EXPECT_THAT(both.take(), ElementsAre("lost"));
  both.up = true;
  both.pass(6s);
  EXPECT_TRUE(both.session.ready());
}

TEST(AutoSession, WithoutAWayToGrpcItPollsMeanwhileAndSaysWhatToOpen) {
  Both both;
  both.grpc = false;
  both.feed(event::Start{});
  both.pass(14s);
  EXPECT_TRUE(both.session.speaks_grpc());
  both.pass(7s);
  EXPECT_TRUE(both.session.ready());
  EXPECT_FALSE(both.session.speaks_grpc());
  EXPECT_THAT(both.notes, Contains(HasSubstr("set `grpc_port`")));
  both.take();
  both.pass(600s);  // each trial is in vain, and costs no more than its 5 s
  EXPECT_THAT(both.take(), Not(Contains("lost")));
  EXPECT_GT(both.changes_to("grpc"), 2U);
  EXPECT_LT(both.changes_to("grpc"), 8U);
  both.grpc = true;
  both.pass(11min);
  EXPECT_TRUE(both.session.speaks_grpc());
  EXPECT_TRUE(both.session.ready());
}

TEST(AutoSession, AStateThatSaysNothingDecidesNothing) {
  for (const auto* version : {"", "four", "1", "-1.4.7", "18446744073709551617.0"}) {
    Both both;
    both.grpc = false;
    both.version = version;
    both.feed(event::Start{});
    both.pass(10s);
    EXPECT_TRUE(both.session.speaks_grpc()) << version;
    EXPECT_EQ(both.changes_to("http"), 0U) << version;
  }
}

TEST(AutoSession, AnAnswerOfTheProbeThatComesTooLateIsDropped) {
  Both both;
  both.travel = 4s;
  both.version = "1.4.7";
  both.grpc = false;
  both.feed(event::Start{});
  both.pass(60s);
  EXPECT_EQ(both.changes_to("http"), 0U);
}

TEST(AutoSession, WhoeverAskedIsAnsweredAcrossAChangeOver) {
  Both both;
  both.grpc = false;
  both.version = "1.4.7";
  both.feed(event::Start{});
  both.feed(event::Want{{"other", "cart"}});
  both.feed(event::Want{{"other", "none"}});
  both.feed(event::ListAgain{});
  both.pass(1s);
  const auto news = both.take();
  EXPECT_THAT(news, Contains("cart is there"));
  EXPECT_THAT(news, Contains("none is not there"));
  EXPECT_THAT(news, Contains("listed again"));
}

TEST(AutoSession, A13_TheTokenGoesAlong) {
  Both both(true);
  both.grpc = false;
  both.version = "1.4.7";
  both.feed(event::Start{});
  both.pass(10s);
  EXPECT_THAT(both.asked, IsEmpty()) << "nothing is asked before the login";
  both.feed(event::Token{"secret"});
  both.pass(1s);
  EXPECT_TRUE(both.session.ready());
}

}  // namespace
}  // namespace signpost::nacos::test
