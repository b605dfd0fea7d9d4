#include "backends/kubernetes/node_visitor.h"

#include <algorithm>

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kZoneBytesMax = 63;  // of a label's value

}  // namespace

std::span<const JsonPath> NodeVisitor::paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata resourceVersion", kRevision},
      {"metadata labels", kPart},
      {"metadata labels topology.kubernetes.io/zone", kNodeZone},
      {"metadata labels failure-domain.beta.kubernetes.io/zone", kNodeOlderZone},
      {"spec", kPart},
      {"spec podCIDR", kPodCidr},
      {"spec podCIDRs", kPart},
      {"spec podCIDRs []", kPodCidrs},
      {"status", kPart},
      {"status addresses", kPart},
      {"status addresses []", kNodeAddress},
      {"status addresses [] type", kNodeAddressType},
      {"status addresses [] address", kNodeAddressText},
  };
  return kPaths;
}

void NodeVisitor::open(int field) {
  if (field != kNodeAddress) return;
  address_type_.clear();
  address_.clear();
}

/// Only addresses within the cluster's own network: an ExternalIP may be that of a gateway that many share.
void NodeVisitor::close(int field) {
  if (field != kNodeAddress || address_type_ != "InternalIP") return;
  const auto address = usable_address(address_);
  if (!address) return skip(address.error().message);
  const auto bits = static_cast<std::uint8_t>(address->octets().size() * 8);
  record_.networks.push_back({*address, bits});
}

void NodeVisitor::field_mismatch(int field) {
  switch (field) {
    case kNodeZone:
    case kNodeOlderZone:
      return skip("label_invalid");
    case kPodCidr:
    case kPodCidrs:
      return skip("pod_cidr_invalid");
    default:
      skip("part_malformed");
  }
}

void NodeVisitor::field_value(int field, const JsonValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return;
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return field_mismatch(field);
  switch (field) {
    case kNodeZone:
    case kNodeOlderZone:
      if (text->size() > kZoneBytesMax) return skip("label_invalid");
      (field == kNodeZone ? record_.zone : older_zone_) = *text;
      return;
    case kPodCidr:
      pod_cidr_ = *text;  // the first of podCIDRs; alone before dual-stack
      return;
    case kPodCidrs:
      return add_network(*text);
    case kNodeAddressType:
      address_type_ = *text;
      return;
    case kNodeAddressText:
      address_ = *text;
      return;
    default:
      return;
  }
}

void NodeVisitor::add_network(std::string_view text) {
  const auto prefix = config::read_source_prefix(text);
  if (!prefix) return skip("pod_cidr_invalid");
  record_.networks.push_back(*prefix);
}

void NodeVisitor::finish(Object& object) {
  const auto is_pods = [](const config::Prefix& one) { return one.bits < one.address.octets().size() * 8; };
  if (!pod_cidr_.empty() && std::none_of(record_.networks.begin(), record_.networks.end(), is_pods))
    add_network(pod_cidr_);
  if (record_.zone.empty()) record_.zone = std::move(older_zone_);
  record_.networks.shrink_to_fit();
  object.record = std::move(record_);
}

}  // namespace signpost::kubernetes
