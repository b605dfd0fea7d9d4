// One object through the decoder, and what became of it in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "backends/kubernetes/decode.h"
#include "config/policy_words.h"
#include "tests/backends/kubernetes/objects.h"

namespace signpost::kubernetes {

/// What became of one object: its record in words, and what was skipped.
struct Case {
  const char* name;  // the rule
  Kind kind;
  std::string json;
  std::string expected;
  std::string skipped;  // "reason reason"
};

inline std::string ports_text(const std::vector<Port>& ports) {
  std::string text;
  for (const auto& port : ports) {
    text += " " + port.name + ":" + std::to_string(port.number) + "/" + std::string(to_string(port.protocol));
  }
  return text;
}

inline std::string wishes_text(const ServiceRecord& service) {
  std::string text;
  if (service.wishes.answer) text += " answer=" + config::to_text(*service.wishes.answer);
  if (service.wishes.ttl) text += fmt::format(" ttl={}", *service.wishes.ttl);
  if (service.wishes.health) text += fmt::format(" health={}", static_cast<int>(*service.wishes.health));
  for (const auto& group : service.group_weights) text += fmt::format(" {}={}", group.word, group.weight);
  return text;
}

inline std::string text_of(const Object& object) {
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
      text += " | " + e.address.to_string() + " " + std::string(to_string(e.health)) +
              (e.leaving ? " leaving" : "");
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
  } else if (const auto* space = std::get_if<NamespaceRecord>(&object.record)) {
    text += " namespace";
    if (!space->uid.empty()) text += " uid=" + space->uid;
  } else {
    text += " unread";
  }
  return text;
}

inline std::string skipped_text(const follow::Counts& counts) {
  std::string text;
  for (const auto& count : counts.all()) {
    for (std::uint64_t i = 0; i < count.value; ++i) text += (text.empty() ? "" : " ") + count.reason;
  }
  return text;
}

inline std::string of_service(std::string_view spec) {
  return "{" + tests::meta("cart", 7) + ",\"spec\":{" + std::string(spec) + "}}";
}
inline std::string one_endpoint(std::string_view address, std::string_view conditions,
                                std::string_view more = "") {
  return tests::slice("s", "cart", 7, {tests::endpoint(address, conditions, more)});
}
inline std::string with_ports(std::string_view ports) {
  return tests::slice("s", "cart", 7, {tests::endpoint("10.0.0.1")}, "IPv4", ports);
}
/// A service with these annotations, or a Pod with these labels.
inline std::string annotated(std::string_view annotations, std::string_view more = "") {
  return "{" + tests::meta("cart", 7, R"(,"annotations":)" + std::string(annotations)) + std::string(more) +
         "}";
}
inline std::string pod(std::string_view metadata, std::string_view status) {
  return "{" + tests::meta("cart-1", 7, metadata) + R"(,"status":)" + std::string(status) + "}";
}
inline std::string labelled_slice(std::string_view labels, std::string_view annotations = "{}") {
  return "{" +
         tests::meta(
             "s", 7,
             R"(,"labels":)" + std::string(labels) + R"(,"annotations":)" + std::string(annotations)) +
         R"(,"addressType":"IPv4","endpoints":[],"ports":[]})";
}
inline std::string legacy(std::string_view subsets) {
  return "{" + tests::meta("cart", 7) + ",\"subsets\":" + std::string(subsets) + "}";
}

/// Everything that options can ask for.
inline DecodeOptions everything() { return {true, true, "version", "tags"}; }

inline const std::string kHead = "shop/s@7 of shop/cart http:8080/tcp";

/// Reads the object as an item of a list and as the object of an event.
inline void check(const Case& one) {
  Words words;
  follow::Counts counts;
  const Decoder decoder(one.kind, words, counts, everything());
  const auto object = decoder.item(one.json);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(text_of(*object), one.expected);
  EXPECT_EQ(skipped_text(counts), one.skipped);

  follow::Counts counts_of_event;
  const auto event =
      Decoder(one.kind, words, counts_of_event, everything()).event(tests::event("MODIFIED", one.json));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->type, EventType::Modified);
  EXPECT_EQ(text_of(event->object), one.expected);
  EXPECT_EQ(skipped_text(counts_of_event), one.skipped);
}

}  // namespace signpost::kubernetes
