// A decision in words.
#pragma once

#include <string>
#include <vector>

#include "zones/policy/policy.h"

namespace signpost::policy {

/// One sentence for each instance: the rule that kept or dropped it, and what moved its weight. `decision`
/// was made from the other two.
std::vector<std::string> reasons(const Candidates& candidates, const Terms& terms, const Decision& decision);

/// Why those answer that health would have dropped, for the service as a whole; empty: there are none.
std::string doubt_note(const Candidates& candidates, const Terms& terms, const Decision& decision);
/// For each instance its groups, from the inside out: "version v2: 10, member nacos: 90"; empty: none.
std::vector<std::string> groups_of(const Candidates& candidates);

}  // namespace signpost::policy
