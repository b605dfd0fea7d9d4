// The instances that are new in our sight and get their share little by little.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns/base/clock.h"
#include "zones/table/service_table.h"

namespace signpost {

/// Builder thread only. Holds those alone that came after their registry's first complete list, in zones with
/// `ramp`, until they have their whole weight.
class Ramps {
 public:
  struct Young {
    std::string id;
    std::optional<Monotonic> healthy;  // since when; nullopt: not yet
  };

  void begin(ServiceId service, std::string id) { all_[service].push_back({std::move(id), std::nullopt}); }
  /// Null: nobody of the service is young.
  std::vector<Young>* find(ServiceId service) {
    if (all_.empty()) return nullptr;
    const auto at = all_.find(service);
    return at == all_.end() ? nullptr : &at->second;
  }
  const std::vector<Young>* find(ServiceId service) const { return const_cast<Ramps*>(this)->find(service); }
  /// Forgets those of the service for whom `done(young)`.
  template <class Done>
  void drop(ServiceId service, Done&& done) {
    auto* young = find(service);
    if (young == nullptr) return;
    std::erase_if(*young, done);
    if (young->empty()) all_.erase(service);
  }
  bool empty() const noexcept { return all_.empty(); }
  void forget(ServiceId service) {
    if (!all_.empty()) all_.erase(service);
  }

 private:
  std::unordered_map<ServiceId, std::vector<Young>> all_;
};

}  // namespace signpost
