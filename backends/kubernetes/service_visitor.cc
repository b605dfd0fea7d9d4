#include <algorithm>
#include <utility>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {

std::span<const JsonPath> ServiceVisitor::paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"spec type", kServiceType},
      {"spec clusterIP", kClusterIp},
      {"spec clusterIPs []", kClusterIps},
      {"spec externalName", kExternalName},
      {"spec publishNotReadyAddresses", kPublishNotReady},
      {"spec ports []", kPort},
      {"spec ports [] name", kPortName},
      {"spec ports [] port", kPortNumber},
      {"spec ports [] protocol", kPortProtocol},
  };
  return kPaths;
}

void ServiceVisitor::open(int field) {
  if (field != kPort) return;
  port_ = {};
  in_port_ = true;
}

void ServiceVisitor::close(int field) {
  if (field != kPort) return;
  in_port_ = false;
  if (auto port = port_.port()) {
    record_.ports.push_back(std::move(*port));
  } else {
    skip(port.error().message);
  }
}

void ServiceVisitor::mismatch(int field) {
  if (field == kPort) {
    skip("port_malformed");
  } else if (in_port_) {
    port_.malformed = true;
  } else if (field == kClusterIps) {
    skip("address_invalid");
  } else {
    malformed_ = true;
  }
}

void ServiceVisitor::field_value(int field, const JsonValue& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  switch (field) {
    case kPortName:
      return port_.set_name(value);
    case kPortNumber:
      return port_.set_number(value);
    case kPortProtocol:
      return port_.set_protocol(value);
    case kPublishNotReady: {
      const auto* flag = std::get_if<bool>(&value);
      record_.publish_not_ready = flag != nullptr && *flag;
      return;
    }
    default:
      break;
  }
  if (text == nullptr) {
    malformed_ |= !std::holds_alternative<std::monostate>(value);
    return;
  }
  if (field == kServiceType) type_ = *text;
  if (field == kClusterIp) cluster_ip_ = *text;
  if (field == kClusterIps) cluster_ips_.emplace_back(*text);
  if (field == kExternalName) record_.external_name = *text;
}

void ServiceVisitor::add_cluster_ip(std::string_view text) {
  const auto address = usable_address(text);
  if (!address) return skip(address.error().message);
  const bool second = std::any_of(record_.cluster_ips.begin(), record_.cluster_ips.end(),
                                  [&](const IpAddress& known) { return known.is_v4() == address->is_v4(); });
  if (second) return skip("cluster_ip_second_of_family");
  record_.cluster_ips.push_back(*address);
}

void ServiceVisitor::finish(Object& object) {
  if (cluster_ips_.empty() && !cluster_ip_.empty()) cluster_ips_.push_back(cluster_ip_);  // before dual-stack
  if (type_ == "ExternalName") {
    record_.kind = ServiceKind::Alias;
    if (record_.external_name.empty()) skip("external_name_empty");
  } else if (!cluster_ips_.empty() && cluster_ips_.front() == "None") {
    record_.kind = ServiceKind::Instances;
    record_.external_name.clear();
  } else {
    record_.kind = ServiceKind::VirtualIp;
    record_.external_name.clear();
    for (const auto& text : cluster_ips_) add_cluster_ip(text);
  }
  object.record = std::move(record_);
}

}  // namespace signpost::kubernetes
