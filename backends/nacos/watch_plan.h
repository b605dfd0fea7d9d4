// The fuzzy watch where one pattern over the namespace is too much for the server (facts: Nacos 5.4, L4).
//
// A server names at most 500 services a pattern, and says nothing of the others, and holds at most 20
// patterns of all its clients. So where `*` is at its limit there is one pattern for each group that fits
// into one, and several with prefixes of names for a group that fits into a few. What fits into none is found
// by lists.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backends/nacos/messages.h"

namespace signpost::nacos {

/// Group and service, each `*`, an exact text, or a prefix and `*`.
using WatchPattern = ServiceName;

inline const WatchPattern kWatchAll{"*", "*"};

bool covers(const WatchPattern& pattern, const ServiceName& service);

/// A group and what is known in it.
struct WatchedGroup {
  std::string_view name;
  bool listed = false;                  // lists name its services as well
  std::vector<std::string_view> names;  // in byte order, without doubles
};

struct WatchLimits {
  std::size_t services = 500;  // a pattern names; four fifths of it are planned for, since groups grow
  std::size_t patterns = 12;   // at most this many
};

/// The patterns that help most: whole groups, first those that no list reads, then those that need the fewest
/// patterns. `working` stay whatever they cover by now, `failing` are at their limits and are split or left
/// out. Pure; the views are looked at, not kept.
std::vector<WatchPattern> plan_watches(const std::vector<WatchedGroup>& groups,
                                       const std::set<WatchPattern>& working,
                                       const std::set<WatchPattern>& failing, WatchLimits limits);

}  // namespace signpost::nacos
