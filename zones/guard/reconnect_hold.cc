#include "zones/guard/reconnect_hold.h"

#include <algorithm>
#include <utility>

namespace signpost {
namespace {

/// The same process, though a restarted server may give it another id.
bool same_instance(const Instance& a, const Instance& b) {
  return a.v4 == b.v4 && a.v6 == b.v6 && a.ports == b.ports && a.cluster == b.cluster;
}

bool has(const std::vector<Instance>& all, const Instance& one) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Instance& other) { return same_instance(one, other); });
}

bool has_new(const ServiceState& told, const std::optional<ServiceState>& before) {
  if (!before) return !told.instances.empty();
  return std::any_of(told.instances.begin(), told.instances.end(),
                     [&](const Instance& one) { return !has(before->instances, one); });
}

}  // namespace

void ReconnectHold::regained(Monotonic now) noexcept {
  if (!std::exchange(lost_, false)) return;
  regained_ = now;
}

bool ReconnectHold::guarding(Monotonic now) const noexcept {
  return lost_ || (regained_ && now < *regained_ + kQuiet);
}

bool ReconnectHold::active(Monotonic now) const noexcept { return !held_.empty() || guarding(now); }

ServiceState ReconnectHold::accept(const ServiceState& shown, ServiceState told, Monotonic now) {
  const auto entry = held_.find(told.key);
  if (entry == held_.end() && !guarding(now)) return told;
  std::vector<Instance> missing;
  for (const auto& one : shown.instances) {
    if (!has(told.instances, one)) missing.push_back(one);
  }
  if (missing.empty()) {
    if (entry != held_.end()) held_.erase(entry);
    return told;
  }
  auto& held = held_[told.key];
  if (held.last_growth == Monotonic{} || has_new(told, held.told)) held.last_growth = now;
  auto merged = told;
  held.told = std::move(told);
  merged.pending = false;
  merged.instances.insert(merged.instances.end(), std::make_move_iterator(missing.begin()),
                          std::make_move_iterator(missing.end()));
  return merged;
}

bool ReconnectHold::keeps(const ServiceKey& key, Monotonic now) {
  const auto entry = held_.find(key);
  if (entry == held_.end() && !guarding(now)) return false;
  auto& held = held_[key];
  if (held.last_growth == Monotonic{}) held.last_growth = now;
  held.told.reset();
  return true;
}

std::vector<ReconnectHold::Released> ReconnectHold::release(Monotonic now) {
  std::vector<Released> released;
  if (lost_ || !regained_) return released;
  for (auto entry = held_.begin(); entry != held_.end();) {
    const auto quiet_since = std::max(entry->second.last_growth, *regained_);
    if (now < std::min(quiet_since + kQuiet, *regained_ + kLongest)) {
      ++entry;
      continue;
    }
    released.push_back({entry->first, std::move(entry->second.told)});
    entry = held_.erase(entry);
  }
  return released;
}

}  // namespace signpost
