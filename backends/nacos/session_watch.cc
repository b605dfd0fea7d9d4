// The fuzzy watch: which services come and go, also in groups that no list reads (facts: Nacos 5.4, 12).
//
// One pattern covers the namespace. Where a server names only a part of it (50311), patterns for single
// groups and prefixes take over what fits (watch_plan.h), and the one for everything stays, to see when it is
// enough again. What a pattern at its limit does not name says nothing.
#include <algorithm>
#include <utility>

#include "backends/nacos/codes.h"
#include "backends/nacos/session.h"

namespace signpost::nacos {
void Session::start_watch(Monotonic now) {
  if (!watching_.able) return;
  watching_.sync_until = now + timing::kWatchSync;
  watching_.patterns.try_emplace(kWatchAll);
  enqueue({Call::Watch, kWatchAll});
}

Monotonic Session::watch_deadline() const {
  auto earliest = watching_.able && !watching_.synced ? watching_.sync_until : Monotonic::max();
  for (const auto& [pattern, watch] : watching_.patterns) {
    if (!watch.queued) earliest = std::min(earliest, watch.due);
  }
  return earliest;
}

void Session::watch_tick(Monotonic now) {
  for (const auto& [pattern, watch] : watching_.patterns) {
    if (!watch.queued && now >= watch.due) enqueue({Call::Watch, pattern});
  }
  if (watching_.able && now >= watching_.sync_until) watching_.synced = true;
}

Payload Session::watch_request_for(const WatchPattern& pattern) const {
  const auto watch = watching_.patterns.find(pattern);
  const bool held = watch != watching_.patterns.end() && watch->second.held;
  std::vector<ServiceName> names;
  if (held) {
    for (const auto& [name, service] : services_) {
      if (service.announced == epoch_ && covers(pattern, name)) names.push_back(name);
    }
  }
  return watch_request(options_.space, pattern, names, !held);
}

void Session::news(const WatchNews& news, Monotonic now, Actions& out) {
  counts_.add("skipped", "malformed-key", news.unreadable);
  const auto watch = news.pattern ? watching_.patterns.find(*news.pattern) : watching_.patterns.end();
  const bool known = watch != watching_.patterns.end();
  // In a comparison: the services that we hold and the pattern does not.
  const bool whole =
      !news.pattern || (known && watch->second.held && !watch->second.at_limit && !watch->second.queued);
  for (const auto& change : news.changes) {
    if (change.space != options_.space) {  // A20
      counts_.add("skipped", "other-namespace");
      continue;
    }
    if (!change.added) {
      if (whole) expect_removal(change.service, now);
      continue;
    }
    distrust_list_of(change.service.group);
    if (news.pattern == kWatchAll && known && !watch->second.synced) ++watching_.named;
    auto* service = appear(change.service, out);
    if (service == nullptr) continue;
    service->appeared = ++sequence_;
    service->announced = epoch_;
    service->removed_at.reset();
  }
  if (!news.first_sync_done || !known) return;
  watch->second.synced = true;
  settle_watch(watch->first, now, out);
}

/// The server has said that the pattern holds, and has named what it covers, in whichever order.
void Session::settle_watch(const WatchPattern& pattern, Monotonic now, Actions& out) {
  auto& watch = watching_.patterns.at(pattern);
  if (pattern == kWatchAll) watching_.synced = watching_.synced || watch.synced;
  if (!watch.held || !watch.synced || std::exchange(watch.settled, true)) return;
  if (watch.at_limit) return plan_patterns(now, out);
  for (auto entry = services_.begin(); entry != services_.end();) {
    const auto& [name, service] = *entry;
    if (groups_.contains(name.group)) {  // what lists decide on may be much
      entry = services_.lower_bound({name.group + '\0', {}});
      continue;
    }
    const bool named = service.announced == epoch_ && service.appeared > watch.asked;
    if (!named && covers(pattern, name)) expect_removal(name, now);
    ++entry;
  }
}

void Session::expect_removal(const ServiceName& name, Monotonic now) {
  const auto found = services_.find(name);
  if (found == services_.end() || of_now(found->second).removed_at) return;
  distrust_list_of(name.group);
  found->second.removed_at = now;
  found->second.announced = 0;
  removals_.emplace(now + options_.absent_after, name);
}

/// A DELETE_SERVICE that no list has confirmed or contradicted for so long is believed (L5).
void Session::expire_removals(Monotonic now, Actions& out) {
  for (int i = 0; i < timing::kPiece && !removals_.empty() && removals_.begin()->first <= now; ++i) {
    const auto name = removals_.begin()->second;
    removals_.erase(removals_.begin());
    const auto found = services_.find(name);
    if (found == services_.end() || !of_now(found->second).removed_at) continue;
    if (now - *found->second.removed_at >= options_.absent_after) vanish(name, false, out);
  }
}

/// `error_code` 0: the watch holds. 50311: it holds, but the server names only its first 500 services (L4).
/// 50310: no room for another pattern, perhaps because of our own dead connection (L6). 302: it cannot (5.4).
void Session::watch_answered(const WatchPattern& pattern, int error_code, Monotonic now, Actions& out) {
  const auto found = watching_.patterns.find(pattern);
  if (found == watching_.patterns.end()) return;  // given up meanwhile
  auto& watch = found->second;
  watch.queued = false;
  watch.failures = 0;
  if (error_code == code::kNoHandler) {
    watching_ = Watching{};
    return fall_back("no-handler", "the server has no fuzzy watch", out);
  }
  if (error_code == 0 || error_code == code::kMatchLimit) {
    watch_held(pattern, watch, error_code != 0, now, out);
  } else {
    watch_refused(pattern, watch, now, out);
  }
}

void Session::watch_held(const WatchPattern& pattern, Watch& watch, bool at_limit, Monotonic now,
                         Actions& out) {
  const bool was_at_limit = watch.at_limit;
  const bool again = std::exchange(watch.held, true);
  watch.first_refused.reset();
  watch.at_limit = at_limit;
  watch.due = now + (at_limit ? timing::kWatchRetry : timing::kWatchAgain);
  if (pattern != kWatchAll) {
    if (at_limit) {
      watching_.failing[pattern] = now + timing::kWatchFailing;
      return plan_patterns(now, out);
    }
    return settle_watch(pattern, now, out);
  }
  if (at_limit) {
    watching_.synced = true;  // what it will not name is not waited for
    fall_back("match-limit", "the fuzzy watch names only a part of the services", out);
    watching_.room = timing::kWatchPatterns;
    if (again) return plan_patterns(now, out);
  } else if (!watching_.fallen_for.empty()) {
    watching_.fallen_for = {};
    out.emplace_back(
        action::Note{log::Level::Info, "nacos.watch_restored", "the fuzzy watch names every service again"});
    if (was_at_limit) {  // what it did not name then it is to name now, and what it does not is gone
      watch = Watch{};
      watching_.named = 0;
      enqueue({Call::Watch, kWatchAll});
      return plan_patterns(now, out);
    }
  }
  settle_watch(pattern, now, out);
}

void Session::watch_refused(const WatchPattern& pattern, Watch& watch, Monotonic now, Actions& out) {
  if (!watch.first_refused) watch.first_refused = now;
  if (now - *watch.first_refused < timing::kGhost) {
    watch.due = now + timing::kGhostRetry;
    return;
  }
  if (pattern == kWatchAll) {
    watch.due = now + timing::kWatchRetry;
    watching_.synced = true;
    return fall_back("pattern-limit", "the server has no room for our fuzzy watch", out);
  }
  // Others need the room: until kWatchAll is asked for again, what is held stays and the rest is given up.
  watching_.room = static_cast<std::size_t>(
      std::count_if(watching_.patterns.begin(), watching_.patterns.end(),
                    [](const auto& each) { return each.second.held && each.first != kWatchAll; }));
  plan_patterns(now, out);
}

void Session::fall_back(std::string_view reason, const std::string& text, Actions& out) {
  if (std::exchange(watching_.fallen_for, reason) == reason) return;
  counts_.add("watch_fallbacks", reason);
  out.emplace_back(action::Note{log::Level::Warning, "nacos.watch_fallback",
                                text + "; the configured groups are listed instead"});
}

}  // namespace signpost::nacos
