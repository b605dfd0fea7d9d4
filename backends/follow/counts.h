// The counters of one backend: written on the I/O thread, read by whoever scrapes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/follow/skipped.h"
#include "backends/registry/backend_count.h"

namespace signpost::follow {

/// Any thread. Control plane only: it locks. Reasons are words of ours, so their number is bounded.
class Counts {
 public:
  void add(std::string_view name, std::string_view reason = {}, std::uint64_t by = 1) {
    if (by == 0) return;
    const std::lock_guard lock(mutex_);
    values_[{std::string(name), std::string(reason)}] += by;
  }
  /// Parts of an object were left out, or none: see SkippedObjects::set(). Counts them under "skipped".
  /// `name` is only called when it is needed: it gives the pair of object and service.
  template <class Name>
  void skipped(const Reasons& reasons, Name name) {
    const std::lock_guard lock(mutex_);
    if (reasons.empty() && skipped_.empty()) return;
    for (const auto& [reason, times] : reasons) values_[{"skipped", reason}] += times;
    const auto [object, service] = name();
    skipped_.set(object, service, reasons);
  }
  /// The same for all objects of a service at once: those that are not here are whole, or gone.
  void left_out(std::string_view service, const std::vector<LeftOut>& objects) {
    const std::lock_guard lock(mutex_);
    if (objects.empty() && skipped_.empty()) return;
    for (const auto& object : objects) {
      for (const auto& [reason, times] : object.reasons) values_[{"skipped", reason}] += times;
    }
    skipped_.set_all_of(service, objects);
  }
  /// Zero for what was never counted.
  std::uint64_t value(std::string_view name, std::string_view reason = {}) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find({std::string(name), std::string(reason)});
    return found == values_.end() ? 0 : found->second;
  }
  /// Sorted by name and reason.
  std::vector<BackendCount> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<BackendCount> counts;
    for (const auto& [key, value] : values_) {
      counts.push_back({key.first, key.second, value, {}});
      if (key.first == "skipped") counts.back().of = skipped_.with(key.second);
    }
    return counts;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> values_;
  SkippedObjects skipped_;
};

}  // namespace signpost::follow
