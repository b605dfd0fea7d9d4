#include "backends/kubernetes/service_visitor.h"

#include <algorithm>
#include <utility>

#include "backends/kubernetes/annotations.h"
#include "config/names.h"
#include "config/policy_words.h"

namespace signpost::kubernetes {
namespace {

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  values.shrink_to_fit();
}

}  // namespace

std::span<const JsonPath> ServiceVisitor::service_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"metadata annotations", kPart},
      {"metadata annotations signpost.dns/answer", kAnswerWish},
      {"metadata annotations signpost.dns/ttl", kTtlWish},
      {"metadata annotations signpost.dns/health", kHealthWish},
      {"metadata annotations signpost.dns/weights", kGroupWeights},
      {"spec type", kServiceType},
      {"spec clusterIP", kClusterIp},
      {"spec clusterIPs []", kClusterIps},
      {"spec externalName", kExternalName},
      {"spec externalIPs", kPart},
      {"spec externalIPs []", kExternalIp},
      {"spec publishNotReadyAddresses", kPublishNotReady},
      {"spec trafficDistribution", kTrafficDistribution},
      {"spec ports []", kPort},
      {"spec ports [] name", kPortName},
      {"spec ports [] port", kPortNumber},
      {"spec ports [] protocol", kPortProtocol},
      {"status", kPart},
      {"status loadBalancer", kPart},
      {"status loadBalancer ingress", kPart},
      {"status loadBalancer ingress []", kPart},
      {"status loadBalancer ingress [] ip", kExternalIp},
      {"status loadBalancer ingress [] hostname", kExternalHost},
  };
  return kPaths;
}

std::span<const JsonPath> ServiceVisitor::import_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"spec type", kServiceType},
      {"spec ips []", kClusterIps},
      {"spec trafficDistribution", kTrafficDistribution},
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

void ServiceVisitor::field_mismatch(int field) {
  switch (field) {
    case kPort:
      return skip("port_malformed");
    case kClusterIps:
    case kExternalIp:
    case kExternalHost:
      return element(field, nullptr);
    case kPart:
      return skip("part_malformed");
    case kAnswerWish:
    case kTtlWish:
    case kHealthWish:
    case kGroupWeights:
    case kTrafficDistribution:
      return annotation(field, nullptr);
    default:
      (in_port_ ? port_.malformed : malformed_) = true;
  }
}

void ServiceVisitor::field_value(int field, const JsonValue& value) {
  if (port_.set(field, value)) return;
  const auto* text = std::get_if<std::string_view>(&value);
  const bool null = std::holds_alternative<std::monostate>(value);
  switch (field) {
    case kPublishNotReady: {
      const auto* flag = std::get_if<bool>(&value);
      record_.publish_not_ready = flag != nullptr && *flag;
      return;
    }
    case kClusterIps:
    case kExternalIp:
    case kExternalHost:
      if (!null) element(field, text);
      return;
    case kAnswerWish:
    case kTtlWish:
    case kHealthWish:
    case kGroupWeights:
    case kTrafficDistribution:
      if (!null) annotation(field, text);
      return;
    default:
      break;
  }
  malformed_ |= text == nullptr && !null;
  if (text == nullptr) return;
  if (field == kServiceType) type_ = *text;
  if (field == kClusterIp) cluster_ip_ = *text;
  if (field == kExternalName) record_.external_name = *text;
}

/// One of a list; without text it is something else.
void ServiceVisitor::element(int field, const std::string_view* text) {
  if (text == nullptr) return skip(field == kExternalHost ? "external_host_invalid" : "address_invalid");
  if (text->empty()) return;  // an ingress by name has an empty ip, and the other way about
  if (field == kClusterIps) cluster_ips_.emplace_back(*text);
  if (field == kExternalHost) add_external_host(*text);
  if (field != kExternalIp) return;
  const auto address = usable_address(*text);
  if (!address) return skip(address.error().message);
  record_.external_ips.push_back(*address);
}

/// Junk leaves the wish unsaid.
void ServiceVisitor::annotation(int field, const std::string_view* text) {
  auto& wishes = record_.wishes;
  if (field == kAnswerWish) {
    const auto answer = text == nullptr ? Error{} : config::read_answer(*text);
    if (!answer) return skip("annotation_answer");
    wishes.answer = *answer;
  } else if (field == kTtlWish) {
    wishes.ttl = text == nullptr ? std::nullopt : read_ttl(*text);
    if (!wishes.ttl) skip("annotation_ttl");
  } else if (field == kHealthWish) {
    wishes.health = text == nullptr ? std::nullopt : config::read_health_policy(*text);
    if (!wishes.health) skip("annotation_health");
  } else if (field == kGroupWeights) {
    auto groups = text == nullptr ? std::nullopt : read_group_weights(*text);
    if (!groups) return skip("annotation_weights");
    record_.group_key = std::move(groups->key);
    record_.group_weights = std::move(groups->weights);
  } else if (text != nullptr && is_label_value(*text)) {
    record_.traffic_distribution = *text;
  } else if (text == nullptr || !text->empty()) {
    skip("traffic_distribution");
  }
}

void ServiceVisitor::add_cluster_ip(std::string_view text) {
  const auto address = usable_address(text);
  if (!address) return skip(address.error().message);
  const bool second = std::any_of(record_.cluster_ips.begin(), record_.cluster_ips.end(),
                                  [&](const IpAddress& known) { return known.is_v4() == address->is_v4(); });
  if (second) return skip("cluster_ip_second_of_family");
  record_.cluster_ips.push_back(*address);
}

void ServiceVisitor::add_external_host(std::string_view text) {
  auto name = config::read_host_name(text);
  if (!name) return skip("external_host_invalid");
  record_.external_hosts.push_back(std::move(*name));
}

void ServiceVisitor::settle_service() {
  if (cluster_ips_.empty() && !cluster_ip_.empty()) cluster_ips_.push_back(cluster_ip_);  // before dual-stack
  if (type_ == "ExternalName") {
    record_.kind = ServiceKind::Alias;
    if (record_.external_name.empty()) skip("external_name_empty");
    return;
  }
  record_.external_name.clear();
  const bool headless = !cluster_ips_.empty() && cluster_ips_.front() == "None";
  record_.kind = headless ? ServiceKind::Instances : ServiceKind::VirtualIp;
  if (headless) return;
  for (const auto& text : cluster_ips_) add_cluster_ip(text);
}

/// False: of a type that we do not know, so nothing can be said.
bool ServiceVisitor::settle_import() {
  if (type_ == "Headless") {
    record_.kind = ServiceKind::Instances;
    return true;
  }
  if (type_ != "ClusterSetIP") return false;
  record_.kind = ServiceKind::VirtualIp;
  for (const auto& text : cluster_ips_) add_cluster_ip(text);
  return true;
}

void ServiceVisitor::settle_external() {
  sort_unique(record_.external_ips);
  sort_unique(record_.external_hosts);
}

std::string ServiceVisitor::service() const {
  return import_ ? name_space() + "/clusterset/" + name() : key();
}

void ServiceVisitor::finish(Object& object) {
  if (import_ && !settle_import()) return skip("import_type");
  if (!import_) settle_service();
  settle_external();
  object.record = std::move(record_);
}

}  // namespace signpost::kubernetes
