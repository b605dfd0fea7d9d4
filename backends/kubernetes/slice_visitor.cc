#include <algorithm>
#include <limits>
#include <utility>

#include "backends/kubernetes/visitors.h"

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kPlaceBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

/// One DNS label of letters, digits and inner hyphens, made lower-case; empty when it is none.
std::string dns_label(std::string text) {
  if (text.empty() || text.size() > kLabelBytesMax || text.front() == '-' || text.back() == '-') return {};
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!good) return {};
  }
  return text;
}

}  // namespace

std::span<const JsonPath> SliceVisitor::slice_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"metadata labels kubernetes.io/service-name", kServiceLabel},
      {"addressType", kAddressType},
      {"endpoints []", kEndpoint},
      {"endpoints [] addresses []", kAddress},
      {"endpoints [] conditions ready", kReady},
      {"endpoints [] conditions serving", kServing},
      {"endpoints [] conditions terminating", kTerminating},
      {"endpoints [] hostname", kHostName},
      {"endpoints [] nodeName", kNodeName},
      {"endpoints [] zone", kZone},
      {"ports []", kPort},
      {"ports [] name", kPortName},
      {"ports [] port", kPortNumber},
      {"ports [] protocol", kPortProtocol},
  };
  return kPaths;
}

std::span<const JsonPath> SliceVisitor::endpoints_paths() {
  static constexpr JsonPath kPaths[] = {
      {"metadata name", kName},
      {"metadata namespace", kNamespace},
      {"metadata resourceVersion", kRevision},
      {"subsets []", kSubset},
      {"subsets [] addresses []", kEndpoint},
      {"subsets [] addresses [] ip", kAddress},
      {"subsets [] addresses [] hostname", kHostName},
      {"subsets [] addresses [] nodeName", kNodeName},
      {"subsets [] notReadyAddresses []", kNotReadyEndpoint},
      {"subsets [] notReadyAddresses [] ip", kAddress},
      {"subsets [] notReadyAddresses [] hostname", kHostName},
      {"subsets [] notReadyAddresses [] nodeName", kNodeName},
      {"subsets [] ports []", kPort},
      {"subsets [] ports [] name", kPortName},
      {"subsets [] ports [] port", kPortNumber},
      {"subsets [] ports [] protocol", kPortProtocol},
  };
  return kPaths;
}

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

void SliceVisitor::mismatch(int field) {
  if (field == kPort) {
    skip("port_malformed");
  } else if (in_port_) {
    port_.malformed = true;
  } else if (field == kEndpoint || field == kNotReadyEndpoint || field == kSubset) {
    skip("endpoint_malformed");
  } else if (in_endpoint_) {
    draft_.malformed = true;
  } else {
    malformed_ = true;
  }
}

void SliceVisitor::field_value(int field, const JsonValue& value) {
  const bool null = std::holds_alternative<std::monostate>(value);
  const auto* text = std::get_if<std::string_view>(&value);
  const auto* flag = std::get_if<bool>(&value);
  const auto set_flag = [&](std::optional<bool>& condition) {
    if (flag != nullptr) condition = *flag;
    draft_.malformed |= flag == nullptr && !null;
  };
  const auto set_text = [&](std::string& to) {
    if (text != nullptr) to = *text;
    draft_.malformed |= text == nullptr && !null;
  };
  switch (field) {
    case kPortName:
      return port_.set_name(value);
    case kPortNumber:
      return port_.set_number(value);
    case kPortProtocol:
      return port_.set_protocol(value);
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
    case kAddress: {
      if (text == nullptr) return skip("address_invalid");
      draft_.addresses.emplace_back(*text);
      return;
    }
    default:
      break;
  }
  malformed_ |= text == nullptr && !null;
  if (text == nullptr) return;
  if (field == kServiceLabel) service_name_ = *text;
  if (field == kAddressType) address_type_ = *text;
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
  for (const auto& text : draft_.addresses) {
    const auto address = usable_address(text);
    if (!address) {
      skip(address.error().message);
      continue;
    }
    EndpointRecord endpoint;
    endpoint.address = *address;
    endpoint.health = draft_.health();
    endpoint.host_name = host_name(draft_.host_name);
    endpoint.node = place(draft_.node);
    endpoint.zone = place(draft_.zone);
    record_.endpoints.push_back(std::move(endpoint));
  }
}

Word SliceVisitor::host_name(const std::string& text) {
  const auto label = dns_label(text);
  if (label.empty() && !text.empty()) skip("hostname_invalid");
  return words_.get(label);
}

Word SliceVisitor::place(const std::string& text) {
  if (text.size() <= kPlaceBytesMax) return words_.get(text);
  skip("place_too_long");
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

void SliceVisitor::finish(Object& object) {
  if (legacy_) {
    record_.service = object.key;
  } else {
    close_group();
    const auto& type = address_type_;
    if (type == "FQDN") {
      skip("slice_fqdn");
      record_.endpoints.clear();
    } else if (type == "IPv4" || type == "IPv6") {
      const auto foreign = [&](const EndpointRecord& e) { return e.address.is_v4() != (type == "IPv4"); };
      for (auto left = std::erase_if(record_.endpoints, foreign); left > 0; --left) skip("address_family");
    }
    if (service_name_.empty()) {
      skip("slice_without_service");
    } else {
      record_.service = name_space() + "/" + service_name_;
    }
  }
  record_.ports.shrink_to_fit();
  record_.endpoints.shrink_to_fit();
  object.record = std::move(record_);
}

}  // namespace signpost::kubernetes
