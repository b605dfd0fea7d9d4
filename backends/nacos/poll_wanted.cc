// Services that no list names, read because a query asked for them: over HTTP v1 as over gRPC
// (session_wanted.cc). Hidden from the sink while they have no instances, and again `absent_after` after the
// last (L5). A server that was away may have restarted: that it has nothing yet is then no word (L14), and
// the next readings tell.
#include <utility>

#include "backends/nacos/poll_session.h"

namespace signpost::nacos {

void PollSession::want(const ServiceName& name, Monotonic now, Actions& out) {
  if (!services_.contains(name) && !sieve_.would_take(name)) {
    out.emplace_back(action::Wanted{name, false});
    return;
  }
  const auto [entry, is_new] = services_.try_emplace(name);
  auto& service = entry->second;
  service.wanted = service.asked = true;
  // What is shown was read once and stays (5.8); that there is nothing is known from this server alone.
  const bool known = service.shown ? service.tried != 0 : following() && service.tried == epoch_;
  if (known) return reply_wanted(name, service, now, out);
  if (!following()) return;  // begin() reads it
  if (is_new) ++untried_;
  enqueue(name);
}

void PollSession::unwant(const ServiceName& name, Actions& out) {
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  found->second.wanted = found->second.asked = false;
  // An outage takes nothing away: begin() will.
  if (found->second.listed != 0 || found->second.pinned || !following()) return;
  if (found->second.shown) out.emplace_back(action::Erase{key_of(name), false, true});
  if (found->second.queued) std::erase(queue_, name);  // where a token is awaited, nothing else empties it
  forget(name);
}

void PollSession::forget_unwanted(Actions& out) {
  for (auto entry = services_.begin(); entry != services_.end();) {
    const auto name = entry->first;
    const auto& service = (entry++)->second;
    if (service.listed != 0 || service.wanted || service.pinned) continue;
    if (service.shown) out.emplace_back(action::Erase{key_of(name), false, true});
    forget(name);
  }
}

/// True: the sink is not to hear of this answer. Only what no list names is ever hidden.
bool PollSession::hides(const ServiceName& name, Service& service, bool empty, Monotonic now, Actions& out) {
  if (!empty || service.listed != 0) {
    service.empty_since.reset();
    return false;
  }
  if (!service.shown) return true;
  if (!service.empty_since) service.empty_since = now;
  // Only the configuration names it, and its first answer is empty: there is no such service (5.3).
  const bool never_there = service.pinned && !service.read;
  if (!never_there && now - *service.empty_since < options_.absent_after) return false;
  service.shown = false;
  service.empty_since.reset();
  out.emplace_back(action::Erase{key_of(name)});
  return true;
}

void PollSession::reply_wanted(const ServiceName& name, Service& service, Monotonic now, Actions& out) {
  if (!service.asked || (!service.shown && now < doubting_until_)) return;
  service.asked = false;
  out.emplace_back(action::Wanted{name, service.shown});
}

}  // namespace signpost::nacos
