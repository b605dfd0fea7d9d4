// How a body with a service is read in one pass (facts: Nacos 3.2, 3.3, 10.1, A9).
#include "backends/nacos/service_reader.h"

#include <gtest/gtest.h>

namespace signpost::nacos {
namespace {

/// "G/cart: 10.0.0.1:80 a=1 | 10.0.0.2:81", or the error.
std::string read(const std::string& text, ServiceAt at = ServiceAt::Member) {
  const auto body = read_service_body(text, at);
  if (!body) return "no object";
  if (!body->service) return body->service.error().message;
  const auto& info = *body->service;
  auto said = info.service.group + "/" + info.service.name + ":";
  for (const auto& host : info.hosts) {
    said += (&host == info.hosts.data() ? " " : " | ") + host.ip + ":" + std::to_string(host.port);
    for (const auto& [key, value] : host.metadata) said += " " + key + "=" + value;
    if (host.metadata_left_out != 0) said += " -" + std::to_string(host.metadata_left_out);
  }
  if (info.hosts_not_objects != 0) said += " and " + std::to_string(info.hosts_not_objects);
  if (info.hosts_without_ip != 0) said += " without ip " + std::to_string(info.hosts_without_ip);
  return said;
}

std::string service(const std::string& hosts) {
  return R"({"serviceInfo":{"name":"cart","groupName":"G","hosts":)" + hosts + "}}";
}

struct Case {
  const char* name;
  std::string body, said;
};
class ServiceBodies : public testing::TestWithParam<Case> {};
TEST_P(ServiceBodies, AreRead_A9) { EXPECT_EQ(read(GetParam().body), GetParam().said); }

const Case kCases[] = {
    {"in_order", service(R"([{"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":81}])"),
     "G/cart: 10.0.0.1:80 | 10.0.0.2:81"},
    {"members_in_any_order",
     R"({"serviceInfo":{"hosts":[{"port":80,"ip":"a"}],"groupName":"G","name":"cart"}})", "G/cart: a:80"},
    {"unknown_members_of_any_depth",
     service(R"([{"x":[1,{"ip":"no"},[[]]],"ip":"a","y":{"port":1,"metadata":{"k":"v"}},"port":80}])"),
     "G/cart: a:80"},
    {"metadata_sorted_and_the_last_of_equals",
     service(R"([{"ip":"a","port":1,"metadata":{"b":"1","a":"2","b":"3"}}])"), "G/cart: a:1 a=2 b=3"},
    {"metadata_of_other_kinds",
     service(R"([{"ip":"a","port":1,"metadata":{"n":1,"f":1.50,"t":true,"z":null,"o":{"p":1},"l":[1]}}])"),
     "G/cart: a:1 f=1.5 n=1 t=true -2"},
    {"metadata_that_is_no_object", service(R"([{"ip":"a","port":1,"metadata":[{"k":"v"}]}])"),
     "G/cart: a:1 -1"},
    {"metadata_null", service(R"([{"ip":"a","port":1,"metadata":null}])"), "G/cart: a:1"},
    {"the_last_of_equal_members", service(R"([{"ip":"a","port":1,"ip":"b","port":{}}])"), "G/cart: b:-1"},
    {"hosts_that_are_none", service(R"([1,null,[{"ip":"no"}],{"ip":"a","port":1},"x"])"),
     "G/cart: a:1 and 4"},
    {"hosts_without_an_ip", service(R"([{},{"ip":""},{"port":80},{"ip":"a","port":1}])"),
     "G/cart: a:1 without ip 3"},
    {"hosts_twice", R"({"serviceInfo":{"name":"cart","hosts":[{"ip":"a"}],"hosts":[{"ip":"b","port":2}]}})",
     "/cart: b:2"},
    {"hosts_then_null", R"({"serviceInfo":{"name":"cart","hosts":[{"ip":"a"}],"hosts":null}})",
     "hosts of cart is null, missing or no array"},
    {"hosts_an_object", service(R"({"ip":"a"})"), "hosts of cart is null, missing or no array"},
    {"hosts_missing", R"({"serviceInfo":{"name":"cart"}})", "hosts of cart is null, missing or no array"},
    {"hosts_elsewhere_are_not_its_own", R"({"hosts":[{"ip":"a"}],"serviceInfo":{"name":"cart"}})",
     "hosts of cart is null, missing or no array"},
    {"no_service", R"({"resultCode":200})", "serviceInfo is missing"},
    {"service_null", R"({"serviceInfo":null})", "serviceInfo is missing"},
    {"service_an_array", R"({"serviceInfo":[{"name":"cart","hosts":[]}]})", "serviceInfo is missing"},
    {"service_then_null", R"({"serviceInfo":{"hosts":[]},"serviceInfo":null})", "serviceInfo is missing"},
    {"a_joined_name", R"({"serviceInfo":{"name":"G@@cart","hosts":[]}})", "G/cart:"},
    {"an_array", "[]", "no object"},
    {"a_word", "7", "no object"},
    {"nothing", "", "no object"},
    {"two_objects", "{}{}", "no object"},
};
INSTANTIATE_TEST_SUITE_P(Rules, ServiceBodies, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(ServiceReader, ReadsTheListsOfHttpToo) {
  EXPECT_EQ(read(R"({"name":"G@@cart","hosts":[{"ip":"a","port":1}],"cacheMillis":10})", ServiceAt::Top),
            "G/cart: a:1");
  EXPECT_EQ(read(R"({"name":"cart"})", ServiceAt::Top), "hosts of cart is null, missing or no array");
  EXPECT_EQ(read(R"({"code":0,"data":[{"ip":"a","port":1}]})", ServiceAt::Admin), "/: a:1");
  EXPECT_EQ(read(R"({"count":1,"list":[{"ip":"a","port":1}]})", ServiceAt::Admin), "/: a:1");
}

TEST(ServiceReader, KeepsTheOtherMembersThatAreScalars) {
  const auto body = read_service_body(
      R"({"resultCode":500,"deep":{"errorCode":1},"list":[1],"errorCode":403,"message":"no","success":false})",
      ServiceAt::Member);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->head.at("resultCode"), 500);
  EXPECT_EQ(body->head.at("errorCode"), 403);
  EXPECT_EQ(body->head.at("message"), "no");
  EXPECT_TRUE(body->head.at("deep").empty());
}

TEST(ServiceReader, HostsBeyondAnyServiceAreCountedAndNotKept) {
  std::string hosts = R"({"ip":"a"})";
  for (std::size_t i = 0; i < kHostsMost + 10; ++i) hosts += R"(,{},{"ip":"a"})";
  const auto body = read_service_body(service("[" + hosts + "]"), ServiceAt::Member);
  ASSERT_TRUE(body && body->service);
  EXPECT_EQ(body->service->hosts.size(), kHostsMost);
  EXPECT_EQ(body->service->hosts_too_many, 11U);
  EXPECT_EQ(body->service->hosts_without_ip, kHostsMost + 10);
}

TEST(ServiceReader, DepthCostsNothing) {
  const std::string deep(200000, '[');
  EXPECT_EQ(read(service(R"([{"ip":"a","port":1,"x":)" + deep + std::string(200000, ']') + "}]")),
            "G/cart: a:1");
  EXPECT_EQ(read(service(deep)), "no object");
}

}  // namespace
}  // namespace signpost::nacos
