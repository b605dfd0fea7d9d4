// The counters of one backend: written on the I/O thread, read by whoever scrapes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/registry/backend.h"

namespace signpost::follow {

/// Any thread. Control plane only: it locks. Reasons are words of ours, so their number is bounded.
class Counts {
 public:
  void add(std::string_view name, std::string_view reason = {}, std::uint64_t by = 1) {
    if (by == 0) return;
    const std::lock_guard lock(mutex_);
    values_[{std::string(name), std::string(reason)}] += by;
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
    for (const auto& [key, value] : values_) counts.push_back({key.first, key.second, value});
    return counts;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> values_;
};

}  // namespace signpost::follow
