// What metadata says, and under which keys it is looked for (facts: Nacos 3.6).
#include "backends/nacos/metadata.h"

#include "tests/backends/nacos/meaning_support.h"

namespace signpost::nacos {
namespace {

struct Case {
  const char* name;  // the rule
  const char* service;
  const char* metadata;
  const char* wanted;  // ports | version | zone | region | tags | v6
};

std::string text_of(const Instance& instance) {
  std::string text;
  for (const auto& port : instance.ports)
    text += (text.empty() ? "" : " ") + port.name + "/" + std::string(to_string(port.protocol)) + ":" +
            std::to_string(port.number);
  text += " | " + instance.version + " | " + instance.zone + " | " + instance.region + " |";
  for (const auto& tag : instance.tags) text += " " + tag;
  return text + " | " + (instance.v6 ? instance.v6->to_string() : "");
}

class NacosMetadataKeys : public testing::TestWithParam<Case> {};

TEST_P(NacosMetadataKeys, Default) {
  follow::Counts counts;
  Meaning meaning({}, counts);
  auto key = kCart;
  key.name = GetParam().service;
  const auto state = understood(
      meaning, std::string(R"([{"ip":"10.0.0.1","port":80,"metadata":)") + GetParam().metadata + "}]", false,
      key);
  ASSERT_EQ(state.instances.size(), 1U);
  EXPECT_EQ(text_of(state.instances[0]), GetParam().wanted);
}

const Case kCases[] = {
    {"nothing_is_said", "cart", "{}", "/tcp:80 |  |  |  | | "},
    {"dubbo_names_its_port", "cart", R"({"protocol":"Dubbo"})", "dubbo/tcp:80 |  |  |  | | "},
    {"an_explicit_name_wins", "cart", R"({"protocol":"dubbo","port_name":"rpc"})",
     "rpc/tcp:80 |  |  |  | | "},
    {"a_transport_is_no_name", "cart", R"({"protocol":"UDP"})", "/udp:80 |  |  |  | | "},
    {"transport_and_name", "cart", R"({"transport":"sctp","protocol":"sip"})", "sip/sctp:80 |  |  |  | | "},
    {"an_unusable_name_is_passed_over", "cart", R"({"port_name":"not a name","protocol":"tri"})",
     "tri/tcp:80 |  |  |  | | "},
    {"spring_is_http", "cart", R"({"preserved.register.source":"SPRING_CLOUD","management.port":"8081"})",
     "http/tcp:80 |  |  |  | | "},
    {"spring_secure_is_https", "cart", R"({"preserved.register.source":"SPRING_CLOUD","secure":"true"})",
     "https/tcp:80 |  |  |  | | "},
    {"secure_alone_says_nothing", "cart", R"({"secure":"true"})", "/tcp:80 |  |  |  | | "},
    {"dubbo_endpoints_are_ports", "cart",
     R"({"dubbo.endpoints":"[{\"port\":80,\"protocol\":\"dubbo\"},{\"port\":81,\"protocol\":\"tri\"}]"})",
     "dubbo/tcp:80 tri/tcp:81 |  |  |  | | "},
    {"the_port_of_dubbo_metadata_is_none_of_the_service", "cart",
     R"({"dubbo.metadata-service.url-params":"{\"port\":\"20881\",\"protocol\":\"dubbo\"}"})",
     "/tcp:80 |  |  |  | | "},
    {"bad_endpoints_are_left_out", "cart",
     R"({"dubbo.endpoints":"[{\"port\":0,\"protocol\":\"dubbo\"},7,{\"port\":81,\"protocol\":\"tri\"}]"})",
     "/tcp:80 tri/tcp:81 |  |  |  | | "},
    {"a_dubbo_name_says_the_version", "providers:com.acme.Cart:1.0:blue", "{}",
     "/tcp:80 | 1.0 |  |  | blue | "},
    {"metadata_says_it_better", "providers:com.acme.Cart:1.0:", R"({"version":"1.0.1"})",
     "/tcp:80 | 1.0.1 |  |  | | "},
    {"zone_region_tags_and_ipv6", "cart",
     R"({"zone":"a","region":"r","tags":" x, y,,x ","IPv6":"[2001:db8::1]"})",
     "/tcp:80 |  | a | r | x y | 2001:db8::1"},
    {"dubbo_tag", "cart", R"({"tags":" , ","dubbo.tag":"gray"})", "/tcp:80 |  |  |  | gray | "},
};
INSTANTIATE_TEST_SUITE_P(Rules, NacosMetadataKeys, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(NacosMetadataKeys, AreTheConfiguredOnesAndNoOthers) {
  follow::Counts counts;
  Meaning::Options options;
  options.keys = {{"p"}, {}, {"rev", "v"}, {"az"}, {}, {"labels"}, {"six"}};
  Meaning meaning(options, counts);
  const auto state = understood(
      meaning,
      R"([{"ip":"10.0.0.1","port":80,"metadata":{"p":"web","protocol":"udp","v":"2","version":"1","az":"a",
                   "zone":"b","region":"r","labels":"l","tags":"t","six":"fd00::1","IPv6":"fd00::2"}}])");
  EXPECT_EQ(text_of(state.instances.at(0)), "web/tcp:80 | 2 | a |  | l | fd00::1");
  EXPECT_TRUE(counts.all().empty());
}

TEST(NacosMetadataKeys, TheSecondIPv6KeyIsTriedBeforeAnyComplaint) {
  follow::Counts counts;
  Meaning::Options options;
  options.keys.ipv6 = {"a", "b"};
  Meaning meaning(options, counts);
  const auto state =
      understood(meaning, R"([{"ip":"10.0.0.1","port":80,"metadata":{"a":"fe80::1","b":"fd00::1"}}])");
  EXPECT_EQ(state.instances.at(0).v6, IpAddress::parse("fd00::1"));
  EXPECT_TRUE(counts.all().empty());
}

}  // namespace
}  // namespace signpost::nacos
