#include "backends/nacos/meaning.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>

#include "backends/nacos/metadata.h"

namespace signpost::nacos {
namespace {

constexpr std::size_t kNamedMost = 8;  // instances of one service that are remembered by name

/// What is left out of one service, and of which of its instances.
class LeftOut {
 public:
  explicit LeftOut(std::string service) : service_(std::move(service)) {}

  void of_service(std::string_view reason, std::uint64_t times = 1) {
    if (times != 0) add("Service " + service_, reason, times);
  }
  void of(const Host& host, std::string_view reason) {
    if (objects_.size() >= kNamedMost) return of_service(reason);
    add("instance " + host.ip.substr(0, 64) + ":" + (host.port < 0 ? "?" : std::to_string(host.port)) +
            " of " + service_,
        reason, 1);
  }
  const std::string& service() const noexcept { return service_; }
  const std::vector<follow::LeftOut>& objects() const noexcept { return objects_; }

 private:
  void add(const std::string& object, std::string_view reason, std::uint64_t times) {
    auto found = std::find_if(objects_.begin(), objects_.end(),
                              [&](const auto& known) { return known.object == object; });
    if (found == objects_.end()) found = objects_.insert(found, {object, {}});
    for (auto& [word, count] : found->reasons) {
      if (word == reason) return void(count += times);
    }
    found->reasons.emplace_back(reason, times);
  }

  std::string service_;
  std::vector<follow::LeftOut> objects_;
};

std::string spelled(const ServiceKey& key) {
  return ServiceKey{{}, key.space, key.group, key.name}.to_string().substr(1);
}

double sane_weight(const Host& host, LeftOut& left_out) {
  if (std::isfinite(host.weight) && host.weight >= 0) return host.weight;
  left_out.of(host, "weight");
  return 0;
}

std::optional<Instance> to_instance(const config::NacosMetadata& keys, std::string_view service,
                                    const Host& host, LeftOut& left_out) {
  const auto address = read_address(host.ip);
  const char* why = !address                             ? "not-an-address"
                    : refusal(*address) != nullptr       ? refusal(*address)
                    : host.port < 1 || host.port > 65535 ? "port"
                                                         : nullptr;
  if (why != nullptr) {
    left_out.of(host, why);
    return std::nullopt;
  }
  Instance instance;
  (address->is_v4() ? instance.v4 : instance.v6) = address;
  instance.id = host.instance_id.empty() ? host.ip + "#" + std::to_string(host.port) + "#" + host.cluster
                                         : host.instance_id;
  instance.metadata = host.metadata;
  normalise(instance.metadata);
  if (host.metadata_left_out > 0) left_out.of(host, "metadata");
  instance.ports.push_back({{}, static_cast<std::uint16_t>(host.port), Protocol::Tcp});
  for (const auto reason : read_metadata(keys, service, instance)) left_out.of(host, reason);
  instance.health = host.healthy ? Health::Up : Health::Down;
  instance.enabled = host.enabled;
  instance.weight = sane_weight(host, left_out);
  instance.cluster = host.cluster;
  return instance;
}

/// An instance is long, so places are sorted and each instance moves once.
void sort_by_id(std::vector<Instance>& instances) {
  const auto before = [](const Instance& a, const Instance& b) {
    return std::tie(a.id, a.cluster, a.v4, a.v6) < std::tie(b.id, b.cluster, b.v4, b.v6);
  };
  if (std::is_sorted(instances.begin(), instances.end(), before)) return;
  std::vector<Instance*> places;
  places.reserve(instances.size());
  for (auto& instance : instances) places.push_back(&instance);
  std::stable_sort(places.begin(), places.end(),
                   [&](const Instance* a, const Instance* b) { return before(*a, *b); });
  std::vector<Instance> sorted;
  sorted.reserve(instances.size());
  for (auto* place : places) sorted.push_back(std::move(*place));
  instances = std::move(sorted);
}

/// Ids may lack the cluster (r-nacos), or be the publisher's own: instances that share one are told apart by
/// address, port and cluster (L11). What is still the same is one instance said twice. Returns how many were.
std::uint64_t make_ids_unique(std::vector<Instance>& instances) {
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
  const auto times = static_cast<std::uint64_t>(instances.end() - twice);
  instances.erase(twice, instances.end());
  return times;
}

}  // namespace

ServiceState Meaning::state_of(ServiceKey key, const ServiceInfo& info) {
  ServiceState state;
  state.key = std::move(key);
  state.health_masked = info.threshold_reached;
  LeftOut left_out(spelled(state.key));
  left_out.of_service("not-an-object", info.hosts_not_objects);
  left_out.of_service("not-an-address", info.hosts_without_ip);
  left_out.of_service("too-many", info.hosts_too_many);
  if (info.repaired) left_out.of_service("not-json");
  state.instances.reserve(info.hosts.size());
  for (const auto& host : info.hosts) {
    if (auto instance = to_instance(options_.keys, state.key.name, host, left_out)) {
      state.instances.push_back(std::move(*instance));
    }
  }
  left_out.of_service("duplicate", make_ids_unique(state.instances));
  counts_.left_out(left_out.service(), left_out.objects());
  believe_health(state);
  return state;
}

/// Masked health is true of everybody, so only what was seen before it says something (A8).
void Meaning::believe_health(ServiceState& state) {
  if (state.health_masked) counts_.add("masked_updates");
  if (options_.protection == config::ProtectedHealth::All) return;
  if (state.health_masked) {
    const auto known = unhealthy_.find(state.key);
    if (known == unhealthy_.end()) return;
    for (auto& instance : state.instances) {
      if (std::binary_search(known->second.begin(), known->second.end(), instance.id)) {
        instance.health = Health::Down;
      }
    }
    return;
  }
  std::vector<std::string> unhealthy;
  for (const auto& instance : state.instances) {
    if (instance.health == Health::Down) unhealthy.push_back(instance.id);
  }
  if (unhealthy.empty()) {
    unhealthy_.erase(state.key);
  } else {
    unhealthy_[state.key] = std::move(unhealthy);  // sorted, since instances are
  }
}

void Meaning::forget(const ServiceKey& key) {
  counts_.left_out(spelled(key), {});
  unhealthy_.erase(key);
}

}  // namespace signpost::nacos
