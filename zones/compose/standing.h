// How one member stands by itself: who is in it, and how many of them may answer.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "zones/compose/compose.h"
#include "zones/compose/rows.h"

namespace signpost::compose {

struct Standing {
  bool cold = false;        // its registry has not told it yet
  std::string missing;      // why nobody is in it, for people; empty: somebody is
  std::vector<Part> parts;  // those that it selects, with their own ports
  std::vector<std::pair<Instance, std::string>> unlike;  // those that it does not select, and why
  policy::Grouping groups;   // that its service asks for, by place in its state; may have none
  std::size_t eligible = 0;  // by the rules of the name, health ladder and panic left aside
};

/// `m`: index of the view. Pure.
Standing stand(const MemberView& view, std::size_t m, const config::Groups& configured,
               const policy::Terms& terms);

}  // namespace signpost::compose
