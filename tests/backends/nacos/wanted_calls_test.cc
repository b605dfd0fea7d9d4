// What a wish costs on the wire, and what an answer to it is worth. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

const ServiceName kPay{"orders", "pay"}, kNew{"orders", "new"};

/// Ready for a second; nothing names a service of the group "orders".
std::unique_ptr<Desk> desk_with(bool login) {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.login = login;
  auto desk = std::make_unique<Desk>(options);
  desk->fuzzy_watch = false;
  desk->start();
  if (login) desk->feed(event::Token{"one"});
  desk->pass(1s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  desk->take_log();
  return desk;
}

void want(Desk& desk, const ServiceName& name) { desk.feed(event::Want{name}); }
void unwant(Desk& desk, const ServiceName& name) { desk.feed(event::Unwant{name}); }

// ---- a server that has just come back does not know yet what it has (L14)
TEST(NacosWantedWord, AfterALossAnEmptyFirstAnswerIsNoWord_L14) {
  auto desk = desk_with(false);
  desk->break_connection();  // it restarts, and its publishers have not registered again
  desk->pass(1s);
  ASSERT_TRUE(desk->session.ready());
  want(*desk, kNew);
  want(*desk, kPay);
  desk->pass(20s);
  want(*desk, kPay);  // asked again meanwhile: no more is known
  EXPECT_THAT(desk->take_log(), Not(Contains(HasSubstr("wanted "))));
  desk->push(kNew, hosts("10.0.0.1"), 2000);
  EXPECT_THAT(desk->take_news(), ElementsAre("orders/new 10.0.0.1:80", "wanted orders/new there"));
  desk->pass(11s);
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/pay unknown")) << "30 s are over";
  want(*desk, {"orders", "later"});
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/later unknown"));
}

TEST(NacosWantedWord, ThatComesIsNotHeldUp_L14) {
  auto desk = desk_with(false);
  desk->break_connection();
  desk->pass(1s);
  desk->hosts[kNew] = hosts("10.0.0.1");
  want(*desk, kNew);
  EXPECT_THAT(desk->take_log(), Contains("wanted orders/new there"));
}

TEST(NacosWantedWord, OfAServiceThatWentMeanwhileIsNotSaid_L14) {
  auto desk = desk_with(false);
  desk->break_connection();
  desk->pass(1s);
  want(*desk, kNew);
  unwant(*desk, kNew);
  desk->pass(60s);
  EXPECT_THAT(desk->take_log(), Not(Contains(HasSubstr("wanted "))));
}

}  // namespace
}  // namespace signpost::nacos::test
