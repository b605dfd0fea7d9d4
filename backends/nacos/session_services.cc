// Which services there are, and what they hold.
#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {

ServiceKey Session::key_of(const ServiceName& name) const {
  return {options_.registry, options_.space, name.group, name.name};
}

void Session::show_pending(const ServiceName& name, Actions& out) {
  ServiceState state;
  state.key = key_of(name);
  state.pending = true;
  out.emplace_back(action::Upsert{std::move(state)});
}

/// Before the first connection: what is configured by name is wanted whoever else names it, and pending until
/// its first answer says whether it is there.
void Session::pin(Actions& out) {
  for (const auto& name : choice_.pinned()) {
    const auto [entry, is_new] = services_.try_emplace(name);
    entry->second.pinned = true;
    if (!is_new) continue;  // what another machine has heard of it stands
    entry->second.shown = true;
    show_pending(name, out);
  }
}

bool Session::is_chosen(const ServiceName& name) {
  const auto verdict = choice_.judge(name);
  if (verdict == Choice::Verdict::Taken) return true;
  const auto* why = verdict == Choice::Verdict::Denied ? "denied" : "not-allowed";
  const auto hash = std::hash<std::string>()(name.group + "/" + name.name);
  if (left_out_.insert(hash).second) counts_.add("skipped", why);
  return false;
}

/// Listed or announced. A new one is pending until its first answer: it exists, but nobody knows yet with
/// what.
Session::Service* Session::appear(const ServiceName& name, Actions& out) {
  auto entry = services_.find(name);
  if (entry == services_.end()) {
    if (!is_chosen(name)) return nullptr;
    entry = services_.try_emplace(name).first;
  }
  auto& service = entry->second;
  if (std::exchange(service.found, true)) return &service;
  if (std::exchange(service.shown, true)) return &service;  // a query or the configuration found it first
  show_pending(name, out);
  enqueue({Call::Subscribe, name});
  return &service;
}

std::optional<ServiceName> Session::service_after(const ServiceName& name) const {
  auto next = services_.upper_bound(name);
  while (next != services_.end() && !next->second.shown) ++next;
  return next == services_.end() ? std::nullopt : std::optional(next->first);
}

std::vector<Known> Session::known() const {
  std::vector<Known> all;
  all.reserve(services_.size());
  for (const auto& [name, service] : services_) {
    all.push_back({name, service.shown, service.found, service.wanted, service.asked});
  }
  return all;
}

/// As after a lost connection: everything is subscribed to anew, and lists say what is gone.
void Session::adopt(const std::vector<Known>& known) {
  for (const auto& each : known) {
    auto& service = services_[each.name];
    service.shown = each.shown;
    service.found = each.listed;
    service.wanted = each.wanted;
    service.asked = each.asked;
  }
}

/// The same as a list that comes by itself, but now, and somebody waits for it.
void Session::on(event::ListAgain&&, Monotonic now, Actions&) {
  if (list_again_ != 0) return;
  list_again_ = ++sequence_;
  for (auto& [name, group] : groups_) group.due = std::min(group.due, now);
}

void Session::vanish(const ServiceName& name, bool by_list, Actions& out) {
  distrust_list_of(name.group);
  out.emplace_back(action::Erase{key_of(name), by_list});
  meaning_.forget(key_of(name));
  if (auto& service = services_[name];
      service.wanted || service.pinned) {  // it stays armed: a push tells when it is back
    service.found = service.shown = false;
    service.removed_at.reset();
    return;
  }
  enqueue({Call::Unsubscribe, name});
  services_.erase(name);
}

/// The same octets as the last list of this group, and nothing was heard that contradicts it since: there is
/// nothing to do. A list of 20,000 names every 10 s then costs one hash over it instead of 20,000 strings.
/// Servers list a hash set, whose order is stable while it is unchanged (4.2).
bool Session::listed_as_before(const InFlight& call, const std::string& octets, Monotonic now) {
  list_hash_ = std::hash<std::string>()(octets);
  auto& group = groups_[call.work.service.group];
  if (group.octets_hash == 0 || group.octets_hash != list_hash_) return false;
  group = Group{now + options_.list_interval, false, true, true, 0, call.started, list_hash_};
  if (list_again_ > call.started) group.due = now;
  return true;
}

/// What is told of one of its services otherwise makes the next list of a group one to be read.
void Session::distrust_list_of(const std::string& group_name) {
  if (const auto group = groups_.find(group_name); group != groups_.end()) group->second.octets_hash = 0;
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
  group = Group{now + options_.list_interval, false, true, true, 0, call.started, 0};
  if (list_again_ > call.started) group.due = now;
  const auto this_list = ++lists_read_;
  for (const auto& name : *names) {
    if (name.empty()) continue;
    auto* service = appear({group_name, name}, out);
    if (service == nullptr) continue;
    service->listed = this_list;
    service->removed_at.reset();
  }
  std::vector<ServiceName> gone;
  bool spared = false;  // the next list is to judge them, also one that says the same
  for (auto entry = services_.lower_bound({group_name, {}});
       entry != services_.end() && entry->first.group == group_name; ++entry) {
    const auto& service = entry->second;
    const bool unnamed_pin = service.pinned && !service.found;  // no list ever knew of it
    if (service.listed == this_list || !service.shown || unnamed_pin) continue;
    if (service.appeared < call.started) {
      gone.push_back(entry->first);
    } else {
      spared = true;
    }
  }
  for (const auto& name : gone) vanish(name, true, out);
  groups_[group_name].octets_hash = spared ? 0 : list_hash_;
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
  const bool first = service.epoch == 0;
  service.epoch = epoch_;
  service.last_ref_time = info.last_ref_time;
  service.content = fingerprint_of(info);
  if (is_hidden(service, info)) return;
  // Only the configuration names it, and its first answer is empty: there is no such service (5.3).
  if (service.pinned && !service.found && first && info.hosts.empty()) return vanish(name, false, out);
  judge_emptiness(name, service, info.hosts.empty(), now);
  out.emplace_back(action::Upsert{meaning_.state_of(key_of(name), info)});
}

void Session::pushed(const Push& push, Monotonic now, Actions& out) {
  counts_.add("pushes");
  if (!push.info) return counts_.add("skipped", "malformed-push");
  const auto found = services_.find(push.info->service);
  if (found == services_.end()) return counts_.add("skipped", "unknown-service");
  found->second.pushed = ++sequence_;
  accept(found->first, found->second, *push.info, now, out);
}

}  // namespace signpost::nacos
