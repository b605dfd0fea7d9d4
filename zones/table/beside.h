// What stands beside a service's state when it is decided who answers: the operator's drains, ramps, damped
// health, a storm of illness, and who was healthy last.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns/base/clock.h"
#include "zones/guard/flaps.h"
#include "zones/policy/policy.h"
#include "zones/table/drains.h"
#include "zones/table/ramps.h"
#include "zones/table/service_table.h"

namespace signpost {

/// Looks at the builder's tables, or at what KeptBeside copied of them; null: nothing there.
struct Beside {
  ServiceId id = kNoService;
  const Drains::OfService* drained = nullptr;
  const std::vector<Ramps::Young>* young = nullptr;
  const Flaps* flaps = nullptr;  // some instance of the service flaps
  const std::string* last_known = nullptr;
  bool storm = false;
  Monotonic now{};
  WallTime wall{};
};

/// The same of one service, copied, for another thread.
class KeptBeside {
 public:
  explicit KeptBeside(const Beside& of);
  /// Good while this lives.
  Beside view() const;

 private:
  Beside facts_;  // its pointers say what there is, and point at the builder's tables
  Drains::OfService drained_;
  std::vector<Ramps::Young> young_;
  Flaps flaps_;
  std::string last_known_;
};

/// By id, for a service where thousands may be new at once: each of its instances looks. Null: nobody is.
using YoungById = std::unordered_map<std::string_view, const Ramps::Young*>;
YoungById by_id(const std::vector<Ramps::Young>* young);
/// What `young` has of this instance; null: nothing.
inline const Ramps::Young* entry_of(const YoungById& young, const Instance& instance) {
  const auto at = young.empty() ? young.end() : young.find(instance.id);
  return at == young.end() ? nullptr : at->second;
}

/// How a young instance rises.
struct Rise {
  double part;    // of its weight that it has
  Duration step;  // between two looks at it
};
/// `young`: what beside.young has of this instance; null: nothing. Nullopt: it has all its weight.
std::optional<Rise> rise_of(const Instance& instance, const Ramps::Young* young, const Beside& beside,
                            Duration ramp);

/// What others than the registry say of each instance; empty: nothing.
std::vector<policy::Overlay> overlays(const Beside& beside, const ServiceState& state,
                                      const policy::Terms& terms);
/// The state, and all that is said of its instances.
policy::Candidates candidates(const Beside& beside, const ServiceState& state, const policy::Terms& terms);

bool wants_last_known(const policy::Terms& terms);

/// Completes the reasons of those that are drained.
void explain_drains(const Beside& beside, const ServiceState& state, std::vector<std::string>& reasons);

}  // namespace signpost
