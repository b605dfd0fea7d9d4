#include "backends/nacos/meaning.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

namespace signpost::nacos {
namespace {

const std::string* find(const Metadata& metadata, std::string_view key) {
  const auto found =
      std::lower_bound(metadata.begin(), metadata.end(), key,
                       [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return found != metadata.end() && found->first == key ? &found->second : nullptr;
}

std::string value_of(const Metadata& metadata, std::string_view key) {
  const auto* value = find(metadata, key);
  return value == nullptr ? std::string() : *value;
}

/// Why an address that a registry hands out cannot be one that others reach; nullptr: it can.
const char* refusal(const IpAddress& address) {
  if (address.is_unspecified()) return "unspecified";
  if (address.is_loopback()) return "loopback";
  if (address.is_link_local()) return "link-local";
  if (address.is_multicast()) return "multicast";
  return nullptr;
}

/// The ip of an instance is free text (3.1): host names and "[fd00::1]" occur (L17).
std::optional<IpAddress> read_address(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const auto address = IpAddress::parse(text);
  if (!address) return std::nullopt;
  return address->unmapped();
}

/// Nacos has no key for the name of a port. Dubbo and some others put the protocol of the port into
/// `protocol` (dubbo, tri, rest, http): a word that can be a service name (RFC 6335 section 5.1) names the
/// port.
std::string port_name(const Metadata& metadata) {
  auto name = value_of(metadata, "protocol");
  if (name.empty() || name.size() > 15 || name.front() == '-' || name.back() == '-') return {};
  bool letter = false;
  for (auto& octet : name) {
    if (octet >= 'A' && octet <= 'Z') octet = static_cast<char>(octet - 'A' + 'a');
    letter = letter || (octet >= 'a' && octet <= 'z');
    const bool allowed = (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-';
    if (!allowed) return {};
  }
  return letter && name.find("--") == std::string::npos ? name : std::string();
}

/// Spring registers the IPv4 address and hides the other one in metadata (3.6).
void add_second_family(Instance& instance, follow::Counts& counts) {
  const auto* text = find(instance.metadata, "IPv6");
  if (!instance.v4 || text == nullptr || text->empty()) return;
  const auto address = read_address(*text);
  if (address && address->is_v6() && refusal(*address) == nullptr) {
    instance.v6 = address;
  } else {
    counts.add("skipped", "ipv6-metadata");
  }
}

double sane_weight(double weight, follow::Counts& counts) {
  if (std::isfinite(weight) && weight >= 0) return weight;
  counts.add("skipped", "weight");
  return 0;
}

std::optional<Instance> to_instance(const Host& host, follow::Counts& counts) {
  const auto address = read_address(host.ip);
  if (!address) {
    counts.add("skipped", "not-an-address");
    return std::nullopt;
  }
  if (const auto* reason = refusal(*address)) {
    counts.add("skipped", reason);
    return std::nullopt;
  }
  if (host.port < 1 || host.port > 65535) {
    counts.add("skipped", "port");
    return std::nullopt;
  }
  Instance instance;
  (address->is_v4() ? instance.v4 : instance.v6) = address;
  instance.id = host.instance_id.empty() ? host.ip + "#" + std::to_string(host.port) + "#" + host.cluster
                                         : host.instance_id;
  instance.metadata = host.metadata;
  normalise(instance.metadata);
  add_second_family(instance, counts);
  instance.ports.push_back(
      {port_name(instance.metadata), static_cast<std::uint16_t>(host.port), Protocol::Tcp});
  instance.health = host.healthy ? Health::Up : Health::Down;
  instance.enabled = host.enabled;
  instance.weight = sane_weight(host.weight, counts);
  instance.cluster = host.cluster;
  instance.zone = value_of(instance.metadata, "zone");
  instance.region = value_of(instance.metadata, "region");
  instance.version = value_of(instance.metadata, "version");
  return instance;
}

void sort_by_id(std::vector<Instance>& instances) {
  const auto before = [](const Instance& a, const Instance& b) {
    return std::tie(a.id, a.cluster, a.v4, a.v6) < std::tie(b.id, b.cluster, b.v4, b.v6);
  };
  std::stable_sort(instances.begin(), instances.end(), before);
}

/// Ids may lack the cluster (r-nacos), or be the publisher's own: instances that share one are told apart by
/// address, port and cluster (L11). What is still the same is one instance said twice.
void make_ids_unique(std::vector<Instance>& instances, follow::Counts& counts) {
  sort_by_id(instances);
  std::vector<bool> shared(instances.size());
  for (std::size_t i = 1; i < instances.size(); ++i) {
    if (instances[i - 1].id == instances[i].id) shared[i - 1] = shared[i] = true;
  }
  for (std::size_t i = 0; i < instances.size(); ++i) {
    auto& instance = instances[i];
    if (!shared[i]) continue;
    instance.id = (instance.v4 ? *instance.v4 : *instance.v6).to_string() + "#" +
                  std::to_string(instance.ports.front().number) + "#" + instance.cluster;
  }
  sort_by_id(instances);
  const auto same_id = [](const Instance& a, const Instance& b) { return a.id == b.id; };
  const auto twice = std::unique(instances.begin(), instances.end(), same_id);
  counts.add("skipped", "duplicate", static_cast<std::uint64_t>(instances.end() - twice));
  instances.erase(twice, instances.end());
}

}  // namespace

ServiceState to_state(ServiceKey key, const ServiceInfo& info, follow::Counts& counts) {
  ServiceState state;
  state.key = std::move(key);
  state.health_masked = info.threshold_reached;
  counts.add("skipped", "not-an-object", info.hosts_not_objects);
  for (const auto& host : info.hosts) {
    if (auto instance = to_instance(host, counts)) state.instances.push_back(std::move(*instance));
  }
  make_ids_unique(state.instances, counts);
  return state;
}

}  // namespace signpost::nacos
