// Which patterns the fuzzy watch consists of: kWatchAll, and at its limit those of watch_plan.h.
#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {
namespace {

// So many names are looked at for a plan: no more than a step may take.
constexpr std::size_t kPlannedMost = 16384;
constexpr std::size_t kUsualLimit = 500;  // L4

}  // namespace

/// Groups with what a server has named in them; those that are too large for any plan are left out.
std::vector<WatchedGroup> Session::watched_groups(WatchLimits limits) const {
  std::map<std::string_view, WatchedGroup> groups;
  for (const auto& [name, group] : groups_) groups[name] = {name, true, {}};
  std::size_t seen = 0;
  for (auto entry = services_.begin(); entry != services_.end() && seen < kPlannedMost;) {
    const std::string_view name = entry->first.group;
    auto& group = groups.try_emplace(name, WatchedGroup{name, false, {}}).first->second;
    const auto most = limits.services * limits.patterns;
    for (; entry != services_.end() && entry->first.group == name && group.names.size() <= most; ++entry) {
      ++seen;
      if (entry->second.found) group.names.push_back(entry->first.name);
    }
    if (group.names.size() > most) {
      entry = services_.lower_bound({std::string(name) + '\0', {}});
      groups.erase(name);
    }
  }
  std::vector<WatchedGroup> all;
  all.reserve(groups.size());
  for (auto& [name, group] : groups) all.push_back(std::move(group));
  return all;
}

/// What takes the place of kWatchAll at its limit: new patterns are watched, the others given back.
void Session::plan_patterns(Monotonic now, Actions& out) {
  const auto whole = watching_.patterns.find(kWatchAll);
  if (whole == watching_.patterns.end()) return;
  std::set<WatchPattern> plan;
  if (whole->second.at_limit) {
    std::set<WatchPattern> working, failing;
    std::set<std::string_view> refused;  // groups that must not drive out those that are held
    const bool is_short = watching_.room < timing::kWatchPatterns;
    for (const auto& [pattern, watch] : watching_.patterns) {
      if (watch.held && !watch.at_limit) working.insert(pattern);
      if (is_short && !watch.held && watch.first_refused) refused.insert(pattern.group);
    }
    std::erase_if(watching_.failing, [now](const auto& each) { return each.second <= now; });
    for (const auto& [pattern, until] : watching_.failing) failing.insert(pattern);
    const WatchLimits limits{watching_.named == 0 ? kUsualLimit : watching_.named, watching_.room};
    auto groups = watched_groups(limits);
    std::erase_if(groups, [&](const auto& group) { return refused.contains(group.name); });
    for (auto& pattern : plan_watches(groups, working, failing, limits)) {
      plan.insert(std::move(pattern));
    }
  }
  std::size_t changes = 0;
  for (auto entry = watching_.patterns.begin(); entry != watching_.patterns.end();) {
    if (entry->first == kWatchAll || plan.contains(entry->first)) {
      ++entry;
      continue;
    }
    const auto pattern = entry->first;
    entry = watching_.patterns.erase(entry);
    enqueue({Call::Unwatch, pattern});
    ++changes;
  }
  for (const auto& pattern : plan) {
    if (!watching_.patterns.try_emplace(pattern).second) continue;
    enqueue({Call::Watch, pattern});
    ++changes;
  }
  if (changes == 0) return;
  counts_.add("watch_plans");
  out.emplace_back(action::Note{log::Level::Info, "nacos.watch_patterns",
                                std::to_string(plan.size()) + " patterns beside the one for everything"});
}

}  // namespace signpost::nacos
