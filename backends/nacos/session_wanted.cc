// Services that no list names: followed because a query asked for them (facts: Nacos 5.3, 5.4 d).
//
// A server answers a subscription to an unknown service with an empty list and keeps it armed. So such a
// service is hidden from the sink until it has instances once; what lists or the fuzzy watch name is shown in
// any case. Emptied, it is shown as empty for as long as a DELETE_SERVICE would take to be believed (L5).
#include <utility>

#include "backends/nacos/session.h"

namespace signpost::nacos {

void Session::on(event::Want&& wish, Monotonic, Actions& out) {
  if (!services_.contains(wish.service) && !sieve_.would_take(wish.service)) {
    out.emplace_back(action::Wanted{wish.service, false});
    return;
  }
  auto& service = services_[wish.service];
  service.wanted = service.asked = true;
  asked_.insert(wish.service);
  // Pushes keep what is shown as it is, also over an outage (5.8); absence is known on a live connection
  // alone.
  const bool known = service.shown ? service.epoch != 0 : connected() && service.epoch == epoch_;
  if (known) return reply_wanted(wish.service, service, out);
  if (connected()) enqueue({Call::Subscribe, wish.service});  // otherwise start_redo() does
}

void Session::on(event::Unwant&& wish, Monotonic, Actions& out) {
  const auto found = services_.find(wish.service);
  if (found == services_.end()) return;
  found->second.wanted = found->second.asked = false;
  asked_.erase(wish.service);
  // An outage takes nothing away: redo_some() will.
  if (found->second.found || found->second.pinned || !connected()) return;
  if (found->second.shown) out.emplace_back(action::Erase{key_of(wish.service)});
  meaning_.forget(key_of(wish.service));
  services_.erase(found);
  enqueue({Call::Unsubscribe, wish.service});
}

/// Nobody but a query named it, and it has never had instances, or lost its name since.
bool Session::is_hidden(const Service& service, const ServiceInfo& info) const {
  return !service.shown && info.hosts.empty();
}

/// No list will say that a service is gone which only a query named: emptiness has to, after a while.
void Session::judge_emptiness(const ServiceName& name, Service& service, bool empty, Monotonic now) {
  if (!std::exchange(service.shown, true)) {
    service.appeared = ++sequence_;
    distrust_list_of(name.group);
  }
  if (service.found) return;
  if (empty) return expect_removal(name, now);
  service.removed_at.reset();
}

void Session::reply_wanted(const ServiceName& name, Service& service, Actions& out) {
  if (!std::exchange(service.asked, false)) return;
  asked_.erase(name);
  out.emplace_back(action::Wanted{name, service.shown});
}

}  // namespace signpost::nacos
