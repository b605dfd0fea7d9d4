// Who was healthy last, of services where nobody is any more (operations.md 3.1, G5).
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "zones/table/service_table.h"

namespace signpost {

/// Builder thread only. One packed state (zones/table/packed_state) for each service that is down in a zone
/// with `last_resort: last_known`, or was changed since it was built: nothing of the others is kept.
class LastKnown {
 public:
  /// What is shown is about to change, and somebody in it is healthy. The first one stays.
  void note(ServiceId id, std::string packed) { states_.try_emplace(id, std::move(packed)); }
  bool empty() const noexcept { return states_.empty(); }
  void forget(ServiceId id) {
    if (!states_.empty()) states_.erase(id);
  }
  /// Null: nothing is noted.
  const std::string* find(ServiceId id) const {
    if (states_.empty()) return nullptr;
    const auto at = states_.find(id);
    return at == states_.end() ? nullptr : &at->second;
  }

 private:
  std::unordered_map<ServiceId, std::string> states_;
};

}  // namespace signpost
