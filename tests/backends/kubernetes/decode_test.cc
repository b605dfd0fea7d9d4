#include "backends/kubernetes/decode.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backends/kubernetes/join.h"
#include "config/policy_words.h"
#include "tests/backends/kubernetes/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace signpost::kubernetes {
namespace {

using tests::endpoint;
using tests::meta;
using tests::slice;

/// What became of one object: its record in words, and what was skipped.
struct Case {
  const char* name;  // the rule
  Kind kind;
  std::string json;
  std::string expected;
  std::string skipped;  // "reason reason"
};

std::string ports_text(const std::vector<Port>& ports) {
  std::string text;
  for (const auto& port : ports) {
    text += " " + port.name + ":" + std::to_string(port.number) + "/" + std::string(to_string(port.protocol));
  }
  return text;
}

std::string wishes_text(const ServiceRecord& service) {
  std::string text;
  if (service.wishes.answer) text += " answer=" + config::to_text(*service.wishes.answer);
  if (service.wishes.ttl) text += fmt::format(" ttl={}", *service.wishes.ttl);
  if (service.wishes.health) text += fmt::format(" health={}", static_cast<int>(*service.wishes.health));
  for (const auto& group : service.group_weights) text += fmt::format(" {}={}", group.version, group.weight);
  return text;
}

std::string text_of(const Object& object) {
  auto text = object.key + "@" + std::to_string(object.revision);
  if (const auto* service = std::get_if<ServiceRecord>(&object.record)) {
    text += service->kind == ServiceKind::Alias       ? " alias " + service->external_name
            : service->kind == ServiceKind::Instances ? " headless"
                                                      : " ip";
    for (const auto& ip : service->cluster_ips) text += " " + ip.to_string();
    if (service->publish_not_ready) text += " publish_not_ready";
    for (const auto& ip : service->external_ips) text += " external=" + ip.to_string();
    for (const auto& host : service->external_hosts) text += " external=" + host;
    if (!service->traffic_distribution.empty()) text += " traffic=" + service->traffic_distribution;
    text += wishes_text(*service) + ports_text(service->ports);
  } else if (const auto* record = std::get_if<SliceRecord>(&object.record)) {
    text += " of " + record->service + (record->import ? " import" : "");
    if (!record->cluster.empty()) text += " cluster=" + record->cluster;
    if (record->weight != 1) text += fmt::format(" weight={}", record->weight);
    text += ports_text(record->ports);
    for (const auto& e : record->endpoints) {
      text += " | " + e.address.to_string() + " " + std::string(to_string(e.health));
      text += " " + std::to_string(e.first_port) + "+" + std::to_string(e.port_count);
      if (!e.host_name.text().empty()) text += " host=" + std::string(e.host_name.text());
      if (!e.node.text().empty()) text += " node=" + std::string(e.node.text());
      if (!e.zone.text().empty()) text += " zone=" + std::string(e.zone.text());
      if (!e.for_zones.text().empty()) text += " for=" + std::string(e.for_zones.text());
      if (!e.pod.text().empty()) text += " pod=" + std::string(e.pod.text());
    }
  } else if (const auto* pod = std::get_if<PodRecord>(&object.record)) {
    text += " pod";
    for (const auto& ip : pod->addresses) text += " " + ip.to_string();
    if (pod->weight != 1) text += fmt::format(" weight={}", pod->weight);
    if (!pod->version.text().empty()) text += " version=" + std::string(pod->version.text());
    if (!pod->tags.text().empty()) text += " tags=" + std::string(pod->tags.text());
  } else if (std::holds_alternative<NamespaceRecord>(object.record)) {
    text += " namespace";
  } else {
    text += " unread";
  }
  return text;
}

std::string skipped_text(const follow::Counts& counts) {
  std::string text;
  for (const auto& count : counts.all()) {
    for (std::uint64_t i = 0; i < count.value; ++i) text += (text.empty() ? "" : " ") + count.reason;
  }
  return text;
}

std::string of_service(std::string_view spec) {
  return "{" + meta("cart", 7) + ",\"spec\":{" + std::string(spec) + "}}";
}
std::string one_endpoint(std::string_view address, std::string_view conditions, std::string_view more = "") {
  return slice("s", "cart", 7, {endpoint(address, conditions, more)});
}
std::string with_ports(std::string_view ports) {
  return slice("s", "cart", 7, {endpoint("10.0.0.1")}, "IPv4", ports);
}
/// A service with these annotations, or a Pod with these labels.
std::string annotated(std::string_view annotations, std::string_view more = "") {
  return "{" + meta("cart", 7, R"(,"annotations":)" + std::string(annotations)) + std::string(more) + "}";
}
std::string pod(std::string_view metadata, std::string_view status) {
  return "{" + meta("cart-1", 7, metadata) + R"(,"status":)" + std::string(status) + "}";
}
std::string labelled_slice(std::string_view labels, std::string_view annotations = "{}") {
  return "{" +
         meta("s", 7,
              R"(,"labels":)" + std::string(labels) + R"(,"annotations":)" + std::string(annotations)) +
         R"(,"addressType":"IPv4","endpoints":[],"ports":[]})";
}
std::string legacy(std::string_view subsets) {
  return "{" + meta("cart", 7) + ",\"subsets\":" + std::string(subsets) + "}";
}

const std::string kHead = "shop/s@7 of shop/cart http:8080/tcp";

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
     kHead + " | 10.0.0.1 down 0+1", ""},
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
    {"namespace_without_a_name", Kind::Namespace, R"({"metadata":{"resourceVersion":"7"}})", "@7 unread",
     "name_invalid"},
};

/// Everything that options can ask for.
DecodeOptions everything() { return {true, true, "version", "tags"}; }

class Decode : public testing::TestWithParam<Case> {};

TEST_P(Decode, Item) {
  Words words;
  follow::Counts counts;
  const auto object = Decoder(GetParam().kind, words, counts, everything()).item(GetParam().json);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(text_of(*object), GetParam().expected);
  EXPECT_EQ(skipped_text(counts), GetParam().skipped);
}

TEST_P(Decode, EventOfTheSame) {
  Words words;
  follow::Counts counts;
  const auto event =
      Decoder(GetParam().kind, words, counts, everything()).event(tests::event("MODIFIED", GetParam().json));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type, EventType::Modified);
  EXPECT_EQ(text_of(event->object), GetParam().expected);
  EXPECT_EQ(skipped_text(counts), GetParam().skipped);
}

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
