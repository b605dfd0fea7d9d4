// Instances that the operator drains: `signpost drain`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost {

/// Builder thread only. By key and id, so that a drain outlives a reload and an instance that comes back.
class Drains {
 public:
  /// Until when; nullopt: until undrain.
  using Until = std::optional<Monotonic>;
  using OfService = std::map<std::string, Until, std::less<>>;  // by instance id

  void add(const ServiceKey& service, const std::string& id, Until until) { all_[service][id] = until; }
  /// False: it was not drained.
  bool remove(const ServiceKey& service, const std::string& id) {
    const auto at = all_.find(service);
    if (at == all_.end() || at->second.erase(id) == 0) return false;
    if (at->second.empty()) all_.erase(at);
    return true;
  }
  /// Null: nobody of the service is drained.
  const OfService* find(const ServiceKey& service) const {
    if (all_.empty()) return nullptr;
    const auto at = all_.find(service);
    return at == all_.end() ? nullptr : &at->second;
  }
  struct Ended {
    ServiceKey service;
    std::string id;
  };
  /// Those whose time is over; they are forgotten.
  std::vector<Ended> take_due(Monotonic now) {
    std::vector<Ended> due;
    for (const auto& [service, ids] : all_) {
      for (const auto& [id, until] : ids) {
        if (until && *until <= now) due.push_back({service, id});
      }
    }
    for (const auto& [service, id] : due) remove(service, id);
    return due;
  }
  const std::map<ServiceKey, OfService>& all() const noexcept { return all_; }
  bool empty() const noexcept { return all_.empty(); }

 private:
  std::map<ServiceKey, OfService> all_;
};

}  // namespace signpost
