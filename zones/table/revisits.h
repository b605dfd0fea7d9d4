// When which service is to be built anew though nothing is told of it: a ramp's next step, the end of a
// drain.
#pragma once

#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dns/base/clock.h"
#include "zones/table/service_table.h"

namespace signpost {

/// Builder thread only. One time for each service; who is built anew says again what comes after it.
class Revisits {
 public:
  /// The earlier of this time and the one that was noted stays.
  void add(ServiceId id, Monotonic when) {
    const auto [at, added] = times_.emplace(id, when);
    if (!added) {
      if (at->second <= when) return;
      due_.erase({at->second, id});
      at->second = when;
    }
    due_.emplace(when, id);
  }
  void remove(ServiceId id) {
    const auto at = times_.find(id);
    if (at == times_.end()) return;
    due_.erase({at->second, id});
    times_.erase(at);
  }
  /// Those whose time has come; they are forgotten.
  std::vector<ServiceId> take_due(Monotonic now) {
    std::vector<ServiceId> out;
    while (!due_.empty() && due_.begin()->first <= now) {
      out.push_back(due_.begin()->second);
      times_.erase(out.back());
      due_.erase(due_.begin());
    }
    return out;
  }

 private:
  std::set<std::pair<Monotonic, ServiceId>> due_;
  std::unordered_map<ServiceId, Monotonic> times_;
};

}  // namespace signpost
