// Which services there are, and what they hold.
#include "backends/nacos/meaning.h"
#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {

ServiceKey Session::key_of(const ServiceName& name) const {
  return {options_.registry, options_.space, name.group, name.name};
}

/// Listed or announced. A new one is pending until its first answer: it exists, but nobody knows yet with
/// what.
Session::Service& Session::appear(const ServiceName& name, Actions& out) {
  auto& service = services_[name];
  if (std::exchange(service.found, true)) return service;
  if (std::exchange(service.shown, true)) return service;  // a query found it first
  ServiceState state;
  state.key = key_of(name);
  state.pending = true;
  out.emplace_back(action::Upsert{std::move(state)});
  enqueue({Call::Subscribe, name});
  return service;
}

std::optional<ServiceName> Session::service_after(const ServiceName& name) const {
  auto next = services_.upper_bound(name);
  while (next != services_.end() && !next->second.shown) ++next;
  return next == services_.end() ? std::nullopt : std::optional(next->first);
}

/// The same as a list that comes by itself, but now, and somebody waits for it.
void Session::on(event::ListAgain&&, Monotonic now, Actions&) {
  if (list_again_ != 0) return;
  list_again_ = ++sequence_;
  for (auto& [name, group] : groups_) group.due = std::min(group.due, now);
}

void Session::vanish(const ServiceName& name, bool by_list, Actions& out) {
  out.emplace_back(action::Erase{key_of(name), by_list});
  if (auto& service = services_[name]; service.wanted) {  // it stays armed: a push tells when it is back
    service.found = service.shown = false;
    service.removed_at.reset();
    return;
  }
  enqueue({Call::Unsubscribe, name});
  services_.erase(name);
}

/// The list decides (L5): what it names is there, what it does not name is gone, unless the fuzzy watch
/// announced it after the list was asked for.
void Session::listed(const InFlight& call, const Payload& payload, Monotonic now, Actions& out) {
  const auto& group_name = call.work.service.group;
  const auto names = read_list(payload);
  if (!names) {
    counts_.add("skipped", "malformed-answer");
    return try_again(call.work, now);
  }
  auto& group = groups_[group_name];
  group = Group{now + options_.list_interval, false, true, true, 0, call.started};
  if (list_again_ > call.started) group.due = now;
  const auto this_list = ++lists_read_;
  for (const auto& name : *names) {
    if (name.empty()) continue;
    auto& service = appear({group_name, name}, out);
    service.listed = this_list;
    service.removed_at.reset();
  }
  std::vector<ServiceName> gone;
  for (auto entry = services_.lower_bound({group_name, {}});
       entry != services_.end() && entry->first.group == group_name; ++entry) {
    const auto& service = entry->second;
    const bool named = service.listed == this_list || service.appeared >= call.started;
    if (!named && service.shown) gone.push_back(entry->first);
  }
  for (const auto& name : gone) vanish(name, true, out);
}

void Session::subscribed(const InFlight& call, const Payload& payload, Monotonic now, Actions& out) {
  const auto& name = call.work.service;
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  const auto info = read_subscribed(payload);
  const bool ours = info && (info->service.name.empty() || info->service.name == name.name) &&
                    (info->service.group.empty() || info->service.group == name.group);
  if (!ours) {
    counts_.add("skipped", info ? "other-service" : "malformed-answer");
    return try_again(call.work, now);
  }
  found->second.queued = false;
  found->second.failures = 0;
  accept(found->first, found->second, *info, now, out);
  reply_wanted(found->first, found->second, out);
}

/// Within one connection older news are dropped and equal ones taken (6.1, A10); across connections the
/// clocks of two servers are not compared.
void Session::accept(const ServiceName& name, Service& service, const ServiceInfo& info, Monotonic now,
                     Actions& out) {
  if (service.epoch == epoch_ && info.last_ref_time < service.last_ref_time) {
    return counts_.add("skipped", "out-of-order");
  }
  service.epoch = epoch_;
  service.last_ref_time = info.last_ref_time;
  service.content = fingerprint_of(info);
  if (is_hidden(service, info)) return;
  judge_emptiness(name, service, info.hosts.empty(), now);
  out.emplace_back(action::Upsert{to_state(key_of(name), info, counts_)});
}

void Session::pushed(const Push& push, Monotonic now, Actions& out) {
  counts_.add("pushes");
  if (!push.info) return counts_.add("skipped", "malformed-push");
  const auto found = services_.find(push.info->service);
  if (found == services_.end()) return counts_.add("skipped", "unknown-service");
  found->second.pushed = ++sequence_;
  accept(found->first, found->second, *push.info, now, out);
}

void Session::news(const WatchNews& news, Monotonic now, Actions& out) {
  counts_.add("skipped", "malformed-key", news.unreadable);
  for (const auto& change : news.changes) {
    if (change.space != options_.space) {  // A20
      counts_.add("skipped", "other-namespace");
      continue;
    }
    if (change.added) {
      auto& service = appear(change.service, out);
      service.appeared = ++sequence_;
      service.announced = epoch_;
      service.removed_at.reset();
    } else {
      expect_removal(change.service, now);
    }
  }
  if (!news.first_sync_done) return;
  watch_.synced = true;
  if (watch_.partial) return;
  for (const auto& [name, service] : services_) {
    if (service.announced != epoch_ && !groups_.contains(name.group)) expect_removal(name, now);
  }
}

void Session::expect_removal(const ServiceName& name, Monotonic now) {
  const auto found = services_.find(name);
  if (found == services_.end() || found->second.removed_at) return;
  found->second.removed_at = now;
  found->second.announced = 0;
  removals_.emplace(now + timing::kAbsentAfter, name);
}

/// A DELETE_SERVICE that no list has confirmed or contradicted for so long is believed (L5).
void Session::expire_removals(Monotonic now, Actions& out) {
  while (!removals_.empty() && removals_.begin()->first <= now) {
    const auto name = removals_.begin()->second;
    removals_.erase(removals_.begin());
    const auto found = services_.find(name);
    if (found == services_.end() || !found->second.removed_at) continue;
    if (now - *found->second.removed_at >= timing::kAbsentAfter) vanish(name, false, out);
  }
}

/// `error_code` 0: the watch holds. 50311: it holds, but the server names only its first 500 services (L4).
/// 50310: no room for another pattern, perhaps because of our own dead connection (L6). 302: it cannot (5.4).
void Session::watch_answered(int error_code, Monotonic now, Actions& out) {
  watch_.queued = false;
  watch_.failures = 0;
  watch_.due = now + timing::kWatchAgain;
  if (error_code == 0 || error_code == 50311) {
    watch_.held = true;
    watch_.partial = error_code != 0;
    watch_.first_refused.reset();
    if (watch_.partial) fall_back("match-limit", "the fuzzy watch names only a part of the services", out);
    return;
  }
  if (error_code == 302) {
    watch_.able = false;
    return fall_back("no-handler", "the server has no fuzzy watch", out);
  }
  if (!watch_.first_refused) watch_.first_refused = now;
  if (now - *watch_.first_refused < timing::kGhost) {
    watch_.due = now + timing::kGhostRetry;
  } else {
    fall_back("pattern-limit", "the server has no room for our fuzzy watch", out);
  }
}

void Session::fall_back(std::string_view reason, const std::string& text, Actions& out) {
  watch_.synced = true;
  counts_.add("watch_fallbacks", reason);
  if (std::exchange(watch_.told, true)) return;
  out.emplace_back(action::Note{log::Level::Warning, "nacos.watch_fallback",
                                text + "; the configured groups are listed instead"});
}

}  // namespace signpost::nacos
