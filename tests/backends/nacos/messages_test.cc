// Octets and JSON: what is read, what is refused, and what a service then means.
#include "backends/nacos/messages.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/backends/nacos/meaning_support.h"

namespace signpost::nacos {
namespace {

Payload answer(const std::string& body) { return {"SubscribeServiceResponse", body, {}}; }

Payload with_hosts(const std::string& hosts) {
  return answer(R"({"resultCode":200,"serviceInfo":{"name":"cart","groupName":"DEFAULT_GROUP","hosts":)" +
                hosts + "}}");
}

ServiceState state_of(const std::string& hosts, follow::Counts& counts) {
  const auto info = read_subscribed(with_hosts(hosts));
  EXPECT_TRUE(info) << (info ? "" : info.error().message);
  return Meaning({}, counts).state_of({"nacos", "public", "DEFAULT_GROUP", "cart"}, *info);
}

// Facts Nacos 5.1: the published vector of ServerCheckRequest with body {}.
TEST(NacosPayload, EncodesTheTestVector) {
  const std::string type = "ServerCheckRequest";
  const auto octets = encode({type, "{}", {}});
  EXPECT_EQ(octets, "\x12\x14\x1a\x12" + type + "\x1a\x04\x12\x02{}");
  EXPECT_EQ(octets.size(), 28U);
}

TEST(NacosPayload, ReadsWhatItWrites) {
  const Payload payload{
      "SubscribeServiceRequest", std::string(70000, 'x'), {{"accessToken", "abc"}, {"app", ""}}};
  const auto read = decode_payload(encode(payload));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, payload);
}

TEST(NacosPayload, SkipsUnknownFieldsAndAnyTypeUrl) {
  std::string octets = encode({"X", "{}", {}});
  octets += std::string("\x08\x96\x01\x25\x01\x02\x03\x04\x51\x01\x02\x03\x04\x05\x06\x07\x08\x22\x01z", 20);
  EXPECT_EQ(decode_payload(octets)->type, "X");
  EXPECT_EQ(decode_payload(std::string("\x12\x03\x1a\x01X\x1a\x07\x0a\x01u\x12\x02{}", 14))->body, "{}");
}

TEST(NacosPayload, RefusesWhatIsNoProtobuf_A17) {
  const auto whole = encode({"ServerCheckRequest", R"({"a":1})", {{"k", "v"}}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = decode_payload(std::string_view(whole).substr(0, size));
    if (!cut) continue;  // only the body may be missing
    EXPECT_EQ(cut->type, "ServerCheckRequest") << size;
    EXPECT_TRUE(cut->body.empty()) << size;
  }
  EXPECT_FALSE(decode_payload(""));
  EXPECT_FALSE(decode_payload("\x0b"));                                          // a group
  EXPECT_FALSE(decode_payload("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));  // longer than anything
  EXPECT_FALSE(decode_payload(std::string(11, '\xff')));
  EXPECT_FALSE(decode_payload(std::string("\x12\x02\x18\x01", 4)));  // a type that is a number
  EXPECT_FALSE(decode_payload(std::string("\x02\x00", 2)));          // field 0
}

TEST(NacosMessages, SuccessIsTestedNotTheResultCode_L9) {
  EXPECT_TRUE(read_answer(answer(R"({"resultCode":200,"errorCode":0,"success":true})"))->ok);
  EXPECT_TRUE(read_answer(answer(R"({"resultCode":200})"))->ok);
  const auto not_naming = read_answer(answer(R"({"resultCode":-401,"errorCode":-401,"success":false})"));
  EXPECT_FALSE(not_naming->ok);
  EXPECT_EQ(not_naming->error_code, -401);
  EXPECT_FALSE(read_answer({"ErrorResponse", R"({"resultCode":200})", {}})->ok);
  EXPECT_FALSE(read_answer(answer("[]")));
  EXPECT_FALSE(read_answer(answer("{")));
}

TEST(NacosMessages, HostsNullOrMissingIsAnErrorNotEmpty_A9) {
  EXPECT_FALSE(read_subscribed(with_hosts("null")));
  EXPECT_FALSE(read_subscribed(with_hosts("{}")));
  EXPECT_FALSE(read_subscribed(answer(R"({"serviceInfo":{"name":"cart"}})")));
  EXPECT_FALSE(read_subscribed(answer(R"({"serviceInfo":null})")));
  EXPECT_FALSE(read_subscribed(answer(R"({"resultCode":200})")));
  ASSERT_TRUE(read_subscribed(with_hosts("[]")));
  EXPECT_TRUE(read_subscribed(with_hosts("[]"))->hosts.empty());
}

TEST(NacosMessages, ListsMustBeWhole) {
  const auto list = [](const char* body) { return read_list({"ServiceListResponse", body, {}}); };
  EXPECT_EQ(*list(R"({"count":2,"serviceNames":["a.b","G@@c"]})"), (std::vector<std::string>{"a.b", "c"}));
  EXPECT_TRUE(list(R"({"count":0})")->empty());
  EXPECT_FALSE(list(R"({"count":1})"));
  EXPECT_FALSE(list(R"({"count":1,"serviceNames":null})"));
  EXPECT_FALSE(list(R"({"count":1,"serviceNames":[1]})"));
}

TEST(NacosMessages, JoinedNamesAreSplit) {
  const auto info = read_subscribed(answer(R"({"serviceInfo":{"name":"G@@cart","hosts":[]}})"));
  EXPECT_EQ(info->service, (ServiceName{"G", "cart"}));
}

TEST(NacosMessages, DeepJsonIsNoDanger_A17) {
  const auto deep = std::string(200000, '[') + std::string(200000, ']');
  EXPECT_TRUE(read_subscribed(with_hosts(R"([{"ip":"10.0.0.1","port":1,"metadata":{"a":)" + deep + "}}]")));
}

TEST(NacosMeaning, EveryFieldFindsItsPlace) {
  follow::Counts counts;
  const auto state = state_of(
      R"([{"instanceId":"i","ip":"10.1.2.3","port":8080,"weight":2.5,"healthy":false,"enabled":true,"clusterName":"c1",
          "metadata":{"zone":"z","region":"r","version":"v2","IPv6":"2001:db8::1","protocol":"Dubbo","team":"shop"}}])",
      counts);
  ASSERT_EQ(state.instances.size(), 1U);
  const auto& instance = state.instances.front();
  EXPECT_EQ(instance.id, "i");
  EXPECT_EQ(instance.v4, IpAddress::parse("10.1.2.3"));
  EXPECT_EQ(instance.v6, IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(instance.ports, (std::vector<Port>{{"dubbo", 8080, Protocol::Tcp}}));
  EXPECT_EQ(instance.health, Health::Down);
  EXPECT_EQ(instance.weight, 2.5);
  EXPECT_EQ(instance.cluster, "c1");
  EXPECT_EQ(instance.zone + instance.region + instance.version, "zrv2");
  EXPECT_EQ(instance.metadata.size(), 6U);
  EXPECT_FALSE(state.pending);
  EXPECT_TRUE(counts.all().empty());
}

struct HostCase {
  const char* name;  // the rule
  const char* json;
  const char* wanted;  // address:port and weight of what remains; empty: nothing does
  const char* counted;
};

class NacosHost : public testing::TestWithParam<HostCase> {};

TEST_P(NacosHost, IsJudgedByItself_A9_L17) {
  follow::Counts counts;
  const auto state = state_of(std::string(R"([{"ip":"10.9.9.9","port":9},)") + GetParam().json + "]", counts);
  std::string found;
  for (const auto& instance : state.instances) {
    const auto address = (instance.v4 ? *instance.v4 : *instance.v6).to_string();
    if (address == "10.9.9.9") continue;
    found += address + ":" + std::to_string(instance.ports.front().number) + " " +
             std::to_string(static_cast<long>(std::min(instance.weight, 1e9)));
  }
  EXPECT_EQ(found, GetParam().wanted);
  EXPECT_EQ(state.instances.size(), found.empty() ? 1U : 2U) << "the good neighbour stays";
  const std::string_view reason = GetParam().counted;
  EXPECT_EQ(counts.all().size(), reason.empty() ? 0U : 1U);
  EXPECT_EQ(counts.value("skipped", reason), reason.empty() ? 0U : 1U);
}

const HostCase kHosts[] = {
    {"a_number_as_text_counts", R"({"ip":"10.0.0.1","port":"80","weight":"3"})", "10.0.0.1:80 3", ""},
    {"brackets_are_accepted_L17", R"({"ip":"[fd00::1]","port":80})", "fd00::1:80 1", ""},
    {"mapped_is_unmapped", R"({"ip":"::ffff:10.0.0.1","port":80})", "10.0.0.1:80 1", ""},
    {"negative_weight_is_0", R"({"ip":"10.0.0.1","port":80,"weight":-5})", "10.0.0.1:80 0", "weight"},
    {"nan_weight_is_0", R"({"ip":"10.0.0.1","port":80,"weight":"NaN"})", "10.0.0.1:80 0", "weight"},
    {"infinite_weight_is_0", R"({"ip":"10.0.0.1","port":80,"weight":"Infinity"})", "10.0.0.1:80 0", "weight"},
    {"weight_1e300_stays", R"({"ip":"10.0.0.1","port":80,"weight":1e300})", "10.0.0.1:80 1000000000", ""},
    {"weight_null_is_1", R"({"ip":"10.0.0.1","port":80,"weight":null})", "10.0.0.1:80 1", ""},
    {"host_name_is_skipped_L17", R"({"ip":"db.example.org","port":80})", "", "not-an-address"},
    {"no_ip_is_skipped", R"({"port":80})", "", "not-an-address"},
    {"port_0_is_skipped", R"({"ip":"10.0.0.1","port":0})", "", "port"},
    {"port_65536_is_skipped", R"({"ip":"10.0.0.1","port":65536})", "", "port"},
    {"no_port_is_skipped", R"({"ip":"10.0.0.1"})", "", "port"},
    {"huge_port_is_skipped", R"({"ip":"10.0.0.1","port":18446744073709551615})", "", "port"},
    {"loopback_is_refused", R"({"ip":"127.0.0.1","port":80})", "", "loopback"},
    {"mapped_loopback_is_refused", R"({"ip":"::ffff:127.0.0.1","port":80})", "", "loopback"},
    {"link_local_is_refused", R"({"ip":"fe80::1","port":80})", "", "link-local"},
    {"multicast_is_refused", R"({"ip":"224.0.0.1","port":80})", "", "multicast"},
    {"unspecified_is_refused", R"({"ip":"0.0.0.0","port":80})", "", "unspecified"},
    {"weight_1e9_stays", R"({"ip":"10.0.0.1","port":80,"weight":1e9})", "10.0.0.1:80 1000000000", ""},
    {"weight_object_is_0", R"({"ip":"10.0.0.1","port":80,"weight":{}})", "10.0.0.1:80 0", "weight"},
    {"zone_id_is_refused", R"({"ip":"2001:db8::1%eth0","port":80})", "", "not-an-address"},
    {"garbage_is_skipped", R"({"ip":"\u0000' OR 1=1","port":80})", "", "not-an-address"},
    {"ip_object_is_skipped", R"({"ip":{"a":1},"port":80})", "", "not-an-address"},
    {"port_fraction_is_skipped", R"({"ip":"10.0.0.1","port":80.5})", "", "port"},
    {"port_words_are_skipped", R"({"ip":"10.0.0.1","port":"80x"})", "", "port"},
    {"unknown_fields_are_ignored", R"({"ip":"10.0.0.1","port":80,"marked":true,"valid":{"a":[1]}})",
     "10.0.0.1:80 1", ""},
    {"the_last_of_equal_keys_counts", R"({"ip":"10.0.0.9","ip":"10.0.0.1","port":80})", "10.0.0.1:80 1", ""},
    {"metadata_list_is_left_out", R"({"ip":"10.0.0.1","port":80,"metadata":[1]})", "10.0.0.1:80 1",
     "metadata"},
    {"metadata_object_is_left_out", R"({"ip":"10.0.0.1","port":80,"metadata":{"a":{"b":1},"c":"d"}})",
     "10.0.0.1:80 1", "metadata"},
    {"metadata_numbers_and_nulls_are_no_fault",
     R"({"ip":"10.0.0.1","port":80,"metadata":{"a":1,"b":true,"c":null}})", "10.0.0.1:80 1", ""},
    {"no_object_is_skipped", R"(7)", "", "not-an-object"},
    {"bad_ipv6_hint_is_ignored", R"({"ip":"10.0.0.1","port":80,"metadata":{"IPv6":"fe80::1%eth0"}})",
     "10.0.0.1:80 1", "ipv6-metadata"},
};
INSTANTIATE_TEST_SUITE_P(Rules, NacosHost, testing::ValuesIn(kHosts),
                         [](const auto& test) { return test.param.name; });

TEST(NacosMeaning, OneAddressInTwoClustersIsTwoInstances_A9_L11) {
  follow::Counts counts;
  const auto state = state_of(
      R"([{"ip":"10.0.0.1","port":80,"clusterName":"b"},{"ip":"10.0.0.1","port":80,"clusterName":"a"},
          {"instanceId":"x","ip":"10.0.0.2","port":80,"clusterName":"a"},
          {"instanceId":"x","ip":"10.0.0.2","port":80,"clusterName":"b"},
          {"instanceId":"y","ip":"10.0.0.3","port":80,"clusterName":"b"},
          {"instanceId":"y","ip":"10.0.0.3","port":80,"clusterName":"b"}])",
      counts);
  std::vector<std::string> ids;
  for (const auto& instance : state.instances) ids.push_back(instance.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"10.0.0.1#80#a", "10.0.0.1#80#b", "10.0.0.2#80#a", "10.0.0.2#80#b",
                                           "10.0.0.3#80#b"}));
  EXPECT_EQ(counts.value("skipped", "duplicate"), 1U);
}

TEST(NacosMeaning, TheOrderOfHostsDoesNotMatter) {
  follow::Counts counts;
  EXPECT_EQ(state_of(R"([{"ip":"10.0.0.1","port":80},{"ip":"10.0.0.2","port":80}])", counts),
            state_of(R"([{"ip":"10.0.0.2","port":80},{"ip":"10.0.0.1","port":80}])", counts));
}

TEST(NacosMeaning, ThresholdMasksHealth_A8) {
  follow::Counts counts;
  const auto info = read_subscribed(
      answer(R"({"serviceInfo":{"name":"c","groupName":"g","hosts":[],"reachProtectionThreshold":true}})"));
  EXPECT_TRUE(Meaning({}, counts).state_of({"nacos", "public", "g", "c"}, *info).health_masked);
}

}  // namespace
}  // namespace signpost::nacos
