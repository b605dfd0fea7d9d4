// What a decision is made from: a service as its registry tells it, and what others say of its instances.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"

namespace signpost::policy {

/// One way to divide the instances into groups that share by weight: versions of a service, members of a
/// composed one. Weight of an instance = weight of its group x own weight / sum over the group's eligible
/// members, so that a group keeps its part however many serve in it, and one with nobody eligible hands it
/// on.
struct Grouping {
  struct Group {
    std::string label;  // "v2", "nacos"
    double weight = 0;  // finite, >= 0
  };
  static constexpr std::uint16_t kNone = 0xffff;

  std::string key;  // what divides them, for people: "version", "member"
  std::vector<Group> groups;
  std::vector<std::uint16_t> of;  // parallel to the instances: index in `groups`; kNone: keeps its weight
};

/// What others than the registry say of one instance.
struct Overlay {
  std::optional<Health> health;  // in place of the registry's word (damped, checked)
  bool drained = false;          // by the operator: as if it were disabled
  bool check_fails = false;      // an active check of ours
  double ramp = 1;               // part of its weight that it has so far, above 0 to 1
};

/// Not owned: good while `state` is.
struct Candidates {
  const ServiceState& state;
  /// They apply from the inside out: first the versions of a member, then the members. A group lies in one
  /// group of the next level.
  std::vector<Grouping> groupings = {};
  std::vector<Overlay> overlays = {};  // parallel to the instances; empty: nobody says anything
  std::vector<bool> last_known = {};   // who was healthy enough last; empty: that is not known
  std::uint32_t panic_floor = 0;       // percent: so high is the threshold at least (guard G4)

  /// On its way out, by its owner's will.
  bool is_leaving(std::size_t i) const { return state.instances[i].leaving || health(i) == Health::Draining; }
  Health health(std::size_t i) const {
    return overlays.empty() ? state.instances[i].health
                            : overlays[i].health.value_or(state.instances[i].health);
  }
};

/// The state with the grouping that it asks for itself (ServiceState::group_weights): words that are not
/// named, and instances without any, are a group of weight 0, since who writes "v1=90, v2=10" does not expect
/// v3 to answer.
Candidates candidates_of(const ServiceState& state);

}  // namespace signpost::policy
