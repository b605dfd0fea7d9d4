#include "backends/kubernetes/slice_visitor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "backends/kubernetes/annotations.h"
#include "backends/kubernetes/timestamp.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kPlaceBytesMax = 253;
constexpr std::string_view kController = "endpointslice-controller.k8s.io";

}  // namespace

void SliceVisitor::open(int field) {
  if (field == kPort) {
    port_ = {};
    in_port_ = true;
  } else if (field == kEndpoint || field == kNotReadyEndpoint) {
    draft_ = {};
    if (field == kNotReadyEndpoint) draft_.ready = false;
    in_endpoint_ = true;
  } else if (field == kSubset) {
    group_endpoint_ = record_.endpoints.size();
    group_port_ = record_.ports.size();
  }
}

void SliceVisitor::close(int field) {
  if (field == kPort) {
    in_port_ = false;
    if (auto port = port_.port()) {
      record_.ports.push_back(std::move(*port));
    } else {
      skip(port.error().message);
    }
  } else if (field == kEndpoint || field == kNotReadyEndpoint) {
    in_endpoint_ = false;
    add_endpoint();
  } else if (field == kSubset) {
    close_group();
  }
}

void SliceVisitor::field_mismatch(int field) {
  switch (field) {
    case kPort:
      return skip("port_malformed");
    case kEndpoint:
    case kNotReadyEndpoint:
    case kSubset:
      return skip("endpoint_malformed");
    case kHint:
    case kForZone:
      return skip("hint_invalid");
    case kTarget:
    case kTargetKind:
    case kTargetName:
    case kTargetNamespace:
      return skip("target_invalid");
    case kAddress:
      return skip("address_invalid");
    case kPart:
      return skip("part_malformed");
    case kWeight:
      return skip("annotation_weight");
    case kTrigger:
      return;  // only a metric misses it
    default:
      break;
  }
  if (in_port_) {
    port_.malformed = true;
  } else if (in_endpoint_) {
    draft_.malformed = true;
  } else {
    malformed_ = true;
  }
}

void SliceVisitor::field_value(int field, const JsonValue& value) {
  if (port_.set(field, value) || endpoint_value(field, value)) return;
  const auto* text = std::get_if<std::string_view>(&value);
  const bool null = std::holds_alternative<std::monostate>(value);
  if (field == kWeight) {
    if (text != nullptr) weight_ = *text;
    if (text == nullptr && !null) skip("annotation_weight");
    return;
  }
  if (field == kTrigger) {
    if (text != nullptr) triggered_ = read_timestamp(*text).value_or(WallTime{});
    return;
  }
  malformed_ |= text == nullptr && !null;
  if (text == nullptr) return;
  if (field == kServiceLabel) service_name_ = *text;
  if (field == kImportLabel) import_name_ = *text;
  if (field == kClusterLabel) record_.cluster = *text;
  if (field == kManagedBy) managed_by_ = *text;
  if (field == kAddressType) address_type_ = *text;
}

bool SliceVisitor::endpoint_value(int field, const JsonValue& value) {
  const bool null = std::holds_alternative<std::monostate>(value);
  const auto* text = std::get_if<std::string_view>(&value);
  const auto* flag = std::get_if<bool>(&value);
  const auto set_flag = [&](std::optional<bool>& condition) {
    if (flag != nullptr) condition = *flag;
    draft_.malformed |= flag == nullptr && !null;
    return true;
  };
  const auto set_text = [&](std::string& to) {
    if (text != nullptr) to = *text;
    draft_.malformed |= text == nullptr && !null;
    return true;
  };
  const auto add_text = [&](std::vector<std::string>& to, std::string_view reason) {
    if (text == nullptr) {
      skip(reason);
    } else {
      to.emplace_back(*text);
    }
    return true;
  };
  switch (field) {
    case kReady:
      return set_flag(draft_.ready);
    case kServing:
      return set_flag(draft_.serving);
    case kTerminating:
      return set_flag(draft_.terminating);
    case kHostName:
      return set_text(draft_.host_name);
    case kNodeName:
      return set_text(draft_.node);
    case kZone:
      return set_text(draft_.zone);
    case kTargetKind:
      return set_text(draft_.target_kind);
    case kTargetName:
      return set_text(draft_.target_name);
    case kTargetNamespace:
      return set_text(draft_.target_namespace);
    case kForZone:
      return add_text(draft_.for_zones, "hint_invalid");
    case kAddress:
      return add_text(draft_.addresses, "address_invalid");
    default:
      return false;
  }
}

/// nil ready counts as ready, nil serving as ready, nil terminating as false (discovery.k8s.io/v1).
Health SliceVisitor::Draft::health() const noexcept {
  const bool is_ready = ready.value_or(true);
  if (is_ready) return Health::Up;
  return serving.value_or(is_ready) && terminating.value_or(false) ? Health::Draining : Health::Down;
}

void SliceVisitor::add_endpoint() {
  if (draft_.malformed) return skip("endpoint_malformed");
  if (address_type_ == "FQDN") return;  // usually told before; the whole slice goes in finish()
  EndpointRecord endpoint;
  endpoint.health = draft_.health();
  endpoint.leaving = endpoint.health == Health::Down && draft_.terminating.value_or(false);
  endpoint.host_name = host_name(draft_.host_name);
  endpoint.node = place(draft_.node);
  endpoint.zone = place(draft_.zone);
  endpoint.for_zones = for_zones();
  endpoint.pod = pod();
  for (const auto& text : draft_.addresses) {
    const auto address = usable_address(text);
    if (!address) {
      skip(address.error().message);
      continue;
    }
    endpoint.address = *address;
    record_.endpoints.push_back(endpoint);
  }
}

Word SliceVisitor::host_name(const std::string& text) {
  if (text.empty()) return {};
  const auto label = dns_label(text);
  if (label.empty()) skip("hostname_invalid");
  return words_.get(label);
}

Word SliceVisitor::place(const std::string& text) {
  if (text.size() <= kPlaceBytesMax) return words_.get(text);
  skip("place_too_long");
  return {};
}

Word SliceVisitor::for_zones() {
  auto& zones = draft_.for_zones;
  if (zones.empty()) return {};
  const auto bad = [](const std::string& zone) { return !is_label_value(zone); };
  for (auto left = std::erase_if(zones, bad); left > 0; --left) skip("hint_invalid");
  std::sort(zones.begin(), zones.end());
  zones.erase(std::unique(zones.begin(), zones.end()), zones.end());
  std::string joined;
  for (const auto& zone : zones) joined += (joined.empty() ? "" : ",") + zone;
  return words_.get(joined);
}

/// Only a Pod of the slice's own namespace: another one is another tenant's.
Word SliceVisitor::pod() {
  const auto& target = draft_;
  if (!options_.pods || target.target_kind != "Pod" || target.target_name.empty()) return {};
  const bool foreign = !target.target_namespace.empty() && target.target_namespace != name_space();
  if (!foreign && is_object_name(target.target_name)) return words_.get(target.target_name);
  skip("target_invalid");
  return {};
}

/// The ports of a group are known when it ends.
void SliceVisitor::close_group() {
  constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
  const auto first = std::min(group_port_, kMost);
  const auto count = std::min(record_.ports.size() - group_port_, kMost - first);
  for (auto i = group_endpoint_; i < record_.endpoints.size(); ++i) {
    record_.endpoints[i].first_port = static_cast<std::uint16_t>(first);
    record_.endpoints[i].port_count = static_cast<std::uint16_t>(count);
  }
}

/// A controller's slice gets back what it had with the next change of a Pod: what somebody writes there is no
/// wish.
void SliceVisitor::finish_weight() {
  if (!weight_) return;
  if (managed_by_ == kController) return skip("annotation_weight_managed");
  const auto weight = read_weight(*weight_);
  if (!weight) return skip("annotation_weight");
  record_.weight = *weight;
}

void SliceVisitor::finish_slice() {
  close_group();
  const auto& type = address_type_;
  if (type == "FQDN") {
    skip("slice_fqdn");
    record_.endpoints.clear();
  } else if (type == "IPv4" || type == "IPv6") {
    const auto foreign = [&](const EndpointRecord& e) { return e.address.is_v4() != (type == "IPv4"); };
    for (auto left = std::erase_if(record_.endpoints, foreign); left > 0; --left) skip("address_family");
  }
  record_.import = is_import();
  if (!record_.import) record_.cluster.clear();
  if (auto& cluster = record_.cluster; !cluster.empty()) {
    cluster = dns_label(cluster);
    if (cluster.empty()) skip("cluster_invalid");
  }
  const auto& service = record_.import ? import_name_ : service_name_;
  if (!is_object_name(service)) return skip(service.empty() ? "slice_without_service" : "service_invalid");
  record_.service = name_space() + "/" + service;
}

std::string SliceVisitor::service() const {
  if (legacy_) return key();
  if (is_import()) return name_space() + "/clusterset/" + import_name_;
  return service_name_.empty() ? std::string() : name_space() + "/" + service_name_;
}

void SliceVisitor::finish(Object& object) {
  if (legacy_) {
    record_.service = object.key;
  } else {
    finish_slice();
    finish_weight();
  }
  record_.ports.shrink_to_fit();
  record_.endpoints.shrink_to_fit();
  object.triggered = triggered_;
  object.record = std::move(record_);
}

}  // namespace signpost::kubernetes
