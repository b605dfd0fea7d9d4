// A second opinion over gRPC: two fake servers that disagree.
#include <nlohmann/json.hpp>

#include "tests/backends/nacos/shell.h"

namespace signpost::nacos::test {
namespace {

class NacosSecondOpinion : public NacosShell {
 protected:
  static std::size_t connections(const FakeServer& server) {
    return nlohmann::json::parse(server.state())["connections"].size();
  }
  static void send_away(const FakeServer& from, const FakeServer& to) {
    from.control("reset", R"({"host":"127.0.0.1","port":)" + std::to_string(to.port()) + "}");
  }
  static OpinionQuestion about(const std::vector<std::string>& names, std::uint64_t known) {
    OpinionQuestion question;
    for (const auto& name : names) question.services.push_back({"nacos", "public", "DEFAULT_GROUP", name});
    question.known["DEFAULT_GROUP"] = known;
    return question;
  }
  void ask(OpinionQuestion question) {
    said.reset();
    backend->second_opinion(std::move(question),
                            [this](SecondOpinion opinion) { said = std::move(opinion); });
  }

  std::optional<SecondOpinion> said;
};

TEST_F(NacosSecondOpinion, OneServerRestartedEmptyAndTheOtherStillKnows_A5_A7) {
  const FakeServer old({"push_delay=0.05", "watch_delay=0.05"});
  const FakeServer fresh({"push_delay=0.05", "watch_delay=0.05"});  // it has just restarted
  for (const std::string name : {"cart", "pay", "api"}) old.control("register", of(name, at("10.0.0.1", 80)));
  follow({&old, &fresh});
  ASSERT_TRUE(soon([&] { return world.live; }));
  if (connections(old) == 0) send_away(fresh, old);
  ASSERT_TRUE(soon([&] { return world.live && connections(old) > 0; }));
  for (int i = 1; i < 11; ++i) {  // 100 s, with a proof of life every 10 s
    clock.ahead += 10s;
    old.control("register", of("beat", at("10.1.0.1", 80 + i), R"(,"replace":true)"));
    ASSERT_TRUE(soon([&] { return is("DEFAULT_GROUP/beat", "10.1.0.1:" + std::to_string(80 + i)); }));
  }
  old.control("drop", R"({"service":"cart"})");
  send_away(old, fresh);
  ASSERT_TRUE(soon([&] { return !is("DEFAULT_GROUP/pay", "10.0.0.1:80"); }))
      << "the empty list, which guards would hold";
  ask(about({"cart", "pay"}, 4));
  ASSERT_TRUE(soon([&] { return said.has_value(); }));
  EXPECT_EQ(said->trouble, "");
  EXPECT_EQ(said->server, "127.0.0.1:" + std::to_string(old.port()));
  EXPECT_GT(said->seen, 90s) << "it was followed for so long, and sent us away by itself (A4)";
  EXPECT_GE(said->last_read - said->first_read, 10s);
  EXPECT_EQ(said->known, 4U);
  EXPECT_EQ(said->names, 3U);
  ASSERT_EQ(said->words.size(), 2U);
  EXPECT_FALSE(said->words[0].named) << "really gone";
  EXPECT_TRUE(said->words[1].named) << "still there";
  ASSERT_EQ(said->words[1].instances.size(), 1U);
  EXPECT_EQ(said->words[1].instances[0].v4->to_string(), "10.0.0.1");
  EXPECT_TRUE(soon([&] { return connections(old) == 0; })) << "asked, and left";
}

TEST_F(NacosSecondOpinion, TheServerThatWeFollowIsNoSecondOneUnderAnotherName) {
  const FakeServer server({"watch_delay=0.05"});
  options.servers = {{"localhost", server.port()}, {"127.0.0.1", server.port()}};
  follow({});
  ASSERT_TRUE(soon([&] { return world.live; }));
  // localhost may be ::1 too, where nobody listens; then the next question tries its other address.
  EXPECT_TRUE(soon([&] {
    ask(about({"cart"}, 1));
    return soon([&] { return said.has_value(); }) && said->trouble == "it is the server that we follow";
  })) << said->trouble;
}

TEST_F(NacosSecondOpinion, NobodyIsThereToBeAsked) {
  FakeServer server({"watch_delay=0.05"});
  FakeServer other;
  follow({&server, &other});
  ASSERT_TRUE(soon([&] { return world.live; }));
  (connections(server) > 0 ? other : server).control("config", R"({"starting":1000})");
  ask(about({"cart"}, 1));
  ASSERT_TRUE(soon([&] { return said.has_value(); }));
  EXPECT_THAT(said->trouble, HasSubstr("error 300"));
}

TEST_F(NacosSecondOpinion, OneServerHasNoOther) {
  const FakeServer server({"watch_delay=0.05"});
  follow({&server});
  ASSERT_TRUE(soon([&] { return world.live; }));
  ask(about({"cart"}, 1));
  ASSERT_TRUE(soon([&] { return said.has_value(); }));
  EXPECT_EQ(said->trouble, "there is no other server");
}

TEST_F(NacosSecondOpinion, EndsWithTheRegistryWithoutAWord) {
  const FakeServer one({"watch_delay=0.05"});
  const FakeServer two({"watch_delay=0.05"});
  follow({&one, &two});
  ASSERT_TRUE(soon([&] { return world.live; }));
  (connections(one) > 0 ? two : one).control("config", R"({"silent":true})");
  ask(about({"cart"}, 1));
  io.run_for(100ms);
  stop();
  EXPECT_FALSE(said.has_value());
}

}  // namespace
}  // namespace signpost::nacos::test
