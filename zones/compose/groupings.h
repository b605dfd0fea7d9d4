// How the instances of a composed service divide into groups that share by weight.
#pragma once

#include <string>
#include <vector>

#include "zones/compose/compose.h"
#include "zones/compose/rows.h"

namespace signpost::compose {

/// The groups that the configuration names, and one of weight 0 for everybody else. A row known to several
/// registries is, by the key `registry`, in the first named group that one of them is.
policy::Grouping configured_groups(const config::Groups& groups, const std::vector<Row>& rows);

/// The groups of the members' own services, by member, side by side; without groups when there are none.
policy::Grouping own_groups(const std::vector<policy::Grouping>& by_member, const std::vector<Row>& rows);

/// The members themselves; `weights` by member.
policy::Grouping member_groups(const std::vector<MemberView>& views, const std::vector<double>& weights,
                               const std::vector<Row>& rows);

/// "group v3 (weight 10) of version: nobody is in it": for each group with a weight and without an instance.
std::vector<std::string> deserted(const policy::Grouping& grouping);

}  // namespace signpost::compose
