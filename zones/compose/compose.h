// One service out of several registries' services (DESIGN.md section 4; README.md has the rules).
//
// The life of a composed service: zones/table hands over what each member's registry says of it and how that
// registry is doing. words.h keeps the instances that a member selects, zones/policy says who of them may
// answer by themselves, `combine` picks the members that take part, rows.h makes one row of what several
// registries say of one instance, groupings.h divides them into groups. Out comes a state as a registry would
// tell it, with its groups, for zones/policy and zones/synthesis: they do not know that it was composed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "zones/policy/candidates.h"
#include "zones/policy/wishes.h"

namespace signpost::compose {

/// How a member's registry is doing: Cold, before its first whole list; Outdated, lost for so long that its
/// words on health count no more beside another's.
enum class Freshness : std::uint8_t { Cold, Fresh, Outdated };

/// What there is to know of one member. Not owned: good during compose().
struct MemberView {
  const config::Member* member = nullptr;
  Freshness freshness = Freshness::Cold;
  bool kubernetes = false;              // it knows best where instances run, others how much they bear
  bool weights = true;                  // weights of its objects count (config::Annotations)
  const ServiceState* state = nullptr;  // null: its registry does not name the service
  std::vector<policy::Overlay> overlays =
      {};                        // parallel to the state's instances; empty: nobody says anything
  bool proven = false;           // it had somebody who may answer, once, in our sight
  std::string why_missing = {};  // what else explains that it is not there; may be empty
};

/// What one registry says of an instance.
struct Word {
  std::size_t member = 0;  // index in the views
  Health health = Health::Unknown;
  double weight = 1;
  bool enabled = true;
  bool counts = true;  // among the opinions on its health
};

/// An instance that takes no part.
struct LeftOut {
  std::size_t member = 0;
  Instance instance;
  std::string why;
};

struct Composed {
  ServiceState state;  // key: registries joined by '+', and the name; no wishes, no groups of its own
  std::vector<policy::Grouping> groupings;  // as Candidates has them
  std::vector<policy::Overlay> overlays;    // parallel to the instances; empty: nobody says anything
  std::vector<std::vector<Word>> words;     // parallel to the instances: at least one each
  std::vector<bool> outdated;               // parallel to the instances: only outdated registries know it
  std::vector<LeftOut> left_out;
  std::vector<std::string>
      notes;               // for people: members that are missing, which take part, groups without anybody
  std::vector<bool> able;  // by member: somebody of it may answer by itself; from then on it is proven
  /// SERVFAIL: nothing can be said, or denied, before a registry has listed.
  bool cold = false;
  /// A better member's registry is waited for until `startup_wait` is over: compose again then.
  bool waits = false;

  policy::Candidates candidates() const { return {state, groupings, overlays}; }
};

/// Pure. `terms`: of this name, health ladder and panic left aside while members are compared. `starting`:
/// the program started less than `startup_wait` ago.
Composed compose(const config::ComposedService& service, const std::vector<MemberView>& views,
                 const policy::Terms& terms, bool starting);

/// "nacos/public/DEFAULT_GROUP/cart", with what it selects: "cluster/shop/cart (version v2)".
std::string to_string(const config::Member& member);

}  // namespace signpost::compose
