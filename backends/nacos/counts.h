// What was skipped, refused and retried since the start, by word and reason.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/registry/backend.h"

namespace signpost::nacos {

/// Words and reasons are few and fixed in the code: never text that a server sent. Any thread; control plane
/// only.
class Counts {
 public:
  void add(std::string_view name, std::string_view reason = {}, std::uint64_t by = 1) {
    if (by == 0) return;
    const std::lock_guard lock(mutex_);
    values_[{std::string(name), std::string(reason)}] += by;
  }

  std::uint64_t get(std::string_view name, std::string_view reason = {}) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find({std::string(name), std::string(reason)});
    return found == values_.end() ? 0 : found->second;
  }

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

}  // namespace signpost::nacos
