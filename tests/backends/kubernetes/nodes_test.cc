// Nodes: what of one is kept, and when the table of networks is told.
#include "backends/kubernetes/nodes.h"

#include <gtest/gtest.h>

#include "backends/kubernetes/decode.h"

namespace signpost::kubernetes {
namespace {

/// One Node of the apiserver; `spec` and `status` as they stand.
std::string node(std::string_view name, std::string_view zone, std::string_view spec,
                 std::string_view status = "{}") {
  return R"({"metadata":{"name":")" + std::string(name) +
         R"(","resourceVersion":"7","labels":{"kubernetes.io/os":"linux")" +
         (zone.empty() ? "" : R"(,"topology.kubernetes.io/zone":")" + std::string(zone) + "\"") +
         R"(}},"spec":)" + std::string(spec) + R"(,"status":)" + std::string(status) + "}";
}

class Nodes : public testing::Test {
 protected:
  Object read(std::string_view json) {
    auto object = decoder_.item(json);
    EXPECT_TRUE(object) << json;
    return std::move(*object);
  }
  /// "10.244.1.0/24 a, ..." of what there is to tell; "-": nothing.
  std::string told() {
    const auto networks = nodes_.take();
    if (!networks) return "-";
    std::string text;
    for (const auto& one : *networks)
      text += (text.empty() ? "" : ", ") + one.prefix.to_string() + " " + one.zone;
    return text;
  }
  void list(const std::vector<std::string>& items) {
    nodes_.begin_list(kSource);
    for (const auto& item : items) nodes_.listed(kSource, read(item));
    nodes_.end_list(kSource);
  }
  std::uint64_t skipped(std::string_view reason) const {
    for (const auto& count : counts_.all()) {
      if (count.name == "skipped" && count.reason == reason) return count.value;
    }
    return 0;
  }

  const Source kSource{Resource::Nodes};
  Words words_;
  follow::Counts counts_;
  Decoder decoder_{Kind::Node, words_, counts_};
  kubernetes::Nodes nodes_;
};

const std::string kOne =
    node("n1", "a", R"({"podCIDR":"10.244.1.0/24","podCIDRs":["10.244.1.0/24","fd00:1::/64"]})",
         R"({"addresses":[{"type":"InternalIP","address":"192.0.2.1"},{"type":"Hostname","address":"n1"},)"
         R"({"type":"ExternalIP","address":"198.51.100.1"}],"conditions":[{"type":"Ready"}]})");

TEST_F(Nodes, ANodesPodsAndItselfAreInItsZone) {
  list({kOne});
  EXPECT_EQ(told(), "10.244.1.0/24 a, fd00:1::/64 a, 192.0.2.1/32 a");
  EXPECT_EQ(told(), "-");
}

TEST_F(Nodes, BeforeDualStackThereIsOneNetwork) {
  list({node("n1", "a", R"({"podCIDR":"10.244.1.0/24"})",
             R"({"addresses":[{"address":"192.0.2.1","type":"InternalIP"}]})")});
  EXPECT_EQ(told(), "192.0.2.1/32 a, 10.244.1.0/24 a");
}

TEST_F(Nodes, WithoutAZoneOrANetworkItSaysNothing) {
  list({node("n1", "", R"({"podCIDR":"10.244.1.0/24"})"), node("n2", "b", "{}")});
  EXPECT_EQ(told(), "");
}

TEST_F(Nodes, TheOlderLabelCountsWhereTheOtherIsMissing) {
  auto text = node("n1", "old", R"({"podCIDR":"10.244.1.0/24"})");
  text.replace(text.find("topology.kubernetes.io"), 22, "failure-domain.beta.kubernetes.io");
  list({text});
  EXPECT_EQ(told(), "10.244.1.0/24 old");
}

TEST_F(Nodes, WhatBreaksARuleIsLeftOutAndCounted) {
  list({node(
      "n1", "a", R"({"podCIDRs":["10.244.1.7/24","nonsense",7,"10.244.2.0/24"]})",
      R"({"addresses":[{"type":"InternalIP","address":"127.0.0.1"},{"type":"InternalIP","address":"x"}]})")});
  EXPECT_EQ(told(), "10.244.2.0/24 a");
  EXPECT_EQ(skipped("pod_cidr_invalid"), 3u);
  EXPECT_EQ(skipped("address_refused"), 1u);
  EXPECT_EQ(skipped("address_invalid"), 1u);
}

TEST_F(Nodes, OnlyWhatChangesThePlaceOfAClientIsTold) {
  list({kOne});
  told();
  nodes_.changed(kSource, EventType::Modified, read(kOne));
  EXPECT_EQ(told(), "-") << "a heartbeat";
  nodes_.changed(kSource, EventType::Added, read(node("n2", "b", R"({"podCIDR":"10.244.2.0/24"})")));
  EXPECT_EQ(told(), "10.244.1.0/24 a, fd00:1::/64 a, 192.0.2.1/32 a, 10.244.2.0/24 b");
  nodes_.changed(kSource, EventType::Modified, read(node("n2", "c", R"({"podCIDR":"10.244.2.0/24"})")));
  nodes_.changed(kSource, EventType::Deleted, read(kOne));
  EXPECT_EQ(told(), "10.244.2.0/24 c") << "two changes are told once";
  list({kOne});
  EXPECT_EQ(told(), "10.244.1.0/24 a, fd00:1::/64 a, 192.0.2.1/32 a") << "what a list lacks is gone";
  nodes_.begin_list(kSource);
  EXPECT_EQ(told(), "-") << "a list that is not complete says nothing";
  EXPECT_EQ(nodes_.size(), 1u);
}

TEST_F(Nodes, AStreamedListTakesBackWhatItSaid) {
  nodes_.begin_list(kSource);
  nodes_.list_changed(kSource, EventType::Added, read(kOne));
  nodes_.list_changed(kSource, EventType::Added, read(node("n2", "b", R"({"podCIDR":"10.244.2.0/24"})")));
  nodes_.list_changed(kSource, EventType::Deleted, read(kOne));
  nodes_.end_list(kSource);
  EXPECT_EQ(told(), "10.244.2.0/24 b");
}

TEST_F(Nodes, K24_AnAuditRepairsWhatNoEventTold) {
  const auto two = node("n2", "b", R"({"podCIDR":"10.244.2.0/24"})"),
             three = node("n3", "c", R"({"podCIDR":"10.244.3.0/24"})"),
             moved = node("n2", "z", R"({"podCIDR":"10.244.2.0/24"})"),
             four = node("n4", "d", R"({"podCIDR":"10.244.4.0/24"})");
  list({two, three});
  told();
  nodes_.begin_audit(kSource);
  nodes_.audited(kSource, read(moved));
  nodes_.audited(kSource, read(four));
  nodes_.changed(kSource, EventType::Modified, read(node("n4", "late", R"({"podCIDR":"10.244.4.0/24"})")));
  nodes_.end_audit(kSource);
  EXPECT_EQ(nodes_.take_drift(), (std::vector<std::string>{"n2", "n3"}));
  EXPECT_EQ(told(), "10.244.2.0/24 z, 10.244.4.0/24 late") << "an event knows better than the audit";
  nodes_.begin_audit(kSource);
  nodes_.drop_audit(kSource);
  EXPECT_EQ(told(), "-");
}

}  // namespace
}  // namespace signpost::kubernetes
