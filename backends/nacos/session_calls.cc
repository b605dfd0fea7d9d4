// Unary requests: what waits, what is sent, and what becomes of the answers.
#include <algorithm>

#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"

namespace signpost::nacos {
/// Marks the work as waiting, so that it is never queued twice.
void Session::enqueue(Work work) {
  switch (work.call) {
    case Call::List:
      groups_[work.service.group].queued = true;
      break;
    case Call::Watch: {
      const auto found = watching_.patterns.find(work.service);
      if (found == watching_.patterns.end()) return;
      found->second.queued = true;
      if (!found->second.held) found->second.asked = sequence_;
      break;
    }
    case Call::Subscribe: {
      auto& service = of_now(services_[work.service]);
      if (service.queued) return;
      service.queued = true;
      if (service.asked) return queue_.push_front(std::move(work));  // a query waits, within a budget
      break;
    }
    default:
      break;
  }
  // What names services goes before the storm that reads them.
  const auto at = paced(work.call) ? queue_.end()
                                   : std::find_if(queue_.begin(), queue_.end(),
                                                  [](const Work& waiting) { return paced(waiting.call); });
  queue_.insert(at, std::move(work));
}

/// False: it has gone out. Those that somebody waits for, which are most, are in front.
bool Session::dequeue_subscribe(const ServiceName& name) {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const Work& waiting) {
    return waiting.call == Call::Subscribe && waiting.service == name;
  });
  if (found == queue_.end()) return false;
  queue_.erase(found);
  return true;
}

std::size_t Session::naming_in_flight() const {
  return static_cast<std::size_t>(std::count_if(in_flight_.begin(), in_flight_.end(), [](const auto& entry) {
    return entry.second.work.call != Call::Health;
  }));
}

/// At most 64 at once (5.8), and of subscriptions so many a second: a storm of them must not run into the
/// server's own limits (A16).
void Session::pump(Monotonic now, Actions& out) {
  auto free = timing::kInFlight - std::min(timing::kInFlight, naming_in_flight());
  redo_some(out);
  for (; free > 0 && !queue_.empty() && !awaiting_token_ && now >= paused_until_; --free) {
    if (paced(queue_.front().call) && !pace_.take(now)) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    if (work.call == Call::Subscribe && !services_.contains(work.service)) continue;   // gone while it waited
    if (work.call == Call::Unsubscribe && services_.contains(work.service)) continue;  // and back
    if (work.call == Call::Subscribe && unsubscribing_.contains(work.service)) {
      of_now(services_[work.service]).queued = false;  // over() queues it again
      continue;
    }
    const bool watched = watching_.patterns.contains(work.service);  // likewise
    if ((work.call == Call::Watch && !watched) || (work.call == Call::Unwatch && watched)) continue;
    send(std::move(work), timing::kRequest, now, out);
  }
}

Payload Session::request_for(const Work& work) {
  switch (work.call) {
    case Call::ServerCheck:
      return server_check_request();
    case Call::Health:
      return health_check_request();
    case Call::List:
      return list_request(options_.space, work.service.group);
    case Call::Subscribe:
      return subscribe_request(options_.space, work.service, true);
    case Call::Unsubscribe:
      return subscribe_request(options_.space, work.service, false);
    case Call::Audit:
      return query_request(options_.space, work.service);
    case Call::Unwatch:
      return unwatch_request(options_.space, work.service);
    case Call::Watch:
      break;
  }
  return watch_request_for(work.service);
}

void Session::send(Work work, Duration timeout, Monotonic now, Actions& out) {
  auto payload = request_for(work);
  if (!token_.empty()) payload.headers.emplace_back("accessToken", token_);
  const auto id = ++last_id_;
  if (work.call == Call::Unsubscribe) unsubscribing_.insert(work.service);
  in_flight_.emplace(id, InFlight{std::move(work), now + timeout, ++sequence_, token_});
  out.emplace_back(action::Request{id, encode(payload), timeout});
}

/// A request has ended, however it did. Two requests travel side by side: a service is subscribed to again
/// only when the server cannot unsubscribe it after that.
void Session::over(const Work& work) {
  if (work.call == Call::Audit) --audit_.in_flight;
  if (work.call != Call::Unsubscribe || unsubscribing_.erase(work.service) == 0) return;
  const auto found = services_.find(work.service);
  if (found != services_.end() && of_now(found->second).epoch != epoch_)
    enqueue({Call::Subscribe, work.service});
}

void Session::on(event::Reply&& reply, Monotonic now, Actions& out) {
  const auto found = in_flight_.find(reply.id);
  if (found == in_flight_.end()) return;
  auto call = std::move(found->second);
  in_flight_.erase(found);
  over(call.work);
  heard(now);
  if (call.work.call == Call::List && listed_as_before(call, reply.octets, now)) {
    malformed_in_a_row_ = 0;
    pauses_ = 0;
    alive_ = true;
    return;
  }
  auto payload = decode_payload(reply.octets);
  ListReader names;
  if (payload && call.work.call == Call::List) names = ListReader::cut_out_of(*payload);
  const bool of_service = call.work.call == Call::Subscribe || call.work.call == Call::Unsubscribe ||
                          call.work.call == Call::Audit;
  Result<ServiceInfo> service = Error{};
  Result<Answer> answer = payload ? Answer() : Result<Answer>(payload.error());
  if (payload && of_service) {
    answer = read_service_answer(*payload, service);
  } else if (payload) {
    answer = read_answer(*payload);
  }
  if (!answer) {
    if (call.work.call == Call::ServerCheck) return lose("server-check", answer.error().message, now, out);
    try_again(call.work, now);
    return malformed(answer.error().message, now, out);
  }
  malformed_in_a_row_ = 0;
  if (!answer->ok) return refused(call, *answer, now, out);
  pauses_ = 0;
  alive_ = true;
  if (call.work.call == Call::Subscribe) return subscribed(call, service, now, out);
  if (call.work.call == Call::Audit) return audited(call, service, now, out);
  answered(std::move(call), *payload, std::move(names), now, out);
}

void Session::answered(InFlight&& call, const Payload& payload, ListReader&& names, Monotonic now,
                       Actions& out) {
  switch (call.work.call) {
    case Call::ServerCheck:
      return server_checked(payload, now, out);
    case Call::List:
      return listed(std::move(call), payload, std::move(names), now, out);
    case Call::Watch:
      return watch_answered(call.work.service, 0, now, out);
    case Call::Subscribe:
    case Call::Audit:
    case Call::Health:
    case Call::Unsubscribe:
    case Call::Unwatch:
      return;
  }
}

}  // namespace signpost::nacos
