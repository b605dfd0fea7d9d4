// Life and death of a registry's coroutine, with backends that do what the test says.
#include "dns/registries.h"

#include <map>
#include <stdexcept>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

namespace signpost {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Writes down what it hears: "begin 1", "end 1", "lost reason".
class Heard final : public RegistrySink {
 public:
  void begin_list(Epoch epoch) override { lines.push_back("begin " + std::to_string(epoch)); }
  void upsert(ServiceState state, Revision) override { lines.push_back("upsert " + state.key.name); }
  void mention(const ServiceKey& key) override { lines.push_back("mention " + key.name); }
  void erase(const ServiceKey& key, Revision) override { lines.push_back("erase " + key.name); }
  void end_list(Epoch epoch, Complete) override { lines.push_back("end " + std::to_string(epoch)); }
  void caught_up(Revision) override { lines.push_back("caught up"); }
  void lost_contact(std::string_view why) override { lines.push_back("lost " + std::string(why)); }
  std::vector<std::string> lines;
};

/// Lists once, always as list 7, and then waits to be cancelled, or throws, or just returns.
class Scripted final : public Backend {
 public:
  enum class Ends { Cancelled, Throws, Returns };
  Scripted(std::string name, asio::io_context& context, Ends ends, int& alive)
      : name_(std::move(name)), context_(context), ends_(ends), alive_(alive) {
    ++alive_;
  }
  ~Scripted() override { --alive_; }

  std::string_view name() const noexcept override { return name_; }
  asio::awaitable<void> follow(RegistrySink& sink) override {
    sink.begin_list(7);
    sink.end_list(7, Complete::Yes);
    if (ends_ == Ends::Throws) throw std::runtime_error("a mistake");
    if (ends_ == Ends::Returns) co_return;
    asio::steady_timer forever(context_, std::chrono::steady_clock::time_point::max());
    co_await forever.async_wait(asio::use_awaitable);
  }
  void list_again() override { lists_again.push_back(name_); }
  void second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done) override {
    SecondOpinion opinion;
    opinion.server = name_ + " of " + question.services.at(0).name;
    done(std::move(opinion));
  }
  std::vector<BackendCount> counts() const override { return {{"skipped", "weight", 3}}; }

  static inline std::vector<std::string> lists_again;

 private:
  std::string name_;
  asio::io_context& context_;
  Ends ends_;
  int& alive_;
};

using Made = Result<std::unique_ptr<Backend>>;

struct House {
  House()
      : registries(context,
                   {[this](const config::Registry& registry) {
                      if (!setup_trouble.empty()) return Made(Error{setup_trouble});
                      made.push_back(registry.name);
                      return Made(std::make_unique<Scripted>(registry.name, context, ends, alive));
                    },
                    [this](const std::string& name) -> RegistrySink& { return heard[name]; },
                    [this](const std::string& name) { reset.push_back(name); },
                    [this](const std::string& name) { to_be_told.push_back(name); }},
                   {.first = 1ns, .longest = 1ns}) {}

  /// Everything that can happen now has happened after it.
  void settle() {
    context.restart();
    context.poll();
  }
  void apply(const std::vector<config::Registry>& wanted, const std::vector<std::string>& restart = {}) {
    registries.apply(wanted, restart);
    settle();
  }
  /// Until the condition holds: a pause of a nanosecond still needs the machine's timer.
  template <class Condition>
  bool reached(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      context.restart();
      context.run_one_for(100ms);
    }
    return condition();
  }

  asio::io_context context{1};
  Scripted::Ends ends = Scripted::Ends::Cancelled;
  std::string setup_trouble;  // not empty: no backend can be made, for this reason
  int alive = 0;
  std::vector<std::string> made;
  std::vector<std::string> reset;
  std::vector<std::string> to_be_told;  // new backends, which know of no wish
  std::map<std::string, Heard> heard;
  Registries registries;
};

config::Registry file(std::string name, std::string path) {
  config::Registry registry;
  registry.name = std::move(name);
  registry.options = config::FileRegistry{std::move(path)};
  return registry;
}

config::Registry nacos(std::string name) {
  config::Registry registry;
  registry.name = std::move(name);
  registry.options = config::NacosRegistry{};
  return registry;
}

using Lines = std::vector<std::string>;

TEST(Registries, StartsEachOnceAndReportsThem) {
  House house;
  house.apply({file("a", "/a"), nacos("b")});
  house.apply({file("a", "/a"), nacos("b")});
  EXPECT_EQ(house.made, (Lines{"a", "b"}));
  EXPECT_EQ(house.heard["a"].lines, (Lines{"begin 1", "end 1"}));
  const auto reports = house.registries.reports();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].type, "file");
  EXPECT_EQ(reports[1].type, "nacos");
  EXPECT_EQ(reports[1].counts.at(0).value, 3u);
}

TEST(Registries, OnlyWhatDiffersIsReplaced) {
  House house;
  house.apply({file("a", "/a"), file("b", "/b")});
  house.apply({file("a", "/a"), file("b", "/other")});
  EXPECT_EQ(house.made, (Lines{"a", "b", "b"}));
  EXPECT_EQ(house.alive, 2);
  EXPECT_TRUE(house.reset.empty());  // what was known answers until the new list is complete
  EXPECT_EQ(house.heard["b"].lines, (Lines{"begin 1", "end 1", "begin 2", "end 2"}));
}

TEST(Registries, EveryNewBackendIsToBeToldTheWishes) {
  House house;
  house.apply({file("a", "/a"), nacos("b")});
  EXPECT_EQ(house.to_be_told, (Lines{"a", "b"}));
  house.apply({file("a", "/other"), nacos("b")});
  EXPECT_EQ(house.to_be_told, (Lines{"a", "b", "a"}));
}

TEST(Registries, LimitsOfOnQueryAreNotTheBackends) {
  House house;
  house.apply({nacos("a")});
  auto other = nacos("a");
  std::get<config::NacosRegistry>(other.options).on_query = {true, 7, 10ms, 1s};
  house.apply({other});
  EXPECT_EQ(house.made, (Lines{"a"}));
}

TEST(Registries, ListsAreNumberedThroughAllBackends) {
  House house;
  for (int i = 1; i <= 3; ++i) house.apply({file("a", "/" + std::to_string(i))});
  EXPECT_EQ(house.heard["a"].lines.back(), "end 3");
  house.apply({});
  house.apply({file("a", "/1")});
  EXPECT_EQ(house.heard["a"].lines.back(), "end 4");
}

TEST(Registries, OnlyTheOneThatIsDoubtedListsAgain) {
  House house;
  house.apply({file("a", "/a"), file("b", "/b")});
  Scripted::lists_again.clear();
  house.registries.list_again("b");
  house.registries.list_again("gone since");
  EXPECT_EQ(Scripted::lists_again, Lines{"b"});
}

TEST(Registries, OnlyTheOneThatIsDoubtedAsksAnotherServer) {
  House house;
  house.apply({file("a", "/a"), file("b", "/b")});
  Lines said;
  for (const std::string name : {"b", "gone since"}) {
    house.registries.second_opinion(name, {{{name, "", "", "cart"}}, {}},
                                    [&](const SecondOpinion& opinion) { said.push_back(opinion.server); });
  }
  EXPECT_EQ(said, Lines{"b of cart"});
}

TEST(Registries, AnotherTypeUnderTheSameNameForgetsTheOld) {
  House house;
  house.apply({file("a", "/a")});
  house.apply({nacos("a")});
  EXPECT_EQ(house.reset, Lines{"a"});
  EXPECT_EQ(house.registries.reports().at(0).type, "nacos");
}

TEST(Registries, RemovedOnesEnd) {
  House house;
  house.apply({file("a", "/a"), file("b", "/b")});
  house.apply({file("b", "/b")});
  EXPECT_EQ(house.alive, 1);
  EXPECT_EQ(house.registries.reports().size(), 1u);
}

TEST(Registries, RestartIsAReplacementByTheSame) {
  House house;
  house.apply({file("a", "/a"), file("b", "/b")});
  house.apply({file("a", "/a"), file("b", "/b")}, {"a"});
  EXPECT_EQ(house.made, (Lines{"a", "b", "a"}));
}

TEST(Registries, LastOfManyReloadsWins) {
  House house;
  house.apply({file("a", "/1")});
  house.registries.apply({file("a", "/2")});
  house.registries.apply({});
  house.registries.apply({file("a", "/3")});
  house.settle();
  EXPECT_EQ(house.made, (Lines{"a", "a"}));
  EXPECT_EQ(house.alive, 1);
  house.registries.apply({file("a", "/4")});
  house.registries.apply({file("a", "/3")});  // back to what runs, but that one was told to end
  house.settle();
  EXPECT_EQ(house.alive, 1);
  house.registries.apply({file("a", "/5")});
  house.registries.apply({});
  house.settle();
  EXPECT_EQ(house.alive, 0);
}

TEST(Registries, MistakesAreCaughtCountedAndTriedAgain) {
  House house;
  house.ends = Scripted::Ends::Throws;
  house.registries.apply({file("a", "/a")});
  ASSERT_TRUE(house.reached([&] { return house.heard["a"].lines.size() >= 6; }));
  EXPECT_EQ(Lines(house.heard["a"].lines.begin(), house.heard["a"].lines.begin() + 6),
            (Lines{"begin 1", "end 1", "lost a mistake", "begin 2", "end 2", "lost a mistake"}));
  EXPECT_GE(house.registries.reports().at(0).restarts, 2u);
  EXPECT_EQ(house.made, Lines{"a"});
}

TEST(Registries, WhatCannotBeMadeIsTriedAgain) {
  House house;
  house.setup_trouble = "no account";
  house.registries.apply({file("a", "/a")});
  ASSERT_TRUE(house.reached([&] { return house.heard["a"].lines.size() >= 2; }));
  EXPECT_EQ(house.heard["a"].lines[1], "lost no account");
  EXPECT_TRUE(house.registries.reports().at(0).counts.empty());
  house.setup_trouble.clear();
  ASSERT_TRUE(house.reached([&] { return house.alive == 1; }));
  EXPECT_EQ(house.heard["a"].lines.back(), "end 1");
}

TEST(Registries, ReturningByItselfIsAMistakeToo) {
  House house;
  house.ends = Scripted::Ends::Returns;
  house.registries.apply({file("a", "/a")});
  ASSERT_TRUE(house.reached([&] { return house.heard["a"].lines.size() >= 3; }));
  EXPECT_EQ(house.heard["a"].lines[2], "lost following ended by itself");
}

TEST(Registries, OnesMistakeDoesNotTouchAnother) {
  House house;
  house.apply({file("well", "/a")});
  house.ends = Scripted::Ends::Throws;
  house.registries.apply({file("well", "/a"), file("broken", "/b")});
  ASSERT_TRUE(house.reached([&] { return house.heard["broken"].lines.size() >= 9; }));
  EXPECT_EQ(house.heard["well"].lines, (Lines{"begin 1", "end 1"}));
}

TEST(Registries, StopEndsAllAndSaysSo) {
  House house;
  bool none = false;
  house.registries.stop([&] { none = true; });
  EXPECT_TRUE(none);
  house.apply({file("a", "/a"), file("b", "/b")});
  bool done = false;
  house.registries.stop([&] { done = true; });
  house.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(house.alive, 0);
}

TEST(Registries, StopEndsTheOneThatPausesAfterAMistake) {
  House house;
  Registries slow(
      house.context,
      {[&](const config::Registry& registry) {
         return Made(
             std::make_unique<Scripted>(registry.name, house.context, Scripted::Ends::Throws, house.alive));
       },
       [&](const std::string& name) -> RegistrySink& { return house.heard[name]; }, [](const auto&) {}},
      {.first = 1h, .longest = 1h});
  slow.apply({file("a", "/a")});
  house.settle();
  bool done = false;
  slow.stop([&] { done = true; });
  house.settle();
  EXPECT_TRUE(done);
  EXPECT_EQ(house.alive, 0);
}

}  // namespace
}  // namespace signpost
