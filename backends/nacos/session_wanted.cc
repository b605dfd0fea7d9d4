// Services that no list names: followed because a query asked for them (facts: Nacos 5.3, 5.4 d).
//
// A server answers a subscription to an unknown service with an empty list and keeps it armed. So such a
// service is hidden from the sink until it has instances once; what lists or the fuzzy watch name is shown in
// any case. Emptied, it is shown as empty for as long as a DELETE_SERVICE would take to be believed (L5).
//
// A server that was away may have restarted, and then knows nothing until its publishers have registered
// again (L14): for kForgetful after such a connection an empty first answer is no word, and whoever asked
// waits.
#include <utility>

#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {

void Session::on(event::Want&& wish, Monotonic now, Actions& out) {
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
  if (known) return reply_wanted(wish.service, service, now, out);
  if (connected()) enqueue({Call::Subscribe, wish.service});  // otherwise start_redo() does
}

void Session::on(event::Unwant&& wish, Monotonic, Actions& out) {
  const auto found = services_.find(wish.service);
  if (found == services_.end()) return;
  found->second.wanted = found->second.asked = false;
  asked_.erase(wish.service);
  doubted_.erase(wish.service);
  // An outage takes nothing away: redo_some() will.
  if (found->second.found || found->second.pinned || !connected()) return;
  if (found->second.shown) out.emplace_back(action::Erase{key_of(wish.service), false, true});
  meaning_.forget(key_of(wish.service));
  const auto& service = of_now(found->second);
  const bool known_there = service.epoch == epoch_ || service.failures > 0;  // a failed one may have arrived
  const bool in_flight = service.queued && !dequeue_subscribe(wish.service);
  services_.erase(found);
  if (known_there || in_flight) enqueue({Call::Unsubscribe, wish.service});
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

void Session::reply_wanted(const ServiceName& name, Service& service, Monotonic now, Actions& out) {
  if (!service.asked) return;
  if (!service.shown && now < doubting_until_) {
    doubted_.insert(name);
    return;
  }
  service.asked = false;
  asked_.erase(name);
  doubted_.erase(name);
  out.emplace_back(action::Wanted{name, service.shown});
}

/// What still nobody has registered is not there.
void Session::reply_doubted(Monotonic now, Actions& out) {
  for (int i = 0; i < timing::kPiece && !doubted_.empty() && now >= doubting_until_; ++i) {
    const auto name = *doubted_.begin();
    doubted_.erase(doubted_.begin());
    if (const auto found = services_.find(name); found != services_.end())
      reply_wanted(found->first, found->second, now, out);
  }
}

}  // namespace signpost::nacos
