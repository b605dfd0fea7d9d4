// After contact with a registry was lost and regained, nothing vanishes at once.
//
// A restarted Nacos server has persistent instances in its first answer, but those of living publishers come
// back only as these register again: 2 to 20 s later (nacos.md L14). Its first short lists are well formed,
// so only time tells (A5, A6): what is missing stays until 30 s after the last growth of that service, at
// most 90 s after contact was regained; what is new counts at once. A legitimate removal in that time is
// delayed by as much.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost {

/// One registry's; builder thread.
class ReconnectHold {
 public:
  static constexpr std::chrono::seconds kQuiet{30};
  static constexpr std::chrono::seconds kLongest{90};

  void lost() noexcept { lost_ = true; }
  void regained(Monotonic now) noexcept;
  /// Whether a service may have to be held now: otherwise nobody need ask.
  bool active(Monotonic now) const noexcept;

  /// What to show when the registry told `told` in place of `shown`: `told`, and what it no longer has as
  /// long as it is held.
  ServiceState accept(const ServiceState& shown, ServiceState told, Monotonic now);
  /// The registry no longer has this service; true: it is to be shown all the same.
  bool keeps(const ServiceKey& key, Monotonic now);

  /// What the registry really said, for services whose time is over.
  struct Released {
    ServiceKey key;
    std::optional<ServiceState> told;  // nullopt: it is gone
  };
  std::vector<Released> release(Monotonic now);
  std::size_t held() const noexcept { return held_.size(); }

 private:
  struct Held {
    std::optional<ServiceState> told;
    Monotonic last_growth{};
  };
  bool guarding(Monotonic now) const noexcept;

  bool lost_ = false;
  std::optional<Monotonic> regained_;
  std::map<ServiceKey, Held> held_;
};

}  // namespace signpost
