#include "backends/kubernetes/decode.h"

#include <gtest/gtest.h>

#include "tests/backends/kubernetes/decode_support.h"

namespace signpost::kubernetes {
namespace {

using tests::endpoint;
using tests::meta;
using tests::slice;

const Case kCases[] = {
    {"cluster_ip", Kind::Service, tests::service("cart", 7), "shop/cart@7 ip 10.96.0.1 http:80/tcp", ""},
    {"dual_stack", Kind::Service, of_service(R"("clusterIPs":["10.96.0.1","fd00:0::1"],"ports":null)"),
     "shop/cart@7 ip 10.96.0.1 fd00::1", ""},
    {"only_the_old_field", Kind::Service, of_service(R"("clusterIP":"10.96.0.1")"),
     "shop/cart@7 ip 10.96.0.1", ""},
    {"headless", Kind::Service,
     of_service(R"("clusterIP":"None","clusterIPs":["None"],"publishNotReadyAddresses":true)"),
     "shop/cart@7 headless publish_not_ready", ""},
    {"external_name", Kind::Service, of_service(R"("type":"ExternalName","externalName":"Db.Example.org")"),
     "shop/cart@7 alias Db.Example.org", ""},
    {"address_not_given_yet", Kind::Service, of_service(R"("type":"ClusterIP")"), "shop/cart@7 ip", ""},
    {"second_of_a_family", Kind::Service, of_service(R"("clusterIPs":["10.0.0.1","10.0.0.2"])"),
     "shop/cart@7 ip 10.0.0.1", "cluster_ip_second_of_family"},
    {"refused_cluster_ip", Kind::Service, of_service(R"("clusterIPs":["127.0.0.1","::1%lo","fd00::1"])"),
     "shop/cart@7 ip fd00::1", "address_invalid address_refused"},
    {"ports_of_all_kinds", Kind::Service,
     of_service(
         R"("ports":[{"port":53,"protocol":"UDP"},{"name":"x","port":0},{"name":"y","port":65536},)"
         R"({"name":"z","port":"80"},null,7,{"name":"q","port":1,"protocol":"QUIC"},{"port":9,"protocol":"SCTP"}])"),
     "shop/cart@7 ip :53/udp :9/sctp",
     "port_malformed port_malformed port_malformed port_number port_number port_protocol"},
    {"a_spec_that_is_none_keeps_the_old", Kind::Service, "{" + meta("cart", 7) + ",\"spec\":5}",
     "shop/cart@7 unread", "object_malformed"},
    {"no_name", Kind::Service, R"({"metadata":{"namespace":"shop"},"spec":{}})", "@0 unread", "name_invalid"},
    {"a_name_with_a_slash", Kind::Service, R"({"metadata":{"name":"a/b","namespace":"shop"}})", "@0 unread",
     "name_invalid"},
    {"no_metadata", Kind::Service, "{}", "@0 unread", "name_invalid"},
    {"no_object", Kind::Service, "[1,2]", "@0 unread", "name_invalid"},

    {"ready", Kind::EndpointSlice, one_endpoint("10.0.0.1", R"("ready":true)"), kHead + " | 10.0.0.1 up 0+1",
     ""},
    {"nil_conditions_are_ready", Kind::EndpointSlice, one_endpoint("10.0.0.1", ""),
     kHead + " | 10.0.0.1 up 0+1", ""},
    {"null_ready_is_ready", Kind::EndpointSlice, one_endpoint("10.0.0.1", R"("ready":null)"),
     kHead + " | 10.0.0.1 up 0+1", ""},
    {"not_ready", Kind::EndpointSlice, one_endpoint("10.0.0.1", R"("ready":false)"),
     kHead + " | 10.0.0.1 down 0+1", ""},
    {"terminating_and_serving_drains", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", R"("ready":false,"serving":true,"terminating":true)"),
     kHead + " | 10.0.0.1 draining 0+1", ""},
    {"terminating_and_not_serving_is_down", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", R"("ready":false,"serving":false,"terminating":true)"),
     kHead + " | 10.0.0.1 down leaving 0+1", ""},
    {"serving_but_not_terminating_is_down", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", R"("ready":false,"serving":true)"), kHead + " | 10.0.0.1 down 0+1", ""},
    {"a_condition_of_the_wrong_kind", Kind::EndpointSlice,
     slice("s", "cart", 7, {endpoint("10.0.0.1", R"("ready":"yes")"), endpoint("10.0.0.2")}),
     kHead + " | 10.0.0.2 up 0+1", "endpoint_malformed"},
    {"endpoints_that_are_none", Kind::EndpointSlice,
     slice("s", "cart", 7,
           {"null", "5", "[]", R"({"addresses":"10.0.0.9"})", R"({"addresses":[7,"10.0.0.2"]})", "{}"}),
     kHead + " | 10.0.0.2 up 0+1",
     "address_invalid endpoint_malformed endpoint_malformed endpoint_malformed endpoint_malformed"},
    {"no_endpoints", Kind::EndpointSlice,
     "{" + meta("s", 7, R"(,"labels":{"kubernetes.io/service-name":"cart"})") +
         R"(,"addressType":"IPv4","endpoints":null,"ports":null})",
     "shop/s@7 of shop/cart", ""},
    {"words", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", "",
                  R"(,"hostname":"Web-1","nodeName":"n1","zone":"a","deprecatedTopology":{"x":"y"},)"
                  R"("targetRef":{"kind":"Pod","name":"p"},"hints":{"forZones":[{"name":"a"}]})"),
     kHead + " | 10.0.0.1 up 0+1 host=web-1 node=n1 zone=a for=a pod=p", ""},
    {"hostnames_that_are_no_label", Kind::EndpointSlice,
     slice("s", "cart", 7,
           {endpoint("10.0.0.1", "", R"(,"hostname":"a.b")"), endpoint("10.0.0.2", "", R"(,"hostname":"-a")"),
            endpoint("10.0.0.3", "", ",\"hostname\":\"" + std::string(64, 'a') + "\""),
            endpoint("10.0.0.4", "", R"(,"hostname":"ü")")}),
     kHead + " | 10.0.0.1 up 0+1 | 10.0.0.2 up 0+1 | 10.0.0.3 up 0+1 | 10.0.0.4 up 0+1",
     "hostname_invalid hostname_invalid hostname_invalid hostname_invalid"},
    {"ipv6_in_any_spelling", Kind::EndpointSlice,
     slice("s", "cart", 7, {endpoint("FD00:0:0::0001"), endpoint("fd00::2")}, "IPv6"),
     kHead + " | fd00::1 up 0+1 | fd00::2 up 0+1", ""},
    {"addresses_of_the_asker_itself", Kind::EndpointSlice,
     slice("s", "cart", 7,
           {endpoint("127.0.0.1"), endpoint("169.254.169.254"), endpoint("224.0.0.1"), endpoint("0.0.0.0"),
            endpoint("010.0.0.1"), endpoint("10.0.0.256"), endpoint(""), endpoint("10.0.0.5")}),
     kHead + " | 10.0.0.5 up 0+1",
     "address_invalid address_invalid address_invalid address_refused address_refused address_refused "
     "address_refused"},
    {"addresses_of_the_asker_itself_v6", Kind::EndpointSlice,
     slice("s", "cart", 7,
           {endpoint("::1"), endpoint("fe80::1"), endpoint("ff02::1"), endpoint("::"),
            endpoint("::ffff:10.0.0.1")},
           "IPv6"),
     kHead, "address_invalid address_refused address_refused address_refused address_refused"},
    {"another_family_than_it_says", Kind::EndpointSlice,
     slice("s", "cart", 7, {endpoint("fd00::1"), endpoint("10.0.0.1")}), kHead + " | 10.0.0.1 up 0+1",
     "address_family"},
    {"fqdn_slices_are_not_for_us", Kind::EndpointSlice,
     slice("s", "cart", 7, {endpoint("db.example.org")}, "FQDN"), kHead, "slice_fqdn"},
    {"ports_nil_zero_and_large", Kind::EndpointSlice,
     with_ports(R"([{"name":"a"},{"name":"b","port":null},{"name":"c","port":0},{"name":"d","port":65536},)"
                R"({"name":"e","port":65535}])"),
     "shop/s@7 of shop/cart e:65535/tcp | 10.0.0.1 up 0+1",
     "port_number port_number port_number port_number"},
    {"several_ports_and_an_unnamed_one", Kind::EndpointSlice,
     with_ports(R"([{"name":"","port":1,"appProtocol":"h2"},{"name":null,"port":2,"protocol":"UDP"}])"),
     "shop/s@7 of shop/cart :1/tcp :2/udp | 10.0.0.1 up 0+2", ""},
    {"a_slice_of_no_service", Kind::EndpointSlice,
     "{" + meta("s", 7) + R"(,"addressType":"IPv4","endpoints":[]})", "shop/s@7 of ",
     "slice_without_service"},

    {"endpoints_v1", Kind::Endpoints,
     legacy(
         R"([{"addresses":[{"ip":"10.0.0.1","hostname":"h","nodeName":"n"}],"notReadyAddresses":[{"ip":"10.0.0.2"}],)"
         R"("ports":[{"name":"http","port":80}]},{"addresses":[{"ip":"10.0.0.3"}],"ports":[{"name":"a","port":1},{"name":"b","port":2}]}])"),
     "shop/cart@7 of shop/cart http:80/tcp a:1/tcp b:2/tcp | 10.0.0.1 up 0+1 host=h node=n | 10.0.0.2 down "
     "0+1 | 10.0.0.3 up 1+2",
     ""},
    {"endpoints_v1_without_subsets", Kind::Endpoints, "{" + meta("cart", 7) + "}", "shop/cart@7 of shop/cart",
     ""},
};

class Decode : public testing::TestWithParam<Case> {};
TEST_P(Decode, IsReadByTheRule) { check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Rules, Decode, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(DecodeEvent, ReadsAStatus) {
  Words words;
  follow::Counts counts;
  const auto event =
      Decoder(Kind::Service, words, counts)
          .event(tests::event("ERROR", tests::status(504, "Timeout",
                                                     R"("details":{"retryAfterSeconds":3,"causes":[)"
                                                     R"({"reason":"ResourceVersionTooLarge"}]},)")));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, EventType::Error);
  EXPECT_EQ(event->status.code, 504);
  EXPECT_EQ(event->status.reason, "Timeout");
  EXPECT_EQ(event->status.message, "said so");
  EXPECT_EQ(event->status.retry_after_s, 3);
  EXPECT_TRUE(event->status.revision_too_large);
  EXPECT_EQ(skipped_text(counts), "");
}

TEST(DecodeEvent, ABookmarkIsNoObject) {  // K10
  Words words;
  follow::Counts counts;
  const auto event = Decoder(Kind::Service, words, counts).event(tests::bookmark(99));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->type, EventType::Bookmark);
  EXPECT_EQ(event->object.revision, 99U);
  EXPECT_EQ(skipped_text(counts), "");
}

TEST(DecodeEvent, ABookmarkMayEndTheFirstEvents) {  // K26
  Words words;
  follow::Counts counts;
  const auto event =
      Decoder(Kind::Pod, words, counts)
          .event(tests::event("BOOKMARK", R"({"metadata":{"resourceVersion":"9","annotations":{)"
                                          R"("k8s.io/initial-events-end":"true"}}})"));
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->initial_events_end);
  EXPECT_EQ(event->object.revision, 9U);
  EXPECT_FALSE(Decoder(Kind::Pod, words, counts).event(tests::bookmark(99))->initial_events_end);
  EXPECT_EQ(skipped_text(counts), "");
}

TEST(DecodeEvent, WhatIsNoJsonIsAnError) {
  Words words;
  follow::Counts counts;
  const Decoder decoder(Kind::Service, words, counts);
  for (const std::string text : {"", "{", "<html>", "{\"type\":\"ADDED\"}x", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(decoder.event(text)) << text;
  }
  const std::string deep(65, '[');
  EXPECT_EQ(decoder.event(deep).error().message, "nested deeper than 64");
}

TEST(DecodePrefix, FindsTheNameOfWhatIsTooLarge) {  // K25
  Words words;
  follow::Counts counts;
  const Decoder decoder(Kind::EndpointSlice, words, counts);
  const auto whole = slice("s", "cart", 7, {endpoint("10.0.0.1"), endpoint("10.0.0.2")});
  const auto object = decoder.item_prefix(whole.substr(0, whole.size() - 20));
  EXPECT_EQ(text_of(object), "shop/s@7 unread");
  const auto event = decoder.event_prefix(tests::event("DELETED", whole).substr(0, whole.size()));
  EXPECT_EQ(event.type, EventType::Deleted);
  EXPECT_EQ(event.object.key, "shop/s");
  const std::string start =
      R"({"metadata":{"name":"s","namespace":"shop"},"endpoints":[{"hostname":"a.b"},{)";
  EXPECT_EQ(text_of(decoder.item_prefix(start)), "shop/s@0 unread");
  EXPECT_EQ(skipped_text(counts), "object_too_large object_too_large")
      << "what is behind the cut is nobody's mistake, what is deleted nobody's loss";
  EXPECT_EQ(counts.all().at(0).of.at(0).object, "EndpointSlice shop/s");
}

TEST(DecodeListMeta, WantsANumber) {
  const auto meta = decode_list_meta(R"({"resourceVersion":"12","continue":"abc","remainingItemCount":7})");
  ASSERT_TRUE(meta);
  EXPECT_EQ(meta->revision, 12U);
  EXPECT_EQ(meta->continue_token, "abc");
  EXPECT_FALSE(decode_list_meta(R"({"resourceVersion":"12a"})"));
  EXPECT_FALSE(decode_list_meta(R"({"resourceVersion":"99999999999999999999"})"));
}

TEST(WordsPool, KeepsAWordAsLongAsItIsUsed) {
  Words words;
  auto a = words.get("node-1");
  auto b = words.get("node-1");
  EXPECT_EQ(a, b);
  EXPECT_EQ(words.size(), 1U);
  a = Word();
  EXPECT_EQ(words.size(), 1U);
  b = words.get("node-2");
  EXPECT_EQ(words.size(), 1U);
  b = Word();
  EXPECT_EQ(words.size(), 0U);
  EXPECT_EQ(words.get(""), Word());
}

}  // namespace
}  // namespace signpost::kubernetes
