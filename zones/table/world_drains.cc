// World: `signpost drain` and `undrain`.
#include <algorithm>
#include <cmath>

#include "dns/base/log.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

constexpr std::size_t kNamesMax = 8;  // in an error that says what there is

std::string listed(const std::vector<std::string>& names, std::size_t count) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  if (count > names.size()) out += " and " + std::to_string(count - names.size()) + " more";
  return out.empty() ? "none" : out;
}

/// What `registry`/`path` may mean: "cart", "shop/cart", "public/DEFAULT_GROUP/cart", as
/// ServiceKey::to_string() has it. Parts may be empty there, so there are several ways to read it.
std::vector<ServiceKey> ways_to_read(const std::string& registry, const std::string& path) {
  const auto first = path.find('/');
  const auto second = first == std::string::npos ? first : path.find('/', first + 1);
  std::vector<ServiceKey> ways{{registry, "", "", path}};
  if (first != std::string::npos) {
    ways.push_back({registry, path.substr(0, first), "", path.substr(first + 1)});
    ways.push_back({registry, "", path.substr(0, first), path.substr(first + 1)});
  }
  if (second != std::string::npos)
    ways.push_back({registry, path.substr(0, first), path.substr(first + 1, second - first - 1),
                    path.substr(second + 1)});
  return ways;
}

}  // namespace

ServiceId World::service_at(const std::string& registry, const std::string& path) const {
  for (const auto& key : ways_to_read(registry, path)) {
    if (const auto id = services_.find(key); id != kNoService) return id;
  }
  return kNoService;
}

std::string World::no_registry(const std::string& registry) const {
  std::vector<std::string> names;
  for (const auto& [name, state] : registries_) names.push_back(name);
  return "there is no registry " + registry + "; there are: " + listed(names, names.size());
}

std::string World::no_service(const std::string& registry, const std::string& service) const {
  const auto index = registry_index(registry);
  std::vector<std::string> names;
  std::size_t count = 0;
  services_.for_each([&](ServiceId id) {
    if (services_[id].registry != index) return;
    ++count;
    if (names.size() < kNamesMax) names.push_back(services_[id].key.to_string());
  });
  std::sort(names.begin(), names.end());
  return "there is no service " + registry + "/" + service + "; there are: " + listed(names, count);
}

/// The ids of those that `order.instance` means: one id, or all with that address. With `drained` also those
/// that the registry does not tell any more.
std::vector<std::string> World::instances_at(const ServiceState& state, const DrainOrder& order) const {
  const auto address = IpAddress::parse(order.instance);
  std::vector<std::string> ids;
  for (const auto& instance : state.instances) {
    const bool has = address && (instance.v4 == address || instance.v6 == address);
    if (instance.id == order.instance || has) ids.push_back(instance.id);
  }
  const auto* drained = order.begin ? nullptr : drains_.find(state.key);
  if (ids.empty() && drained != nullptr && drained->contains(order.instance)) ids.push_back(order.instance);
  return ids;
}

/// Of a service that its registry does not name any more, or whose registry is gone: a drain outlives both.
/// Nullopt: nobody of it is drained.
std::optional<DrainOutcome> World::undrain_absent(const DrainOrder& order) {
  DrainOutcome outcome;
  outcome.drained = false;
  for (const auto& key : ways_to_read(order.registry, order.service)) {
    const auto* drained = drains_.find(key);
    if (drained == nullptr) continue;
    outcome.service = key.to_string();
    std::vector<std::string> names;
    for (const auto& [id, until] : *drained) {
      if (names.size() < kNamesMax) names.push_back(id);
    }
    const auto count = drained->size();
    if (drains_.remove(key, order.instance)) {
      outcome.instances.push_back(order.instance);
      log::info("operator.undrain", {{"service", outcome.service}, {"instance", order.instance}});
    } else {
      outcome.error = outcome.service + " is gone, and of it " + order.instance +
                      " is not drained; there are: " + listed(names, count);
    }
    return outcome;
  }
  return std::nullopt;
}

/// The service and the names that it is a member of, before all else that waits to be built.
void World::rebuild_now(ServiceId id) {
  auto& record = services_[id];
  if (!registry_of(id).tells()) return;
  if (record.dirty) std::erase(dirty_, id);
  rebuild(id);
  for (const auto i : composed_.with(record.key)) rebuild_composed(i);
}

DrainOutcome World::drain(const DrainOrder& order) {
  if (!order.begin && service_at(order.registry, order.service) == kNoService) {
    if (auto outcome = undrain_absent(order)) return *outcome;
  }
  DrainOutcome outcome;
  outcome.drained = order.begin;
  if (registry_index(order.registry) < 0) {
    outcome.error = no_registry(order.registry);
    return outcome;
  }
  const auto id = service_at(order.registry, order.service);
  if (id == kNoService) {
    outcome.error = no_service(order.registry, order.service);
    return outcome;
  }
  const auto& key = services_[id].key;
  outcome.service = key.to_string();
  const auto state = unpack(key, services_[id].packed);
  const auto ids = instances_at(state, order);
  if (ids.empty()) {
    std::vector<std::string> names;
    for (const auto& instance : state.instances) {
      if (names.size() < kNamesMax) names.push_back(instance.id);
    }
    outcome.error = outcome.service + " has no instance " + order.instance +
                    "; there are: " + listed(names, state.instances.size());
    return outcome;
  }
  for (const auto& instance : ids) {
    if (order.begin) {
      drains_.add(key, instance,
                  order.length ? Drains::Until(clock_.now() + *order.length) : Drains::Until());
    } else if (!drains_.remove(key, instance)) {
      continue;
    }
    outcome.instances.push_back(instance);
    log::info(order.begin ? "operator.drain" : "operator.undrain",
              {{"service", outcome.service}, {"instance", instance}});
  }
  if (outcome.instances.empty()) {
    outcome.error =
        outcome.service + " " + order.instance + " is not drained; `signpost status` lists who is";
    return outcome;
  }
  if (order.begin && order.length) outcome.seconds = order.length->count();
  rebuild_now(id);
  publish();
  if (order.begin && services_[id].eligible == 0) outcome.note = "nobody of the service may answer now";
  return outcome;
}

void World::tick_drains() {
  for (const auto& [service, instance] : drains_.take_due(clock_.now())) {
    log::info("operator.drain_over", {{"service", service.to_string()}, {"instance", instance}});
    if (const auto id = services_.find(service); id != kNoService) mark(id);
  }
}

std::vector<DrainStatus> World::drain_status() const {
  std::vector<DrainStatus> out;
  for (const auto& [service, ids] : drains_.all()) {
    const auto id = services_.find(service);
    ServiceState state;
    if (id != kNoService) state = unpack(service, services_[id].packed);
    for (const auto& [instance, until] : ids) {
      DrainStatus row{service.to_string(), instance, -1, false};
      if (until) row.left_seconds = std::chrono::duration<double>(*until - clock_.now()).count();
      row.known = std::any_of(state.instances.begin(), state.instances.end(),
                              [&wanted = instance](const Instance& one) { return one.id == wanted; });
      out.push_back(std::move(row));
    }
  }
  return out;
}

}  // namespace signpost
