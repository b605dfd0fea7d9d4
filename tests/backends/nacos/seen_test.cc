// What live servers were seen to do (facts: Nacos 12) and faults without a better place, on virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

std::string hosts(const std::string& more = {}) { return "[" + host("10.0.0.1", 80, more) + "]"; }

std::unique_ptr<Desk> ready_desk() {
  auto desk = std::make_unique<Desk>();
  desk->hosts[kCart] = hosts();
  desk->start();
  desk->pass(1s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  desk->take_log();
  return desk;
}

TEST(NacosSeen, AServiceThatWasRemovedIsBackAsSoonAsItIsListed_A12) {
  auto desk = ready_desk();
  desk->hosts.clear();
  desk->pass(10s);
  EXPECT_THAT(desk->take_news(), ElementsAre("erase DEFAULT_GROUP/cart"));
  desk->hosts[kCart] = hosts();
  desk->pass(10s);
  EXPECT_THAT(desk->take_news(), ElementsAre("pending DEFAULT_GROUP/cart", "DEFAULT_GROUP/cart 10.0.0.1:80"));
}

// A server that was told our acknowledgement too late sends the same push again, every 6 s.
TEST(NacosSeen, ThePushThatComesAgainIsAcknowledgedAgainAndChangesNothing_L8) {
  auto desk = ready_desk();
  const auto before = desk->world;
  const auto acknowledged = desk->streamed.size();
  for (int i = 0; i < 3; ++i) {
    desk->push(kCart, hosts(), desk->ref_time);
    desk->pass(6s);
  }
  EXPECT_EQ(desk->streamed.size(), acknowledged + 3);
  EXPECT_EQ(desk->streamed.back().type, "NotifySubscriberResponse");
  EXPECT_EQ(desk->world, before);
  EXPECT_EQ(desk->count_log("connect "), 0U);
}

TEST(NacosSeen, NamespaceAndGroupAreNeverLeftEmpty_L10) {
  auto desk = ready_desk();
  desk->hosts[{"DEFAULT_GROUP", "pay"}] = hosts();
  desk->pass(120s);
  std::size_t named = 0;
  for (const auto& payload : desk->sent) {
    for (const auto* type : {"ServiceListRequest", "SubscribeServiceRequest", "ServiceQueryRequest"}) {
      if (payload.type != type) continue;
      ++named;
      EXPECT_THAT(payload.body, HasSubstr(R"("namespace":"public")"));
      EXPECT_THAT(payload.body, HasSubstr(R"("groupName":"DEFAULT_GROUP")"));
    }
  }
  EXPECT_GE(named, 14U);
}

TEST(NacosSeen, APersistentInstanceThatFailsItsProbeIsDownAndComesBack_L15) {
  auto desk = ready_desk();
  desk->push(kCart, hosts(R"("ephemeral":false,"healthy":false)"), ++desk->ref_time);
  ASSERT_EQ(desk->states.back().instances.size(), 1U);
  EXPECT_EQ(desk->states.back().instances[0].health, Health::Down);
  desk->push(kCart, hosts(R"("ephemeral":false,"healthy":true)"), ++desk->ref_time);
  EXPECT_EQ(desk->states.back().instances[0].health, Health::Up);
}

TEST(NacosSeen, BothSpellingsOfAllIpsAreNothingToUs_L16) {
  auto desk = ready_desk();
  for (const std::string flag : {R"("allIps":true)", R"("allIPs":true)", R"("allIPs":"x")"}) {
    desk->say(
        "NotifySubscriberRequest",
        R"({"requestId":"p","serviceInfo":{"name":"cart","groupName":"DEFAULT_GROUP","lastRefTime":2000,)" +
            flag + R"(,"hosts":)" + hosts() + "}}");
    EXPECT_THAT(desk->take_news(), ElementsAre("DEFAULT_GROUP/cart 10.0.0.1:80"));
  }
  EXPECT_TRUE(desk->states.back().instances.size() == 1 &&
              desk->counts.value("skipped", "malformed-push") == 0);
}

// A refused registration creates the service all the same: it exists, without an instance.
TEST(NacosSeen, AnEmptyServiceExistsAndIsNotPending_L19) {
  auto desk = ready_desk();
  const ServiceName empty{"DEFAULT_GROUP", "refused"};
  desk->hosts[empty] = "[]";
  desk->pass(10s);
  EXPECT_THAT(desk->take_news(), ElementsAre("pending DEFAULT_GROUP/refused", "DEFAULT_GROUP/refused"));
  EXPECT_FALSE(desk->states.back().pending);
  EXPECT_THAT(desk->states.back().instances, IsEmpty());
}

// CVE-2021-29441: servers trusted whoever called himself a server. We never do, in no header and no label.
TEST(NacosSeen, WeNeverLookLikeAServerToAServer_A19) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.login = true;
  Desk desk(options);
  desk.hosts[kCart] = hosts();
  desk.start();
  desk.feed(event::Token{"secret"});
  desk.pass(200s);
  ASSERT_GT(desk.sent.size(), 5U);
  const auto is_client = [](const Payload& payload) {
    for (const auto& [name, value] : payload.headers) EXPECT_EQ(name, "accessToken");
    EXPECT_THAT(payload.body, Not(HasSubstr("Nacos-Server")));
    EXPECT_THAT(payload.body, Not(HasSubstr("secret")));
  };
  for (const auto& payload : desk.sent) is_client(payload);
  for (const auto& payload : desk.streamed) is_client(payload);
  EXPECT_THAT(desk.streamed.front().body, HasSubstr(R"("source":"sdk")"));
  for (const auto& line : desk.take_log()) EXPECT_THAT(line, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace signpost::nacos::test
