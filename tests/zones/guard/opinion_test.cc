// What another server's word is worth, and what becomes of it (A5, A7).
#include "zones/guard/opinion.h"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/zones/support/test_world.h"
#include "zones/guard/holds.h"

namespace signpost::test {
namespace {

using std::chrono::seconds;

/// A hold that began at 1000 s, of a service of which 10.0.0.2 is missing; a word that lacks it as well, of a
/// server that was seen for 91 s and names all 10 services.
struct Case {
  const char* rule;
  void (*differs)(SecondOpinion&, SecondOpinion::Word&, Hold&);
  Elsewhere verdict;
};

const Case kCases[] = {
    {"what_a_lasting_server_lacks_too_is_gone", [](auto&, auto&, auto&) {}, Elsewhere::GoneToo},
    {"what_it_still_tells_is_there",
     [](auto&, auto& word, auto&) { word.instances.push_back(At("10.0.0.2", 80)); }, Elsewhere::StillThere},
    {"a_server_that_may_have_just_restarted_can_contradict",
     [](auto& opinion, auto& word, auto&) {
       opinion.seen = {};
       word.instances.push_back(At("10.0.0.2", 80));
     },
     Elsewhere::StillThere},
    {"seen_for_90_s_is_not_enough", [](auto& opinion, auto&, auto&) { opinion.seen = seconds(90); },
     Elsewhere::Unsure},
    {"30_s_after_the_doubt_began_anybody_has_healed",
     [](auto& opinion, auto&, auto&) {
       opinion.seen = {};
       opinion.last_read = Monotonic(seconds(1030));
     },
     Elsewhere::GoneToo},
    {"29_s_are_too_few",
     [](auto& opinion, auto&, auto&) {
       opinion.seen = {};
       opinion.last_read = Monotonic(seconds(1029));
     },
     Elsewhere::Unsure},
    {"half_of_the_services_is_enough", [](auto& opinion, auto&, auto&) { opinion.names = 5; },
     Elsewhere::GoneToo},
    {"fewer_than_half_are_not", [](auto& opinion, auto&, auto&) { opinion.names = 4; }, Elsewhere::Unsure},
    {"a_server_that_names_nothing_confirms_nothing",
     [](auto& opinion, auto&, auto&) { opinion.names = opinion.known = 0; }, Elsewhere::Unsure},
    {"what_was_read_before_the_hold_began_is_old",
     [](auto& opinion, auto&, auto&) { opinion.first_read = Monotonic(seconds(999)); }, Elsewhere::Unsure},
    {"an_old_word_contradicts_nothing",
     [](auto& opinion, auto& word, auto&) {
       opinion.first_read = Monotonic(seconds(999));
       word.instances.push_back(At("10.0.0.2", 80));
     },
     Elsewhere::Unsure},
    {"trouble_says_nothing", [](auto& opinion, auto&, auto&) { opinion.trouble = "refused"; },
     Elsewhere::Unsure},
    {"what_the_registry_no_longer_names_must_have_no_name_there_either",
     [](auto&, auto&, auto& hold) { hold.told.gone = true; }, Elsewhere::Unsure},
    {"gone_on_both",
     [](auto&, auto& word, auto& hold) {
       hold.told.gone = true;
       word.named = false;
     },
     Elsewhere::GoneToo},
};

class OpinionRule : public testing::TestWithParam<Case> {};

TEST_P(OpinionRule, Judged) {
  Hold hold;
  hold.since = Monotonic(seconds(1000));
  SecondOpinion opinion;
  opinion.server = "nacos-1:8848";
  opinion.seen = seconds(91);
  opinion.first_read = Monotonic(seconds(1000));
  opinion.last_read = Monotonic(seconds(1010));
  opinion.known = opinion.names = 10;
  SecondOpinion::Word word;
  word.named = true;
  word.instances = {At("10.0.0.1", 80)};
  GetParam().differs(opinion, word, hold);
  EXPECT_EQ(judge_opinion(opinion, word, hold, {At("10.0.0.2", 80)}, Monotonic(seconds(1000))),
            GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Table, OpinionRule, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.rule); });

TEST(OpinionRule, TheThirtySecondsCountFromTheRegainedContact) {
  Hold hold;  // it began long before
  SecondOpinion opinion;
  opinion.known = opinion.names = 10;
  opinion.first_read = Monotonic(seconds(1015));
  opinion.last_read = Monotonic(seconds(1025));
  const auto verdict = [&] {
    return judge_opinion(opinion, SecondOpinion::Word(), hold, {At("10.0.0.2", 80)},
                         Monotonic(seconds(1000)));
  };
  EXPECT_EQ(verdict(), Elsewhere::Unsure);
  opinion.last_read = Monotonic(seconds(1030));
  EXPECT_EQ(verdict(), Elsewhere::GoneToo);
}

constexpr const char* kNacos = R"(
registries: {nacos: {type: nacos, servers: ["127.0.0.1:8848", "127.0.0.2:8848"], namespaces: [public, dev]}}
zones: [{name: n.test, registry: nacos, answer: all}]
)";

std::string key_of(const std::string& name, const std::string& space = "public") {
  return "nacos/" + space + "/DEFAULT_GROUP/" + name;
}

/// A registry of two servers; the one that is followed has just restarted, empty.
class SecondServer : public testing::Test {
 protected:
  explicit SecondServer(const char* config = kNacos) : world(config) {
    world.world.on_opinion_wanted(
        [this](const std::string&, OpinionQuestion question) { asked.push_back(std::move(question)); });
    world.list("nacos", {service("cart"), service("pay"), service("api")});
  }
  static ServiceState service(const std::string& name, const std::string& space = "public") {
    return TestWorld::service(key_of(name, space), {At("10.0.0.1", 80)});
  }
  void restart() {
    world.lose("nacos").list("nacos", {}).regain("nacos");
    world.advance(seconds(1));
  }
  /// The words of a server that has lived for long: these services with their one instance, and no others.
  SecondOpinion word(const OpinionQuestion& question, const std::set<std::string>& names) {
    SecondOpinion opinion;
    opinion.server = "nacos-1:8848";
    opinion.seen = seconds(1000);
    opinion.first_read = world.clock.now();
    world.advance(seconds(10));
    opinion.last_read = world.clock.now();
    for (const auto& [group, count] : question.known) opinion.known += count;
    opinion.names = names.size();
    for (const auto& key : question.services) {
      SecondOpinion::Word said{key, names.count(key.name) != 0, {}};
      if (said.named) said.instances = {At("10.0.0.1", 80)};
      opinion.words.push_back(std::move(said));
    }
    return opinion;
  }
  void tell(const SecondOpinion& opinion) {
    world.world.take_opinion("nacos", opinion);
    world.advance({});
  }
  bool there(const std::string& name) { return !world.draw(name + ".n.test. A").empty(); }
  RegistryStatus status() { return world.world.status().registries[0]; }
  std::uint64_t ended(HoldEnd why) {
    return status()
        .guards[static_cast<std::size_t>(ListGuard::ServiceShrink)]
        .counts.ended[static_cast<std::size_t>(why)];
  }

  TestWorld world;
  std::vector<OpinionQuestion> asked;
};

TEST_F(SecondServer, IsAskedOnceWhatIsHeldIsClear) {
  world.lose("nacos").list("nacos", {});
  world.advance(seconds(5));
  EXPECT_TRUE(asked.empty()) << "contact is lost";
  world.regain("nacos");
  world.advance({});
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].services.size(), 3u);
  EXPECT_EQ(asked[0].known, (std::map<std::string, std::uint64_t>{{"DEFAULT_GROUP", 3}}));
  world.advance(seconds(20));
  EXPECT_EQ(asked.size(), 1u) << "it has not answered yet";
}

TEST_F(SecondServer, WhatItLacksTooGoesAndWhatItStillTellsStays_A5_A7) {
  restart();
  ASSERT_EQ(asked.size(), 1u);
  tell(word(asked[0], {"pay", "api"}));
  EXPECT_EQ(world.dig("cart.n.test. A"), "NXDOMAIN aa soa") << "11 s after the restart";
  EXPECT_TRUE(there("pay") && there("api"));
  EXPECT_EQ(ended(HoldEnd::Opinion), 1u);
  EXPECT_EQ(status().opinions.gone_too, 1u);
  EXPECT_EQ(status().opinions.still_there, 2u);
  EXPECT_EQ(status().last_opinion,
            "nacos-1:8848: 1 gone there too, 2 still there, 0 in doubt; it names 2 of 3 services");
}

TEST_F(SecondServer, AContradictionCountsAsGrowthAndNinetySecondsAreTheMost_A7) {
  restart();
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(asked.size(), 1u);
    const auto question = asked.front();
    asked.clear();
    tell(word(question, {"cart", "pay", "api"}));
    EXPECT_TRUE(there("cart"));
    world.advance(seconds(6));
  }  // 81 s
  EXPECT_TRUE(there("cart"));
  world.advance(seconds(10));
  EXPECT_FALSE(there("cart"));
  EXPECT_EQ(ended(HoldEnd::Expired), 3u);
}

TEST_F(SecondServer, ThatIsEmptyAsWellIsNotBelieved_A5) {
  restart();
  tell(word(asked.at(0), {}));
  EXPECT_TRUE(there("cart") && there("pay"));
  EXPECT_EQ(status().opinions.unsure, 3u);
  world.advance(seconds(20));
  EXPECT_FALSE(there("cart")) << "its time is over";
}

TEST_F(SecondServer, ThatGivesNoAnswerChangesNothingAndIsAskedAgain) {
  restart();
  SecondOpinion opinion;
  opinion.trouble = "connection refused";
  tell(opinion);
  EXPECT_EQ(status().opinions.failed, 1u);
  EXPECT_TRUE(there("cart"));
  world.advance(seconds(4));
  EXPECT_EQ(asked.size(), 1u);
  world.advance(seconds(1));
  EXPECT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].services.size(), 3u);
}

TEST_F(SecondServer, ThatNeverAnswersIsAskedAgain) {
  restart();
  for (int i = 0; i < 60; ++i) {  // publishers come back one by one: the holds last
    world.upsert(TestWorld::service(key_of("cart"), {At("10.0.1." + std::to_string(i), 80)}));
    world.advance(seconds(1));
  }
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(SecondServer, HasNoSayInWhatIsHeldNoMore) {
  restart();
  const auto late = word(asked.at(0), {"pay", "api"});
  world.upsert(service("cart"));
  tell(late);
  EXPECT_TRUE(there("cart")) << "it came back";
  EXPECT_EQ(status().opinions.gone_too, 0u);
}

TEST_F(SecondServer, HasNoSayInAHoldThatBeganAfterItWasRead) {
  restart();
  const auto late = word(asked.at(0), {"pay", "api"});
  world.upsert(service("cart"));
  world.lose("nacos").list("nacos", {}).regain("nacos");
  tell(late);
  EXPECT_TRUE(there("cart"));
}

TEST_F(SecondServer, MayLackSomeInstancesTooWhileTheRestIsTold) {
  world.upsert(TestWorld::service(key_of("cart"), {At("10.0.0.1", 80), At("10.0.0.2", 80)}));
  world.lose("nacos").regain("nacos");
  world.upsert(service("cart"));  // 10.0.0.2 is missing
  world.advance(seconds(1));
  tell(word(asked.at(0), {"cart", "pay", "api"}));
  EXPECT_EQ(world.draw("cart.n.test. A"), std::vector<std::string>{"10.0.0.1"});
}

TEST_F(SecondServer, IsOneOfEachNamespace) {
  world.list("nacos", {service("cart"), service("pay"), service("cart", "dev")});
  restart();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].services.at(0).to_string(), key_of("cart", "dev"));
  EXPECT_EQ(asked[0].known.at("DEFAULT_GROUP"), 1u);
  EXPECT_EQ(asked[1].known.at("DEFAULT_GROUP"), 3u);
  SecondOpinion failed;
  failed.trouble = "no answer";
  tell(failed);
  world.advance(seconds(10));
  EXPECT_EQ(asked.size(), 2u) << "the other namespace's answer is still to come";
  tell(failed);
  world.advance(seconds(6));
  EXPECT_EQ(asked.size(), 4u);
}

TEST_F(SecondServer, IsAskedOfAtMostTwoHundredServicesAtOnceGoingRound) {
  std::vector<ServiceState> many;
  for (int i = 0; i < 250; ++i) many.push_back(service("s" + std::to_string(i)));
  world.list("nacos", many);
  restart();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].services.size(), Holds::kAskedAtOnce);
  std::set<std::string> all;
  for (const auto& key : asked[0].services) all.insert(key.name);
  SecondOpinion failed;
  failed.trouble = "no answer";
  tell(failed);
  world.advance(seconds(6));
  for (const auto& key : asked.at(1).services) all.insert(key.name);
  EXPECT_EQ(all.size(), 253u);
}

struct OneServer : SecondServer {
  OneServer()
      : SecondServer(
            "registries: {nacos: {type: nacos, servers: ['127.0.0.1:8848']}}\n"
            "zones: [{name: n.test, registry: nacos, answer: all}]\n") {}
};
TEST_F(OneServer, HasNobodyBesideItToAsk) {
  restart();
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(there("cart"));
}

struct TurnedOff : SecondServer {
  TurnedOff()
      : SecondServer(
            "registries: {nacos: {type: nacos, servers: [a, b], second_opinion: off}}\n"
            "zones: [{name: n.test, registry: nacos, answer: all}]\n") {}
};
TEST_F(TurnedOff, NobodyElseIsAsked) {
  restart();
  EXPECT_TRUE(asked.empty());
}

}  // namespace
}  // namespace signpost::test
