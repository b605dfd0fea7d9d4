#include "backends/kubernetes/pod_visitor.h"

#include <algorithm>
#include <utility>

#include "backends/kubernetes/annotations.h"

namespace signpost::kubernetes {
namespace {

/// "blue.canary" to "blue,canary": sorted, unique.
std::string tags_of(std::string_view label) {
  std::vector<std::string_view> tags;
  for (;;) {
    const auto dot = label.find('.');
    if (const auto tag = label.substr(0, dot); !tag.empty()) tags.push_back(tag);
    if (dot == std::string_view::npos) break;
    label.remove_prefix(dot + 1);
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  std::string joined;
  for (const auto tag : tags) joined += (joined.empty() ? "" : ",") + std::string(tag);
  return joined;
}

}  // namespace

std::vector<JsonPath> PodVisitor::paths(const PodLabelPaths& labels) {
  std::vector<JsonPath> paths{
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"metadata deletionTimestamp", kDeleted},
      {"metadata annotations", kPart},
      {"metadata annotations signpost.dns/weight", kWeight},
      {"status phase", kPhase},
      {"status podIP", kPodIp},
      {"status podIPs", kPart},
      {"status podIPs []", kPart},
      {"status podIPs [] ip", kPodIps},
  };
  if (!labels.version.empty() || !labels.tag.empty()) paths.push_back({"metadata labels", kPart});
  if (!labels.version.empty()) paths.push_back({labels.version, kVersionLabel});
  if (!labels.tag.empty()) paths.push_back({labels.tag, kTagLabel});
  return paths;
}

void PodVisitor::field_mismatch(int field) {
  switch (field) {
    case kPart:
      return skip("part_malformed");
    case kPodIp:
    case kPodIps:
      return skip("address_invalid");
    case kWeight:
      return set_weight(nullptr);
    case kVersionLabel:
    case kTagLabel:
      return set_label(field, nullptr);
    default:
      malformed_ = true;
  }
}

void PodVisitor::field_value(int field, const JsonValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return;
  const auto* text = std::get_if<std::string_view>(&value);
  switch (field) {
    case kDeleted:
      deleted_ = true;
      return;
    case kPhase:
      if (text != nullptr) phase_ = *text;
      malformed_ |= text == nullptr;
      return;
    case kPodIp:
    case kPodIps:
      if (text == nullptr) return skip("address_invalid");
      if (text->empty()) return;
      if (field == kPodIp) pod_ip_ = *text;
      if (field == kPodIps) pod_ips_.emplace_back(*text);
      return;
    case kWeight:
      return set_weight(text);
    default:
      return set_label(field, text);
  }
}

void PodVisitor::set_label(int field, const std::string_view* text) {
  if (text == nullptr || (!text->empty() && !is_label_value(*text))) return skip("label_invalid");
  if (field == kVersionLabel) record_.version = words_.get(*text);
  if (field == kTagLabel) record_.tags = words_.get(tags_of(*text));
}

void PodVisitor::set_weight(const std::string_view* text) {
  const auto weight = text == nullptr ? std::nullopt : read_weight(*text);
  if (!weight) return skip("annotation_weight");
  record_.weight = *weight;
}

void PodVisitor::add_address(std::string_view text) {
  const auto address = usable_address(text);
  if (!address) return skip(address.error().message);
  for (const auto& known : record_.addresses) {
    if (known == *address) return;
    if (known.is_v4() == address->is_v4()) return skip("pod_ip_second_of_family");
  }
  record_.addresses.push_back(*address);
}

void PodVisitor::finish(Object& object) {
  const bool over = phase_ == "Succeeded" || phase_ == "Failed" || phase_ == "Unknown" || deleted_;
  if (over) {
    object.record = PodRecord();
    return;
  }
  if (pod_ips_.empty() && !pod_ip_.empty()) pod_ips_.push_back(pod_ip_);  // before dual-stack
  for (const auto& text : pod_ips_) add_address(text);
  record_.addresses.shrink_to_fit();
  object.record = std::move(record_);
}

constexpr std::size_t kUidOctetsMax = 64;  // of a UUID 36

std::span<const JsonPath> NamespaceVisitor::paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName}, {"metadata resourceVersion", kRevision}, {"metadata uid", kUid}};
  return kPaths;
}

void NamespaceVisitor::field_value(int field, const JsonValue& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  if (field == kUid && text != nullptr) uid_ = text->substr(0, kUidOctetsMax);
}

}  // namespace signpost::kubernetes
