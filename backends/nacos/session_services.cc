// Which services there are, and what they hold.
#include <utility>

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
  for (const auto& name : sieve_.pinned()) {
    const auto [entry, is_new] = services_.try_emplace(name);
    entry->second.pinned = true;
    if (!is_new) continue;  // what another machine has heard of it stands
    entry->second.shown = true;
    show_pending(name, out);
  }
}

/// Listed or announced. A new one is pending until its first answer: it exists, but nobody knows yet with
/// what.
Session::Service* Session::appear(const ServiceName& name, Actions& out) {
  auto entry = services_.find(name);
  if (entry == services_.end()) {
    if (!sieve_.takes(name)) return nullptr;
    entry = services_.try_emplace(name).first;
  }
  auto& service = of_now(entry->second);
  service.left_out = 0;
  if (std::exchange(service.found, true)) return &service;
  if (std::exchange(service.shown, true)) return &service;  // a query or the configuration found it first
  show_pending(name, out);
  enqueue({Call::Subscribe, name});
  return &service;
}

std::optional<ServiceName> Session::service_after(const ServiceName& name) const {
  auto next = services_.upper_bound(name);
  const auto is_there = [this](const Service& service) {
    return service.shown && (taking_ == 0 || service.left_out != taking_);
  };
  while (next != services_.end() && !is_there(next->second)) ++next;
  return next == services_.end() ? std::nullopt : std::optional(next->first);
}

std::vector<Known> Session::known() const {
  std::vector<Known> all;
  all.reserve(services_.size());
  for (const auto& [name, service] : services_) {
    all.push_back({name, service.shown, service.found, service.wanted, service.asked, service.read});
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
    service.read = each.read;
    adopted_ = adopted_ || each.read;
    if (each.asked) asked_.insert(each.name);
  }
}

void Session::subscribed(const InFlight& call, const Result<ServiceInfo>& info, Monotonic now, Actions& out) {
  const auto& name = call.work.service;
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  const bool ours = info && is_of(*info, name);
  if (!ours) {
    counts_.add("skipped", info ? "other-service" : "malformed-answer");
    return try_again(call.work, now);
  }
  auto& service = of_now(found->second);
  service.queued = false;
  service.failures = 0;
  accept(found->first, service, *info, call.started, now, out);
  reply_wanted(found->first, service, now, out);
}

/// Within one connection older news are dropped and equal ones taken (6.1, A10); across connections the
/// clocks of two servers are not compared. An answer to what was asked for after all that was accepted is
/// never older, whatever it says: then the server's clock was set back.
bool Session::is_outdated(const Service& service, const ServiceInfo& info,
                          std::uint64_t asked) const noexcept {
  return service.epoch == epoch_ && info.last_ref_time < service.last_ref_time && asked <= service.accepted;
}

/// `asked`: sequence_ of the request that it answers; 0: it is a push.
void Session::accept(const ServiceName& name, Service& service, const ServiceInfo& info, std::uint64_t asked,
                     Monotonic now, Actions& out) {
  if (is_outdated(service, info, asked)) return counts_.add("skipped", "out-of-order");
  const bool first = !std::exchange(service.read, true);
  service.epoch = epoch_;
  service.accepted = sequence_;
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
  auto& service = of_now(found->second);
  accept(found->first, service, *push.info, 0, now, out);
  if (service.shown) reply_wanted(found->first, service, now, out);
}

}  // namespace signpost::nacos
