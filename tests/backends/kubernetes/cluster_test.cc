#include "backends/kubernetes/cluster.h"

#include <gtest/gtest.h>

#include "backends/kubernetes/decode.h"
#include "backends/kubernetes/join.h"
#include "dns/base/random.h"
#include "tests/backends/kubernetes/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"

namespace signpost::kubernetes {
namespace {

using tests::endpoint;
using Lines = std::vector<std::string>;

class ClusterTest : public testing::Test {
 protected:
  Object service(std::string_view json) { return *services_decoder.item(json); }
  Object slice(std::string_view json) { return *slices_decoder.item(json); }
  void list_services(const Lines& items) {
    cluster.begin_list(Resource::Services);
    for (const auto& item : items) cluster.listed(Resource::Services, service(item));
    cluster.end_list(Resource::Services);
  }
  void list_slices(const Lines& items) {
    cluster.begin_list(Resource::Endpoints);
    for (const auto& item : items) cluster.listed(Resource::Endpoints, slice(item));
    cluster.end_list(Resource::Endpoints);
  }
  void put_service(std::string_view json) {
    cluster.changed(Resource::Services, EventType::Modified, service(json));
  }
  void put_slice(std::string_view json) {
    cluster.changed(Resource::Endpoints, EventType::Modified, slice(json));
  }
  void drop_service(std::string_view json) {
    cluster.changed(Resource::Services, EventType::Deleted, service(json));
  }
  void drop_slice(std::string_view json) {
    cluster.changed(Resource::Endpoints, EventType::Deleted, slice(json));
  }
  Lines settle() {
    while (cluster.step(sink, 100)) {
    }
    return sink.take();
  }

  Words words;
  follow::Counts counts;
  Decoder services_decoder{Kind::Service, words, counts};
  Decoder slices_decoder{Kind::EndpointSlice, words, counts};
  Cluster cluster{"kube"};
  tests::RecordingSink sink;
};

const std::string kCart = tests::service("cart", 1);
const std::string kCartSlice = tests::slice("cart-1", "cart", 2, {endpoint("10.0.0.1")});
const std::string kCartLine = "shop/cart ip 10.96.0.1 http:80 | 10.0.0.1 up http:8080";

TEST_F(ClusterTest, NothingIsToldBeforeBothResourcesAreListed) {
  list_services({kCart});
  EXPECT_EQ(settle(), Lines{});
  EXPECT_FALSE(cluster.synced());
  list_slices({kCartSlice});
  EXPECT_EQ(settle(), (Lines{"begin 1", "upsert " + kCartLine, "end 1 complete"}));
  EXPECT_TRUE(cluster.synced());
}

TEST_F(ClusterTest, TheOrderOfTheListsDoesNotMatter) {
  list_slices({kCartSlice});
  EXPECT_EQ(settle(), Lines{});
  list_services({kCart});
  EXPECT_EQ(settle(), (Lines{"begin 1", "upsert " + kCartLine, "end 1 complete"}));
}

TEST_F(ClusterTest, AnIncompleteListIsForgotten) {  // K2
  cluster.begin_list(Resource::Services);
  cluster.listed(Resource::Services, service(tests::service("ghost", 1)));
  list_services({kCart});
  list_slices({});
  EXPECT_EQ(settle(), (Lines{"begin 1", "upsert shop/cart ip 10.96.0.1 http:80", "end 1 complete"}));
  EXPECT_EQ(cluster.services(), 1U);
}

TEST_F(ClusterTest, AnIncompleteRelistChangesNothing) {
  list_services({kCart});
  list_slices({kCartSlice});
  settle();
  cluster.begin_list(Resource::Services);
  cluster.listed(Resource::Services, service(tests::service("cart", 9, "10.96.0.9")));
  put_slice(tests::slice("cart-1", "cart", 10, {endpoint("10.0.0.2")}));
  EXPECT_EQ(settle(), (Lines{"upsert shop/cart ip 10.96.0.1 http:80 | 10.0.0.2 up http:8080"}));
}

TEST_F(ClusterTest, ASliceMayComeBeforeItsService) {
  list_services({});
  list_slices({});
  settle();
  put_slice(kCartSlice);
  EXPECT_EQ(settle(), Lines{});
  put_service(kCart);
  EXPECT_EQ(settle(), Lines{"upsert " + kCartLine});
}

TEST_F(ClusterTest, AServiceMayGoBeforeItsSlices) {
  list_services({kCart});
  list_slices({kCartSlice});
  settle();
  drop_service(kCart);
  EXPECT_EQ(settle(), Lines{"erase shop/cart"});
  drop_slice(kCartSlice);
  EXPECT_EQ(settle(), Lines{});
  EXPECT_EQ(cluster.services(), 0U);
  EXPECT_EQ(cluster.slices(), 0U);
}

TEST_F(ClusterTest, DeletedAndMadeAgainIsOneReplacement) {  // K23
  list_services({kCart});
  list_slices({kCartSlice});
  settle();
  drop_service(kCart);
  put_service(tests::service("cart", 5, "10.96.0.5"));
  EXPECT_EQ(settle(), Lines{"upsert shop/cart ip 10.96.0.5 http:80 | 10.0.0.1 up http:8080"});
}

TEST_F(ClusterTest, OnlyWhatChangedIsTold) {  // K22
  list_services({kCart, tests::service("web", 2, "10.96.0.2")});
  list_slices({kCartSlice});
  settle();
  put_service(tests::service("cart", 9));  // only its revision
  put_slice(kCartSlice);
  drop_service(tests::service("unknown", 9));
  drop_slice(tests::slice("unknown", "cart", 9, {}));
  EXPECT_EQ(settle(), Lines{});
  put_slice(tests::slice("cart-2", "cart", 10, {endpoint("10.0.0.2", R"("ready":false)")}));
  EXPECT_EQ(settle(), Lines{"upsert " + kCartLine + " | 10.0.0.2 down http:8080"});
}

TEST_F(ClusterTest, ASliceMayMoveToAnotherService) {
  list_services({kCart, tests::service("web", 2, "10.96.0.2")});
  list_slices({kCartSlice});
  settle();
  put_slice(tests::slice("cart-1", "web", 3, {endpoint("10.0.0.1")}));
  EXPECT_EQ(settle(), (Lines{"upsert shop/cart ip 10.96.0.1 http:80",
                             "upsert shop/web ip 10.96.0.2 http:80 | 10.0.0.1 up http:8080"}));
}

TEST_F(ClusterTest, ASliceMayLoseItsService) {
  list_services({kCart});
  list_slices({kCartSlice});
  settle();
  put_slice("{" + tests::meta("cart-1", 3) + R"(,"addressType":"IPv4","endpoints":[]})");
  EXPECT_EQ(settle(), Lines{"upsert shop/cart ip 10.96.0.1 http:80"});
  EXPECT_EQ(cluster.slices(), 0U);
}

TEST_F(ClusterTest, ARelistMentionsAllAndSweepsWhatIsGone) {  // K9, K28
  list_services({kCart, tests::service("old", 2, "10.96.0.2"), tests::service("web", 2, "10.96.0.3")});
  list_slices({kCartSlice, tests::slice("web-1", "web", 2, {endpoint("10.0.0.9")})});
  settle();
  list_services({kCart, tests::service("web", 8, "10.96.0.4")});
  EXPECT_EQ(settle(),
            (Lines{"begin 2", "mention shop/cart",
                   "upsert shop/web ip 10.96.0.4 http:80 | 10.0.0.9 up http:8080", "end 2 complete"}));
  EXPECT_EQ(cluster.services(), 2U);
  list_slices({kCartSlice});
  EXPECT_EQ(settle(), (Lines{"begin 3", "mention shop/cart", "upsert shop/web ip 10.96.0.4 http:80",
                             "end 3 complete"}));
  EXPECT_EQ(cluster.slices(), 1U);
}

TEST_F(ClusterTest, WhatCanNotBeReadKeepsItsOldVersion) {  // K25, K38
  list_services({kCart});
  list_slices({kCartSlice});
  settle();
  const auto bad = "{" + tests::meta("cart", 9) + ",\"spec\":5}";
  put_service(bad);
  EXPECT_EQ(settle(), Lines{});
  list_services({bad});
  EXPECT_EQ(settle(), (Lines{"begin 2", "mention shop/cart", "end 2 complete"}));
}

TEST_F(ClusterTest, AListThatCompletesDuringAWalkStartsItAgain) {
  Lines many;
  for (int i = 0; i < 50; ++i) many.push_back(tests::service("s" + std::to_string(i), 1));
  list_services(many);
  list_slices({});
  EXPECT_TRUE(cluster.step(sink, 20));
  list_slices({tests::slice("x", "s49", 2, {endpoint("10.0.0.1")})});
  const auto calls = settle();
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "end 1 incomplete"), 1);
  EXPECT_EQ(calls.back(), "end 2 complete");
  EXPECT_EQ(sink.world.size(), 50U);
}

TEST_F(ClusterTest, EventsDuringAWalkAreNotLost) {
  Lines many;
  for (int i = 100; i < 200; ++i) many.push_back(tests::service("s" + std::to_string(i), 1));
  list_services(many);
  list_slices({});
  settle();
  list_slices({});
  EXPECT_TRUE(cluster.step(sink, 50));  // somewhere in the middle
  drop_service(tests::service("s100", 5));
  drop_service(tests::service("s199", 5));
  put_service(tests::service("s198", 6, "10.96.9.9"));
  put_service(tests::service("s000", 7));
  drop_service(tests::service("s198", 8));
  settle();
  EXPECT_EQ(sink.world.size(), 98U);
  EXPECT_TRUE(sink.world.contains({"kube", "shop", "", "s000"}));
  EXPECT_FALSE(sink.world.contains({"kube", "shop", "", "s199"}));
}

TEST_F(ClusterTest, AStepIsBounded) {
  Lines many;
  for (int i = 0; i < 1000; ++i) many.push_back(tests::service("s" + std::to_string(i), 1));
  list_services(many);
  list_slices({});
  std::size_t most = 0;
  for (bool more = true; more;) {
    more = cluster.step(sink, 100);
    most = std::max(most, sink.take().size());
  }
  EXPECT_LE(most, 27U);  // 4 of work for an empty service
}

TEST_F(ClusterTest, RandomEventsEndInTheSameWorldAsAModel) {  // K22
  const std::uint64_t seed = 20261121;
  Random random(seed);
  list_services({});
  list_slices({});
  std::map<std::string, std::string> services;                        // name -> address
  std::map<std::string, std::pair<std::string, std::string>> slices;  // name -> service, address
  for (int i = 0; i < 20000; ++i) {
    const auto name = "s" + std::to_string(random.below(6));
    const auto part = "p" + std::to_string(random.below(12));
    const auto address = "10.0.0." + std::to_string(1 + random.below(5));
    switch (random.below(5)) {
      case 0:
        put_service(tests::service(name, i, address));
        services[name] = address;
        break;
      case 1:
        drop_service(tests::service(name, i));
        services.erase(name);
        break;
      case 2:
        drop_slice(tests::slice(part, name, i, {}));
        slices.erase(part);
        break;
      default:
        put_slice(tests::slice(part, name, i, {endpoint(address)}));
        slices[part] = {name, address};
    }
    if (random.below(7) == 0) cluster.step(sink, random.below(20));
    if (random.below(500) == 0) {
      Lines all;
      for (const auto& [known, ip] : services) all.push_back(tests::service(known, i, ip));
      list_services(all);
      settle();
    }
  }
  settle();
  std::vector<std::string> expected;
  for (const auto& [name, ip] : services) {
    auto line = "shop/" + name + " ip " + ip + " http:80";
    std::set<std::string> addresses;
    for (const auto& [part, of] : slices) {
      if (of.first == name) addresses.insert(of.second);
    }
    for (const auto& address : addresses) line += " | " + address + " up http:8080";
    expected.push_back(line);
  }
  EXPECT_EQ(sink.services(), expected) << "seed " << seed;
  EXPECT_EQ(cluster.slices(), slices.size());
}

TEST_F(ClusterTest, OneAddressInTwoSlicesIsOneInstance) {
  list_services({tests::service("cart", 1, "None")});
  list_slices({tests::slice("a", "cart", 2, {endpoint("10.0.0.1", R"("ready":false)", R"(,"zone":"z")")}),
               tests::slice("b", "cart", 2, {endpoint("10.0.0.1", "", R"(,"hostname":"h")")}, "IPv4",
                            R"([{"name":"admin","port":9000},{"name":"http","port":8080}])")});
  settle();
  EXPECT_EQ(sink.services(), Lines{"shop/cart http:80 | 10.0.0.1 up admin:9000 http:8080 host=h zone=z"});
}

TEST_F(ClusterTest, InstancesAreSortedByAddressWhateverTheOrderOfSlices) {
  list_services({kCart});
  list_slices({tests::slice("a", "cart", 2, {endpoint("10.0.0.9"), endpoint("10.0.0.10")}),
               tests::slice("b", "cart", 2, {endpoint("fd00::1")}, "IPv6"),
               tests::slice("c", "cart", 2, {endpoint("10.0.0.1")})});
  settle();
  EXPECT_EQ(sink.services(),
            Lines{"shop/cart ip 10.96.0.1 http:80 | 10.0.0.1 up http:8080 | 10.0.0.9 up http:8080 | "
                  "10.0.0.10 up http:8080 | fd00::1 up http:8080"});
}

TEST_F(ClusterTest, PublishNotReadyAddressesMakesAllUp) {
  list_services(
      {"{" + tests::meta("cart", 1) + R"(,"spec":{"clusterIP":"None","publishNotReadyAddresses":true}})"});
  list_slices({tests::slice("a", "cart", 2, {endpoint("10.0.0.1", R"("ready":false)")})});
  settle();
  EXPECT_EQ(sink.services(), Lines{"shop/cart | 10.0.0.1 up http:8080"});
}

TEST_F(ClusterTest, AnExternalNameIsItsAliasAlone) {
  list_services(
      {"{" + tests::meta("cart", 1) + R"(,"spec":{"type":"ExternalName","externalName":"db.example.org"}})"});
  list_slices({kCartSlice});
  settle();
  EXPECT_EQ(sink.services(), Lines{"shop/cart alias db.example.org"});
}

TEST(ClusterIdentity, IsToldBeforeEachList) {
  ClusterOptions options;
  options.namespace_use = NamespaceUse::Watched;
  Cluster cluster("kube", options);
  tests::RecordingSink sink;
  for (const auto resource : {Resource::Services, Resource::Endpoints, Resource::Namespaces}) {
    cluster.begin_list(resource);
    if (resource == Resource::Namespaces) {
      cluster.listed(resource, {"shop", 1, NamespaceRecord{"uid-1"}});
      cluster.listed(resource, {"kube-system", 1, NamespaceRecord{"uid-2"}});
    }
    cluster.end_list(resource);
  }
  while (cluster.step(sink, 100)) {
  }
  ASSERT_GE(sink.calls.size(), 2u);
  EXPECT_EQ(sink.calls[0], "is uid-2")
      << "what another cluster's state file has is forgotten before the list";
  EXPECT_EQ(sink.calls[1], "begin 1");
}

}  // namespace
}  // namespace signpost::kubernetes
