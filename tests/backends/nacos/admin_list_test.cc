// One list over all groups by the admin API, and what is listed where it refuses. Ids: the Nacos facts page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/nacos/admin_page.h"
#include "tests/backends/nacos/virtual_server.h"

namespace signpost::nacos::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const ServiceName kCart{"DEFAULT_GROUP", "cart"};
const ServiceName kElsewhere{"orders", "pay"};

std::string hosts(const std::string& ip) { return "[" + host(ip, 80) + "]"; }

/// A group that nobody configured, and no fuzzy watch to find it.
std::unique_ptr<Desk> admin_desk() {
  auto options = Desk::options_for({"DEFAULT_GROUP"}, 1);
  options.admin_list = true;
  auto desk = std::make_unique<Desk>(options);
  desk->fuzzy_watch = false;
  desk->hosts = {{kCart, hosts("10.0.0.1")}, {kElsewhere, hosts("10.0.0.2")}};
  return desk;
}

TEST(NacosAdminList, CoversAllGroupsAndIsTheOnlyList) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
  EXPECT_EQ(desk->world.size(), 2U);
  EXPECT_THAT(desk->take_log(),
              Contains(HasSubstr("fetch /nacos/v3/admin/ns/service/list?namespaceId=public&")));
  desk->pass(30s);
  EXPECT_EQ(desk->count_log("request ServiceListRequest"), 0U);
  EXPECT_EQ(desk->count_log("fetch "), 3U) << "one an interval";
}

TEST(NacosAdminList, DecidesOverAllGroups_L5) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  desk->hosts = {{{"new", "bill"}, hosts("10.0.0.3")}};
  desk->pass(10s);
  EXPECT_THAT(desk->world, ElementsAre(testing::Pair("new/bill", "new/bill 10.0.0.3:80")));
}

TEST(NacosAdminList, ReadsAsManyPagesAsThereAre) {
  const auto desk = admin_desk();
  for (int i = 0; i < 998; ++i) desk->hosts[{"g" + std::to_string(i % 7), std::to_string(i)}] = "[]";
  desk->start();
  desk->pass(5s);
  EXPECT_EQ(desk->count_log("fetch "), 5U);
  EXPECT_EQ(desk->world.size(), 1000U);
  EXPECT_EQ(desk->session.state(), Session::State::Ready);
}

TEST(NacosAdminList, PagesThatDoNotAddUpEraseNothing) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  desk->hosts.erase(kElsewhere);
  desk->admin_total_wrong = 1;  // a service that no page named: which one may be anybody
  ASSERT_TRUE(desk->until([&] { return desk->count_log("fetch ") == 2; }));
  EXPECT_EQ(desk->world.size(), 2U);
  desk->admin_total_wrong = 0;
  desk->pass(10s);
  EXPECT_THAT(desk->world, ElementsAre(testing::Key("DEFAULT_GROUP/cart")));
}

TEST(NacosAdminList, RefusedItIsLoggedCountedAndGroupsAreListed) {
  for (const int status : {401, 403, 404, 410, 501}) {
    const auto desk = admin_desk();
    desk->admin_status = status;
    desk->start();
    desk->pass(1s);
    EXPECT_EQ(desk->session.state(), Session::State::Ready) << status;
    EXPECT_THAT(desk->world, ElementsAre(testing::Key("DEFAULT_GROUP/cart"))) << status;
    const auto* reason = status < 404 ? "forbidden" : "no-admin-api";
    EXPECT_EQ(desk->counts.value("admin_list_fallbacks", reason), 1U) << status;
    desk->pass(6min);
    EXPECT_EQ(desk->count_log("note nacos.admin_list_refused"), 1U) << "told once";
    EXPECT_GE(desk->count_log("request ServiceListRequest"), 30U);
  }
}

TEST(NacosAdminList, IsUsedAgainWhenTheRightIsGiven) {
  const auto desk = admin_desk();
  desk->admin_status = 403;
  desk->start();
  desk->pass(1min);
  desk->admin_status = 200;
  desk->pass(5min);
  EXPECT_EQ(desk->count_log("note nacos.admin_list_restored"), 1U);
  EXPECT_EQ(desk->world.size(), 2U);
  desk->take_log();
  desk->pass(1min);
  EXPECT_EQ(desk->count_log("request ServiceListRequest"), 0U);
}

TEST(NacosAdminList, TroubleOnceIsTriedAgainThreeTimesItIsAFallback) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  desk->admin_status = 500;
  ASSERT_TRUE(desk->until([&] { return desk->count_log("fetch ") == 2; }));
  EXPECT_EQ(desk->count_log("request ServiceListRequest"), 0U);
  desk->pass(10s);
  EXPECT_EQ(desk->counts.value("admin_list_fallbacks", "refused"), 1U);
  EXPECT_GE(desk->count_log("request ServiceListRequest"), 1U);
  EXPECT_EQ(desk->world.size(), 2U) << "the list of one group says nothing of the other";
}

TEST(NacosAdminList, AServerThatDoesNotAnswerItIsWaitedForOnce) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  desk->answers = false;
  desk->pass(9s);
  desk->answers = true;
  desk->pass(20s);
  EXPECT_GE(desk->counts.value("requests_failed", "timeout"), 1U);
  EXPECT_EQ(desk->world.size(), 2U);
  EXPECT_EQ(desk->counts.value("admin_list_fallbacks", "timeout"), 0U);
}

TEST(NacosAdminList, ASecondReadIsMadeAtOnce) {
  const auto desk = admin_desk();
  desk->start();
  desk->pass(1s);
  desk->feed(event::ListAgain{});
  desk->pass(1ms);
  EXPECT_THAT(desk->take_log(), Contains("listed again"));
}

TEST(NacosAdminPage, WhatIsNoPageIsAnError) {
  const std::string data = R"({"code":0,"data":{"totalCount":1,"pageItems":[)";
  for (const auto& body : std::vector<std::string>{
           "", "[]", "{}", R"({"code":10001,"message":"access denied","data":null})", R"({"code":0})",
           R"({"code":0,"data":{"totalCount":-1,"pageItems":[]}})", R"({"code":0,"data":{"totalCount":1}})",
           data + "1]}}", data + R"({"name":"a"}]}})", data + R"({"name":1,"groupName":"g"}]}})"}) {
    EXPECT_FALSE(read_admin_page(body)) << body;
  }
  const auto page = read_admin_page(data + R"({"name":"a","groupName":"g","ipCount":3,"more":{}}]}})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->services, ElementsAre(ServiceName{"g", "a"}));
  EXPECT_THAT(admin_list_target("a b", 2, 5), HasSubstr("namespaceId=a%20b&"));
  EXPECT_THAT(admin_list_target("a b", 2, 5), HasSubstr("&pageNo=2&pageSize=5"));
}

TEST(NacosAdminList, AServerThatHasOnePageOnlyIsNotAskedForMillions) {
  const auto desk = admin_desk();
  desk->admin_pages = false;
  desk->admin_total_wrong = 1000000;
  desk->start();
  desk->pass(300ms);
  EXPECT_LE(desk->count_log("fetch "), 3U) << "a page that names nothing new ends it";
  EXPECT_GE(desk->counts.value("requests_failed", "changed"), 1U);
}

}  // namespace
}  // namespace signpost::nacos::test
