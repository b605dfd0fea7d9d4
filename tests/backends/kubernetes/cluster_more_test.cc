// Namespaces, Pods, imports and audits: what the sink hears of them.
#include <gtest/gtest.h>

#include "backends/kubernetes/cluster.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

/// What text_of() leaves out.
std::string detailed(const ServiceState& state) {
  std::string text = state.key.to_string();
  if (state.kind == ServiceKind::Pods) text += " pods";
  if (!state.traffic_distribution.empty()) text += " td=" + state.traffic_distribution;
  for (const auto& ip : state.external_ips) text += " external=" + ip.to_string();
  if (state.group_key != "version") text += " by " + state.group_key;
  for (const auto& group : state.group_weights)
    text += " " + group.word + "=" + std::to_string(int(group.weight));
  if (state.wishes.ttl) text += " ttl=" + std::to_string(*state.wishes.ttl);
  for (const auto& one : state.instances) {
    text += " | " + one.id;
    if (one.v4 && one.v6) text += " both";
    if (!one.host_name.empty()) text += " host=" + one.host_name;
    if (one.weight != 1) text += " weight=" + std::to_string(int(one.weight));
    if (!one.version.empty()) text += " version=" + one.version;
    for (const auto& tag : one.tags) text += " tag=" + tag;
    for (const auto& zone : one.for_zones) text += " for=" + zone;
    if (!one.cluster.empty()) text += " cluster=" + one.cluster;
  }
  return text;
}

class DetailedSink final : public RegistrySink {
 public:
  void begin_list(Epoch) override { calls.push_back("begin"); }
  void upsert(ServiceState state, Revision) override { calls.push_back(detailed(state)); }
  void mention(const ServiceKey& key) override { calls.push_back("mention " + key.to_string()); }
  void erase(const ServiceKey& key, Revision) override { calls.push_back("erase " + key.to_string()); }
  void end_list(Epoch, Complete complete) override {
    calls.push_back(complete == Complete::No    ? "end incomplete"
                    : complete == Complete::Yes ? "end"
                                                : "end again");
  }
  void caught_up(Revision) override {}
  void lost_contact(std::string_view) override {}
  Lines take() { return std::exchange(calls, {}); }
  Lines calls;
};

class World {
 public:
  explicit World(ClusterOptions options) : cluster("kube", std::move(options)) {}

  Object service(std::string_view key, ServiceKind kind = ServiceKind::Instances) {
    ServiceRecord record;
    record.kind = kind;
    return {std::string(key), 1, record};
  }
  EndpointRecord endpoint(std::string_view address, std::string_view pod = "") {
    EndpointRecord record;
    record.address = *IpAddress::parse(address);
    record.pod = words.get(pod);
    return record;
  }
  Object slice(std::string_view key, std::string_view of, std::vector<EndpointRecord> endpoints) {
    SliceRecord record;
    record.service = of;
    record.endpoints = std::move(endpoints);
    return {std::string(key), 1, record};
  }
  Object pod(std::string_view key, std::string_view address, std::string_view version = "",
             double weight = 1) {
    PodRecord record;
    if (!address.empty()) record.addresses.push_back(*IpAddress::parse(address));
    record.version = words.get(version);
    record.weight = weight;
    return {std::string(key), 1, record};
  }
  Object space(std::string_view name) { return {std::string(name), 1, NamespaceRecord()}; }

  void list(Source source, const std::vector<Object>& objects) {
    cluster.begin_list(source);
    for (const auto& one : objects) cluster.listed(source, one);
    cluster.end_list(source);
  }
  void put(Source source, Object object) { cluster.changed(source, EventType::Modified, std::move(object)); }
  void drop(Source source, Object object) { cluster.changed(source, EventType::Deleted, std::move(object)); }
  Lines settle() {
    while (cluster.step(sink, 50)) {
    }
    return sink.take();
  }

  Words words;
  DetailedSink sink;
  Cluster cluster;
};

ClusterOptions with_pods() {
  ClusterOptions options;
  options.pods = true;
  return options;
}

TEST(ClusterPods, EndpointsAreToldWhatTheirPodsSay) {
  World world(with_pods());
  world.list(Resource::Services, {world.service("shop/cart")});
  auto weighted = world.slice("shop/cart-1", "shop/cart",
                              {world.endpoint("10.0.0.1", "a"), world.endpoint("10.0.0.2", "b")});
  std::get<SliceRecord>(weighted.record).weight = 3;
  world.list(Resource::Endpoints, {weighted});
  EXPECT_EQ(world.settle(), Lines{});  // Pods are waited for
  world.list(Resource::Pods, {world.pod("shop/a", "10.0.0.1", "v1", 2)});
  EXPECT_EQ(world.settle(),
            (Lines{"begin", "kube/shop/cart | 10.0.0.1 weight=6 version=v1 | 10.0.0.2 weight=3",
                   "kube/shop/pods pods | a host=a", "end"}));
  world.cluster.set_time(Monotonic(1h));
  world.put(Resource::Pods, world.pod("shop/b", "10.0.0.2", "v2"));
  EXPECT_EQ(world.settle(),
            (Lines{"kube/shop/cart | 10.0.0.1 weight=6 version=v1 | 10.0.0.2 weight=3 version=v2",
                   "kube/shop/pods pods | a host=a | b host=b"}));
}

TEST(ClusterPods, APodThatEndsKeepsItsWordsUntilItIsDeleted) {
  World world(with_pods());
  world.list(Resource::Services, {world.service("shop/cart")});
  world.list(Resource::Endpoints,
             {world.slice("shop/cart-1", "shop/cart", {world.endpoint("10.0.0.1", "a")})});
  world.list(Resource::Pods, {world.pod("shop/a", "10.0.0.1", "v1")});
  world.settle();
  world.cluster.set_time(Monotonic(1h));
  world.put(Resource::Pods, world.pod("shop/a", ""));
  EXPECT_EQ(world.settle(), Lines{"kube/shop/pods pods"});  // its name is gone
  world.put(Resource::Endpoints, world.slice("shop/cart-1", "shop/cart", {world.endpoint("10.0.0.9", "a")}));
  EXPECT_EQ(world.settle(), Lines{"kube/shop/cart | 10.0.0.9 version=v1"});
  world.drop(Resource::Pods, world.pod("shop/a", ""));
  EXPECT_EQ(world.settle(), (Lines{"kube/shop/cart | 10.0.0.9", "erase kube/shop/pods"}));
  EXPECT_EQ(world.cluster.pods(), 0U);
}

TEST(ClusterPods, ManyPodsAreNotToldForEachChange) {
  World world(with_pods());
  std::vector<Object> pods;
  for (int i = 0; i < 10000; ++i) {
    const auto address = "10.0." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250);
    pods.push_back(world.pod("shop/p" + std::to_string(i), address));
  }
  world.list(Resource::Services, {});
  world.list(Resource::Endpoints, {});
  world.list(Resource::Pods, pods);
  world.cluster.set_time(Monotonic(1h));
  EXPECT_EQ(world.settle().size(), 3U);
  std::size_t told = 0;
  for (int i = 0; i < 1000; ++i) {  // a second of 1,000 changes
    world.cluster.set_time(Monotonic(1h) + 1ms * i);
    world.put(Resource::Pods, world.pod("shop/p" + std::to_string(i), "10.99.0.1"));
    told += world.settle().size();
  }
  EXPECT_LE(told, 2U);
  EXPECT_EQ(*world.cluster.wake(), Monotonic(1h) + 1000ms);
  world.cluster.set_time(*world.cluster.wake());
  EXPECT_EQ(world.settle().size(), 1U);
  EXPECT_EQ(world.cluster.wake(), std::nullopt);
}

TEST(ClusterPods, ANamespaceOfManyPodsIsToldInSteps) {
  World world(with_pods());
  world.list(Resource::Services, {});
  world.list(Resource::Endpoints, {});
  std::vector<Object> pods;
  for (int i = 0; i < 1000; ++i) pods.push_back(world.pod("shop/p" + std::to_string(i), "10.0.0.1"));
  world.list(Resource::Pods, pods);
  int steps = 0;
  while (world.cluster.step(world.sink, 100)) ++steps;
  EXPECT_GE(steps, 10);
  EXPECT_EQ(world.sink.take().size(), 3U);
}

TEST(ClusterPods, EndpointsMayBeCalledAsTheirPods) {
  ClusterOptions options;
  options.pod_names = true;
  World world(options);
  auto named = world.endpoint("10.0.0.3", "c");
  named.host_name = world.words.get("own");
  world.list(Resource::Services, {world.service("shop/cart")});
  world.list(Resource::Endpoints,
             {world.slice("shop/x", "shop/cart",
                          {world.endpoint("10.0.0.1", "a"), world.endpoint("10.0.0.2", "b.c"), named,
                           world.endpoint("10.0.0.4", std::string(64, 'd'))})});
  EXPECT_EQ(world.settle()[1], "kube/shop/cart | 10.0.0.1 host=a | 10.0.0.2 | 10.0.0.3 host=own | 10.0.0.4");
}

TEST(ClusterNamespaces, ThoseThatExistAreTold) {
  ClusterOptions options;
  options.namespace_use = NamespaceUse::Watched;
  World world(options);
  world.list(Resource::Services, {world.service("shop/cart")});
  world.list(Resource::Endpoints, {});
  EXPECT_EQ(world.settle(), Lines{});
  world.list(Resource::Namespaces, {world.space("shop"), world.space("empty")});
  EXPECT_EQ(world.settle(),
            (Lines{"begin", "kube/shop/cart", "kube/shop/pods pods", "kube/empty/pods pods", "end"}));
  world.drop(Resource::Namespaces, world.space("empty"));
  EXPECT_EQ(world.settle(), Lines{"erase kube/empty/pods"});
  world.list(Resource::Namespaces, {});
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/shop/cart", "end"}))
      << "by a list; its service is told for itself";
}

TEST(ClusterNamespaces, WithoutTheRightToSeeThemServicesAreToldAllTheSame) {
  ClusterOptions options;
  options.namespace_use = NamespaceUse::Watched;
  World world(options);
  world.list(Resource::Services, {world.service("shop/cart")});
  world.list(Resource::Endpoints, {});
  world.cluster.excuse(Resource::Namespaces);
  EXPECT_EQ(world.settle(), (Lines{"begin", "kube/shop/cart", "end"}));
  world.list(Resource::Namespaces, {world.space("shop")});
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/shop/cart", "kube/shop/pods pods", "end"}));
}

TEST(ClusterNamespaces, OnlySelectedOnesAreTold) {  // K33
  ClusterOptions options;
  options.namespace_use = NamespaceUse::Selected;
  World world(options);
  world.list(Resource::Services, {world.service("shop/cart"), world.service("dark/cart")});
  world.list(Resource::Endpoints, {world.slice("dark/x", "dark/cart", {world.endpoint("10.0.0.1")})});
  world.list(Resource::Namespaces, {world.space("shop")});
  EXPECT_EQ(world.settle(), (Lines{"begin", "kube/shop/cart", "kube/shop/pods pods", "end"}));
  world.put(Resource::Services, world.service("dark/new"));
  EXPECT_EQ(world.settle(), Lines{});
  world.put(Resource::Namespaces, world.space("dark"));
  EXPECT_EQ(world.settle(), (Lines{"kube/dark/cart | 10.0.0.1", "kube/dark/new", "kube/dark/pods pods"}));
  world.drop(Resource::Namespaces, world.space("shop"));
  EXPECT_EQ(world.settle(), (Lines{"erase kube/shop/cart", "erase kube/shop/pods"}));
  world.list(Resource::Services, {world.service("shop/cart"), world.service("dark/cart")});
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/dark/cart", "mention kube/dark/pods", "end"}));
  world.list(Resource::Namespaces, {});
  EXPECT_EQ(world.settle(), (Lines{"begin", "end"})) << "G1 is asked: nothing is erased by an event";
}

TEST(ClusterNamespaces, NamedOnesExistAndEachIsListedForItself) {
  ClusterOptions options;
  options.namespaces = {"a", "b"};
  World world(options);
  const Source services_a(Resource::Services, 1);
  const Source services_b(Resource::Services, 2);
  world.list(services_a, {world.service("a/x"), world.service("b/stranger")});
  world.list({Resource::Endpoints, 1}, {});
  world.list(services_b, {world.service("b/y")});
  EXPECT_EQ(world.settle(), Lines{});
  world.list({Resource::Endpoints, 2}, {});
  EXPECT_EQ(world.settle(),
            (Lines{"begin", "kube/a/x", "kube/b/y", "kube/a/pods pods", "kube/b/pods pods", "end"}));
  world.list(services_a, {});  // sweeps its own namespace alone
  EXPECT_EQ(world.settle(),
            (Lines{"begin", "mention kube/b/y", "mention kube/a/pods", "mention kube/b/pods", "end"}));
  world.drop(services_b, world.service("a/x"));
  EXPECT_EQ(world.cluster.services(), 1U);
}

TEST(ClusterImports, AreServicesOfTheClusterset) {
  ClusterOptions options;
  options.imports = true;
  World world(options);
  auto imported =
      world.slice("shop/i", "shop/cart", {world.endpoint("10.0.0.1"), world.endpoint("10.0.0.2")});
  std::get<SliceRecord>(imported.record).import = true;
  std::get<SliceRecord>(imported.record).cluster = "c1";
  world.list(Resource::Services, {world.service("shop/cart")});
  world.list(Resource::Endpoints,
             {imported, world.slice("shop/o", "shop/cart", {world.endpoint("10.0.0.1")})});
  world.cluster.excuse(Resource::Imports);  // 404: not installed
  EXPECT_EQ(world.settle(), (Lines{"begin", "kube/shop/cart | 10.0.0.1", "end"}));
  world.list(Resource::Imports, {world.service("shop/cart")});
  EXPECT_EQ(world.settle(),
            (Lines{"begin", "mention kube/shop/cart",
                   "kube/shop/clusterset/cart | 10.0.0.1@c1 cluster=c1 | 10.0.0.2@c1 cluster=c1", "end"}));
  world.drop(Resource::Imports, world.service("shop/cart"));
  EXPECT_EQ(world.settle(), Lines{"erase kube/shop/clusterset/cart"});
}

TEST(ClusterJoin, WhatOwnersWishIsToldAsTheyWroteIt) {
  World world({});
  auto service = world.service("shop/cart");
  auto& record = std::get<ServiceRecord>(service.record);
  record.external_ips = {*IpAddress::parse("192.0.2.1"), *IpAddress::parse("2001:db8::1")};
  record.traffic_distribution = "PreferClose";
  record.wishes.ttl = 7;
  record.group_key = "zone";
  record.group_weights = {{"v1", 90}, {"v2", 10}};
  auto endpoint = world.endpoint("10.0.0.1");
  endpoint.for_zones = world.words.get("a,b");
  world.list(Resource::Services, {service});
  world.list(Resource::Endpoints, {world.slice("shop/x", "shop/cart", {endpoint})});
  EXPECT_EQ(world.settle()[1],
            "kube/shop/cart td=PreferClose external=192.0.2.1 external=2001:db8::1 by zone v1=90 v2=10 "
            "ttl=7 | 10.0.0.1 for=a for=b");
}

class Audit : public testing::Test {
 protected:
  Audit() {
    world.list(Resource::Services,
               {world.service("shop/a"), world.service("shop/b"), world.service("shop/c")});
    world.list(Resource::Endpoints, {world.slice("shop/a-1", "shop/a", {world.endpoint("10.0.0.1")})});
    world.settle();
  }
  void audit(Source source, const std::vector<Object>& objects) {
    for (const auto& one : objects) world.cluster.audited(source, one);
    world.cluster.end_audit(source);
  }
  World world{{}};
  const Source services{Resource::Services};
  const Source slices{Resource::Endpoints};
};

TEST_F(Audit, K24_WhatIsRightIsNotToldAgain) {
  world.cluster.begin_audit(services);
  audit(services, {world.service("shop/a"), world.service("shop/b"), world.service("shop/c")});
  EXPECT_EQ(world.settle(), Lines{});
  EXPECT_TRUE(world.cluster.take_drift().empty());
}

TEST_F(Audit, K24_DriftIsRepairedAndNamed) {
  world.cluster.begin_audit(services);
  audit(services,
        {world.service("shop/a"), world.service("shop/b", ServiceKind::VirtualIp), world.service("shop/d")});
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/shop/a", "kube/shop/b", "kube/shop/d", "end"}));
  const auto drift = world.cluster.take_drift();
  ASSERT_EQ(drift.size(), 1U);
  EXPECT_EQ(drift[0].count, 3U);
  EXPECT_EQ(drift[0].names, (Lines{"shop/b was different", "shop/d was missing", "shop/c was gone"}));
}

TEST_F(Audit, K24_WhatAnEventTouchedMeanwhileIsNoDrift) {
  world.cluster.begin_audit(services);
  world.drop(services, world.service("shop/a"));
  world.put(services, world.service("shop/b", ServiceKind::VirtualIp));
  world.put(services, world.service("shop/new"));
  world.settle();
  for (const auto& one : {world.service("shop/a"), world.service("shop/b"), world.service("shop/c")}) {
    world.cluster.audited(services, one);
  }
  world.put(services, world.service("shop/c", ServiceKind::VirtualIp));
  world.cluster.end_audit(services);
  EXPECT_EQ(world.settle(), Lines{"kube/shop/c"});
  EXPECT_TRUE(world.cluster.take_drift().empty());
  EXPECT_EQ(world.cluster.services(), 4U);  // b, c, new, and a's slice
}

TEST_F(Audit, K24_AnEventAfterTheDifferenceWasSeenWins) {
  world.cluster.begin_audit(services);
  for (const auto& one : {world.service("shop/a", ServiceKind::VirtualIp), world.service("shop/b"),
                          world.service("shop/c"), world.service("shop/d")}) {
    world.cluster.audited(services, one);
  }
  world.put(services, world.service("shop/a", ServiceKind::VirtualIp));
  world.drop(services, world.service("shop/d"));
  world.cluster.end_audit(services);
  EXPECT_EQ(world.settle(), Lines{"kube/shop/a | 10.0.0.1"});
  EXPECT_TRUE(world.cluster.take_drift().empty());
}

TEST_F(Audit, K24_ALostSliceIsFound) {
  world.cluster.begin_audit(slices);
  audit(slices, {world.slice("shop/a-1", "shop/a", {world.endpoint("10.0.0.2")}),
                 world.slice("shop/b-1", "shop/b", {world.endpoint("10.0.0.3")})});
  const auto calls = world.settle();
  EXPECT_NE(std::find(calls.begin(), calls.end(), "kube/shop/a | 10.0.0.2"), calls.end());
  EXPECT_NE(std::find(calls.begin(), calls.end(), "kube/shop/b | 10.0.0.3"), calls.end());
  EXPECT_EQ(world.cluster.take_drift()[0].count, 2U);
}

TEST_F(Audit, AListDropsTheAuditUnderWay) {
  world.cluster.begin_audit(services);
  world.cluster.audited(services, world.service("shop/ghost"));
  world.list(services, {world.service("shop/a")});
  world.cluster.end_audit(services);
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/shop/a", "end"}));
  EXPECT_TRUE(world.cluster.take_drift().empty());
}

TEST_F(Audit, AListThatWasDoubtedEndsAsOneReadAgain) {
  world.cluster.list_again();
  world.list(services, {world.service("shop/a")});
  EXPECT_EQ(world.settle().back(), "end");
  world.cluster.begin_audit(slices);
  audit(slices, {world.slice("shop/a-1", "shop/a", {world.endpoint("10.0.0.1")})});
  EXPECT_EQ(world.settle(), (Lines{"begin", "mention kube/shop/a", "end again"}));
  world.list(services, {world.service("shop/a")});
  EXPECT_EQ(world.settle().back(), "end");
}

}  // namespace
}  // namespace signpost::kubernetes
