// What objects say of their own answers, and the kinds beside Services and slices: Pods, Namespaces,
// ServiceImports.
#include <gtest/gtest.h>

#include "tests/backends/kubernetes/decode_support.h"

namespace signpost::kubernetes {
namespace {

using tests::endpoint;
using tests::meta;
using tests::slice;

const Case kCases[] = {
    {"endpoints_v1_know_their_pods", Kind::Endpoints,
     legacy(
         R"([{"addresses":[{"ip":"10.0.0.1","targetRef":{"kind":"Pod","namespace":"shop","name":"cart-1"}}]}])"),
     "shop/cart@7 of shop/cart | 10.0.0.1 up 0+0 pod=cart-1", ""},

    {"load_balancer", Kind::Service,
     "{" + meta("cart", 7) +
         R"(,"spec":{"clusterIP":"10.0.0.1","externalIPs":["192.0.2.9","127.0.0.1",null,7,"192.0.2.1"]},"status":{)"
         R"("loadBalancer":{"ingress":[{"ip":"192.0.2.9","ipMode":"VIP"},{"hostname":"LB.Example.org."},null,5,{},)"
         R"({"ip":"","hostname":"a..b"},{"hostname":"192.0.2.2"},{"ip":{},"hostname":{}}]}}})",
     "shop/cart@7 ip 10.0.0.1 external=192.0.2.1 external=192.0.2.9 external=lb.example.org",
     "address_invalid address_invalid address_refused external_host_invalid external_host_invalid "
     "external_host_invalid part_malformed part_malformed"},
    {"status_that_is_none", Kind::Service, "{" + meta("cart", 7) + R"(,"spec":{},"status":"fine"})",
     "shop/cart@7 ip", "part_malformed"},
    {"external_ips_that_are_none", Kind::Service, of_service(R"("externalIPs":"192.0.2.1")"),
     "shop/cart@7 ip", "part_malformed"},
    {"traffic_distribution", Kind::Service, of_service(R"("trafficDistribution":"PreferClose")"),
     "shop/cart@7 ip traffic=PreferClose", ""},
    {"traffic_distribution_junk", Kind::Service, of_service(R"("trafficDistribution":"a b")"),
     "shop/cart@7 ip", "traffic_distribution"},
    {"wishes", Kind::Service,
     annotated(R"({"signpost.dns/answer":"sample 2","signpost.dns/ttl":"1m","signpost.dns/health":"serving",)"
               R"("signpost.dns/weights":"version: v2=10, v1=89.5","signpost.dns/other":"x","a":"b"})"),
     "shop/cart@7 ip answer=sample 2 ttl=60 health=1 v1=89.5 v2=10", ""},
    {"wishes_of_junk", Kind::Service,
     annotated(
         R"({"signpost.dns/answer":"sample","signpost.dns/ttl":"5 apples","signpost.dns/health":"alive",)"
         R"("signpost.dns/weights":"version: v1=90, v2="})"),
     "shop/cart@7 ip", "annotation_answer annotation_health annotation_ttl annotation_weights"},
    {"wishes_of_another_kind", Kind::Service,
     annotated(R"({"signpost.dns/answer":1,"signpost.dns/ttl":30,"signpost.dns/health":{},)"
               R"("signpost.dns/weights":["v1=1"]})"),
     "shop/cart@7 ip", "annotation_answer annotation_health annotation_ttl annotation_weights"},
    {"wishes_of_nothing", Kind::Service, annotated(R"({"signpost.dns/ttl":null})"), "shop/cart@7 ip", ""},
    {"words_of_a_status_are_no_part_of_it", Kind::Service,
     annotated("{}", R"(,"reason":{"x":1},"code":[],"message":{},"details":{"causes":[5,{"reason":[]}]})"),
     "shop/cart@7 ip", ""},
    {"annotations_that_are_none", Kind::Service, annotated(R"("x")"), "shop/cart@7 ip", "part_malformed"},
    {"the_last_of_two_keys", Kind::Service,
     "{" + meta("cart", 7) +
         R"(,"spec":{"type":"ClusterIP","type":"ExternalName","externalName":"a.b","externalName":"c.d"}})",
     "shop/cart@7 alias c.d", ""},

    {"import", Kind::Import,
     of_service(R"("type":"ClusterSetIP","ips":["10.42.0.1","fd00::1"],"ports":[{"name":"http","port":80}],)"
                R"("trafficDistribution":"PreferClose")"),
     "shop/cart@7 ip 10.42.0.1 fd00::1 traffic=PreferClose http:80/tcp", ""},
    {"import_without_addresses", Kind::Import, of_service(R"("type":"ClusterSetIP")"), "shop/cart@7 ip", ""},
    {"import_headless", Kind::Import, of_service(R"("type":"Headless","ports":[])"), "shop/cart@7 headless",
     ""},
    {"import_of_no_known_type", Kind::Import, of_service(R"("ips":["10.42.0.1"])"), "shop/cart@7 unread",
     "import_type"},

    {"hints", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", "",
                  R"(,"hints":{"forZones":[{"name":"b"},{"name":"a"},{"name":"b"}],"forNodes":[]})"),
     kHead + " | 10.0.0.1 up 0+1 for=a,b", ""},
    {"hints_of_junk", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", "",
                  R"(,"hints":{"forZones":[null,7,{"name":"a,b"},{"name":{}},{"name":"c"}]})"),
     kHead + " | 10.0.0.1 up 0+1 for=c", "hint_invalid hint_invalid hint_invalid hint_invalid"},
    {"hints_that_are_none", Kind::EndpointSlice, one_endpoint("10.0.0.1", "", R"(,"hints":true)"),
     kHead + " | 10.0.0.1 up 0+1", "hint_invalid"},
    {"pods_behind_endpoints", Kind::EndpointSlice,
     one_endpoint("10.0.0.1", "",
                  R"(,"targetRef":{"kind":"Pod","namespace":"shop","name":"cart-1","uid":"u"})"),
     kHead + " | 10.0.0.1 up 0+1 pod=cart-1", ""},
    {"no_pods_behind_endpoints", Kind::EndpointSlice,
     slice("s", "cart", 7,
           {endpoint("10.0.0.1", "", R"(,"targetRef":{"kind":"VirtualMachine","name":"m"})"),
            endpoint("10.0.0.2", "", R"(,"targetRef":{"kind":"Pod","namespace":"other","name":"p"})"),
            endpoint("10.0.0.3", "", R"(,"targetRef":{"kind":"Pod","name":"a/b"})"),
            endpoint("10.0.0.4", "", R"(,"targetRef":[])")}),
     kHead + " | 10.0.0.1 up 0+1 | 10.0.0.2 up 0+1 | 10.0.0.3 up 0+1 | 10.0.0.4 up 0+1",
     "target_invalid target_invalid target_invalid"},
    {"slice_of_an_import", Kind::EndpointSlice,
     labelled_slice(
         R"({"multicluster.kubernetes.io/service-name":"cart","kubernetes.io/service-name":"derived-x",)"
         R"("multicluster.kubernetes.io/source-cluster":"East-1"})"),
     "shop/s@7 of shop/cart import cluster=east-1", ""},
    {"cluster_that_is_no_label", Kind::EndpointSlice,
     labelled_slice(R"({"multicluster.kubernetes.io/service-name":"cart",)"
                    R"("multicluster.kubernetes.io/source-cluster":"east.1"})"),
     "shop/s@7 of shop/cart import", "cluster_invalid"},
    {"weight_of_a_slice", Kind::EndpointSlice,
     labelled_slice(R"({"kubernetes.io/service-name":"cart","endpointslice.kubernetes.io/managed-by":"me"})",
                    R"({"signpost.dns/weight":"0.5"})"),
     "shop/s@7 of shop/cart weight=0.5", ""},
    {"weight_of_a_slice_that_nobody_manages", Kind::EndpointSlice,
     labelled_slice(R"({"kubernetes.io/service-name":"cart"})", R"({"signpost.dns/weight":"65535"})"),
     "shop/s@7 of shop/cart weight=65535", ""},
    {"weight_of_a_controllers_slice", Kind::EndpointSlice,
     labelled_slice(R"({"endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io",)"
                    R"("kubernetes.io/service-name":"cart"})",
                    R"({"signpost.dns/weight":"5"})"),
     "shop/s@7 of shop/cart", "annotation_weight_managed"},
    {"weight_of_junk", Kind::EndpointSlice,
     labelled_slice(R"({"kubernetes.io/service-name":"cart"})", R"({"signpost.dns/weight":"1e999"})"),
     "shop/s@7 of shop/cart", "annotation_weight"},
    {"weight_of_another_kind", Kind::EndpointSlice,
     labelled_slice(R"({"kubernetes.io/service-name":"cart"})", R"({"signpost.dns/weight":5})"),
     "shop/s@7 of shop/cart", "annotation_weight"},
    {"one_address_twice", Kind::EndpointSlice,
     slice("s", "cart", 7, {endpoint("10.0.0.1"), endpoint("10.0.0.1", R"("ready":false)")}),
     kHead + " | 10.0.0.1 up 0+1 | 10.0.0.1 down 0+1", ""},  // join() makes them one
    {"endpoints_written_twice", Kind::EndpointSlice,
     "{" + meta("s", 7, R"(,"labels":{"kubernetes.io/service-name":"cart"})") +
         R"(,"endpoints":[{"addresses":["10.0.0.1"]}],"endpoints":[{"addresses":["10.0.0.2"]}]})",
     "shop/s@7 of shop/cart | 10.0.0.1 up 0+0 | 10.0.0.2 up 0+0", ""},
    {"service_that_is_no_name", Kind::EndpointSlice,
     labelled_slice(R"({"kubernetes.io/service-name":"a/b"})"), "shop/s@7 of ", "service_invalid"},

    {"pod", Kind::Pod,
     pod(R"(,"labels":{"app":"cart","version":"v2","tags":"canary.blue.canary"},"annotations":{"signpost.dns/weight":"3"})",
         R"({"phase":"Running","podIP":"10.1.0.7","podIPs":[{"ip":"10.1.0.7"},{"ip":"fd00::7"}]})"),
     "shop/cart-1@7 pod 10.1.0.7 fd00::7 weight=3 version=v2 tags=blue,canary", ""},
    {"pod_before_dual_stack", Kind::Pod, pod("", R"({"phase":"Pending","podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod 10.1.0.7", ""},
    {"pod_without_an_address_yet", Kind::Pod, pod("", R"({"phase":"Pending","podIPs":null})"),
     "shop/cart-1@7 pod", ""},
    {"pod_that_has_ended", Kind::Pod, pod("", R"({"phase":"Succeeded","podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod", ""},
    {"pod_being_deleted", Kind::Pod,
     pod(R"(,"deletionTimestamp":"2026-01-01T00:00:00Z","labels":{"version":"v2"})",
         R"({"phase":"Running","podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod", ""},
    {"pod_not_being_deleted", Kind::Pod, pod(R"(,"deletionTimestamp":null)", R"({"podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod 10.1.0.7", ""},
    {"pod_with_odd_addresses", Kind::Pod,
     pod("", R"({"podIPs":[null,{"ip":"10.1.0.7"},{"ip":"10.1.0.7"},{"ip":"10.1.0.8"},{"ip":"x"},{"ip":7},5,)"
             R"({"ip":"169.254.169.254"}]})"),
     "shop/cart-1@7 pod 10.1.0.7",
     "address_invalid address_invalid address_refused part_malformed part_malformed pod_ip_second_of_family"},
    {"pod_with_odd_labels", Kind::Pod,
     pod(R"(,"labels":{"version":"a b","tags":7},"annotations":{"signpost.dns/weight":"-1"})",
         R"({"podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod 10.1.0.7", "annotation_weight label_invalid label_invalid"},
    {"pod_with_empty_labels", Kind::Pod,
     pod(R"(,"labels":{"version":"","tags":".."})", R"({"podIP":"10.1.0.7"})"), "shop/cart-1@7 pod 10.1.0.7",
     ""},
    {"pod_without_status", Kind::Pod, "{" + meta("cart-1", 7) + "}", "shop/cart-1@7 pod", ""},
    {"pod_whose_labels_are_none", Kind::Pod, pod(R"(,"labels":[])", R"({"podIP":"10.1.0.7"})"),
     "shop/cart-1@7 pod 10.1.0.7", "part_malformed"},

    {"namespace", Kind::Namespace,
     R"({"metadata":{"name":"shop","resourceVersion":"7"},"status":{"phase":"Active"}})", "shop@7 namespace",
     ""},
    {"namespace_with_a_uid", Kind::Namespace,
     R"({"metadata":{"name":"kube-system","uid":"0f4a-11","resourceVersion":"7"}})",
     "kube-system@7 namespace uid=0f4a-11", ""},
    {"namespace_with_a_uid_that_is_none", Kind::Namespace,
     R"({"metadata":{"name":"kube-system","uid":7,"resourceVersion":"7"}})", "kube-system@7 namespace", ""},
    {"namespace_without_a_name", Kind::Namespace, R"({"metadata":{"resourceVersion":"7"}})", "@7 unread",
     "name_invalid"},
};

class DecodeMore : public testing::TestWithParam<Case> {};
TEST_P(DecodeMore, IsReadByTheRule) { check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Rules, DecodeMore, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(DecodeOptions, LeaveOutWhatIsNotAskedFor) {
  Words words;
  follow::Counts counts;
  const auto target = one_endpoint("10.0.0.1", "", R"(,"targetRef":{"kind":"Pod","name":"cart-1"})");
  EXPECT_EQ(text_of(*Decoder(Kind::EndpointSlice, words, counts).item(target)), kHead + " | 10.0.0.1 up 0+1");
  const auto import = labelled_slice(R"({"multicluster.kubernetes.io/service-name":"cart",)"
                                     R"("multicluster.kubernetes.io/source-cluster":"east",)"
                                     R"("kubernetes.io/service-name":"derived"})");
  EXPECT_EQ(text_of(*Decoder(Kind::EndpointSlice, words, counts).item(import)), "shop/s@7 of shop/derived");
  const auto labelled = pod(R"(,"labels":{"version":"v2","app.kubernetes.io/version":"2.1","tags":"a"})",
                            R"({"podIP":"10.1.0.7"})");
  EXPECT_EQ(text_of(*Decoder(Kind::Pod, words, counts).item(labelled)),
            "shop/cart-1@7 pod 10.1.0.7 version=v2");
  EXPECT_EQ(
      text_of(
          *Decoder(Kind::Pod, words, counts, {false, false, "app.kubernetes.io/version", ""}).item(labelled)),
      "shop/cart-1@7 pod 10.1.0.7 version=2.1");
  EXPECT_EQ(text_of(*Decoder(Kind::Pod, words, counts, {false, false, "", ""}).item(labelled)),
            "shop/cart-1@7 pod 10.1.0.7");
  EXPECT_EQ(skipped_text(counts), "");
}

TEST(DecodeNotes, SayWhichObjectAndOfWhichService) {
  Words words;
  follow::Counts counts;
  const auto told = [&] {
    std::string out;
    for (const auto& count : counts.all()) {
      for (const auto& one : count.of) out += count.reason + ": " + one.object + " of " + one.service + "\n";
    }
    return out;
  };
  const Decoder slices(Kind::EndpointSlice, words, counts, everything());
  const Decoder services(Kind::Service, words, counts, everything());
  const auto bad = slice("t", "cart", 7, {endpoint("10.0.0.1", "", R"(,"hostname":"a.b")")});
  ASSERT_TRUE(slices.item(bad));
  ASSERT_TRUE(slices.item(labelled_slice(R"({"multicluster.kubernetes.io/service-name":"cart",)"
                                         R"("multicluster.kubernetes.io/source-cluster":"a.b"})")));
  ASSERT_TRUE(services.item(of_service(R"("externalIPs":["::1"])")));
  EXPECT_EQ(told(),
            "address_refused: Service shop/cart of shop/cart\n"
            "cluster_invalid: EndpointSlice shop/s of shop/clusterset/cart\n"
            "hostname_invalid: EndpointSlice shop/t of shop/cart\n");
  ASSERT_TRUE(services.item(of_service(R"("externalIPs":[])")));  // mended
  ASSERT_TRUE(slices.event(tests::event("DELETED", bad)));
  EXPECT_EQ(told(), "cluster_invalid: EndpointSlice shop/s of shop/clusterset/cart\n");
  EXPECT_EQ(counts.value("skipped", "hostname_invalid"), 1U);
}

TEST(DecodeLarge, TakesWhatNoValidationStops) {  // K25
  Words words;
  follow::Counts counts;
  std::vector<std::string> endpoints;
  for (int i = 0; i < 1000; ++i)
    endpoints.push_back(endpoint("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)));
  const auto object = Decoder(Kind::EndpointSlice, words, counts).item(slice("s", "cart", 7, endpoints));
  ASSERT_TRUE(object);
  EXPECT_EQ(std::get<SliceRecord>(object->record).endpoints.size(), 1000U);
  std::string labels;
  for (int i = 0; i < 500; ++i) labels += "\"l" + std::to_string(i) + "\":\"" + std::string(63, 'x') + "\",";
  const auto many = pod(R"(,"labels":{)" + labels + R"("version":"v2"})", R"({"podIP":"10.1.0.7"})");
  EXPECT_EQ(text_of(*Decoder(Kind::Pod, words, counts).item(many)), "shop/cart-1@7 pod 10.1.0.7 version=v2");
  EXPECT_EQ(skipped_text(counts), "");
}

}  // namespace
}  // namespace signpost::kubernetes
