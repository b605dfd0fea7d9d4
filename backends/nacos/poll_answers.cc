// What comes back over HTTP v1, what fails, and when it is asked again.
#include <algorithm>
#include <utility>

#include "backends/nacos/poll_session.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/trouble.h"

namespace signpost::nacos {
namespace {

/// The server's own wish within reason: a wrong value must neither flood it nor freeze us.
Duration period_of(const ServiceInfo& info) {
  if (info.cache_millis <= 0) return timing::kPoll;
  const auto capped = std::min<std::int64_t>(info.cache_millis, 3600000);
  return std::clamp<Duration>(std::chrono::milliseconds(capped), timing::kPollLeast, timing::kPollMost);
}

}  // namespace

void PollSession::fetched(event::Fetched&& answer, Monotonic now, Actions& out) {
  const auto found = in_flight_.find(answer.id);
  if (found == in_flight_.end()) return;
  const auto call = std::move(found->second);
  in_flight_.erase(found);
  const auto why = "HTTP " + std::to_string(answer.status);
  switch (answer.status) {
    case 200:
      return call.work.name.empty() ? listed(call, answer.body, now, out)
                                    : instances(call, answer.body, now, out);
    case 0:
      return failed(call.work, "transport", answer.why, now, out);
    case 401:
    case 403:
      return forbidden(call, now, out);
    case 404:
    case 410:
      // The server has no such API (section 2): another one may, and the operator should know.
      counts_.add("requests_failed", "refused");
      return lose("no-v1", why + ": this server has no HTTP v1 for naming; use `protocol: auto` or `grpc`",
                  now, out);
    case 502:
    case 503:
    case 504:
      counts_.add("requests_failed", "down");
      return lose("down", why, now, out);
    default:
      return failed(call.work, "refused", why, now, out);
  }
}

void PollSession::expire(Monotonic now, Actions& out) {
  for (auto entry = in_flight_.begin(); entry != in_flight_.end() && following();) {
    if (now < entry->second.deadline) {
      ++entry;
      continue;
    }
    const auto work = std::move(entry->second.work);
    in_flight_.erase(entry);
    failed(work, "timeout", "no answer in time", now, out);
    entry = in_flight_.begin();
  }
}

/// The list decides (L5), as it does over gRPC. One of the same octets as the last decides the same: a list
/// of 20,000 names then costs a hash over it.
void PollSession::listed(const InFlight& call, const std::string& body, Monotonic now, Actions& out) {
  const auto hash = std::hash<std::string>()(body) | 1U;
  if (groups_[call.work.group].octets_hash == hash) return list_read(call, hash, now);
  const auto names = read_v1_list(body);
  if (!names) {
    counts_.add("skipped", "malformed-answer");
    return failed(call.work, "malformed", names.error().message, now, out);
  }
  list_read(call, hash, now);
  const auto this_list = ++lists_read_;
  for (const auto& name : *names) {
    if (name.empty()) continue;
    const ServiceName service{call.work.group, name};
    auto entry = services_.find(service);
    if (entry == services_.end()) {
      if (!sieve_.takes(service)) continue;
      entry = services_.try_emplace(service).first;
      ++untried_;
    }
    entry->second.listed = this_list;
    if (std::exchange(entry->second.shown, true)) continue;
    show_pending(service, out);
    enqueue(service);
  }
  std::vector<ServiceName> gone;
  for (auto entry = services_.lower_bound({call.work.group, {}});
       entry != services_.end() && entry->first.group == call.work.group; ++entry) {
    const auto listed = entry->second.listed;  // what only a query named is not the list's to judge
    if (listed != 0 && listed != this_list) gone.push_back(entry->first);
  }
  for (const auto& name : gone) vanish(name, out);
}

void PollSession::list_read(const InFlight& call, std::size_t hash, Monotonic now) {
  failures_in_a_row_ = 0;
  answered_ = alive_ = true;
  auto& group = groups_[call.work.group];
  group = Group{now + options_.list_interval, false, true, true, 0, call.started, hash};
  if (list_again_ > call.started) group.due = now;
}

void PollSession::vanish(const ServiceName& name, Actions& out) {
  out.emplace_back(action::Erase{key_of(name), true});
  if (auto& service = services_[name]; service.wanted || service.pinned) {
    meaning_.forget(key_of(name));
    service.listed = 0;
    service.shown = false;
    return;
  }
  forget(name);
}

void PollSession::forget(const ServiceName& name) {
  meaning_.forget(key_of(name));
  const auto found = services_.find(name);
  tried(found->second);
  polls_.erase({found->second.due, name});
  services_.erase(found);
}

/// After the first reading the next is drawn from the whole period, so that a round of thousands spreads out;
/// later ones keep their place but for a twentieth.
void PollSession::instances(const InFlight& call, const std::string& body, Monotonic now, Actions& out) {
  const auto& name = call.work;
  const auto found = services_.find(name);
  if (found == services_.end()) return;
  const auto info = read_v1_instances(body);
  const bool ours = info && is_of(*info, name);
  if (!ours) {
    counts_.add("skipped", info ? "other-service" : "malformed-answer");
    return failed(name, "malformed", info ? "the answer is of another service" : info.error().message, now,
                  out);
  }
  failures_in_a_row_ = 0;
  answered_ = alive_ = true;
  auto& service = found->second;
  const bool first = service.tried != epoch_;
  tried(service);
  service.failures = 0;
  const auto period = period_of(*info);
  const auto rest = first ? period / 10 + drawn(period * 9 / 10) : period * 9 / 10 + upper_half(period / 10);
  service.read_at = now;
  schedule(name, service, now + (service.hinted ? timing::kHintLeast : rest));
  counts_.add("polls");
  if (!hides(name, service, info->hosts.empty(), now, out)) {
    service.shown = service.read = true;
    out.emplace_back(action::Upsert{meaning_.state_of(key_of(name), *info)});
  }
  reply_wanted(name, service, now, out);
}

/// A hint moves the next reading to now: at most one a second of a service, and 50 of all, since anybody can
/// send them. Of a service that is not followed nothing is asked (A15).
void PollSession::hint(const ServiceName& name, Monotonic now) {
  const auto found = services_.find(name);
  if (found == services_.end() || !following()) return counts_.add("push_datagrams", "unknown-service");
  if (now - hints_since_ >= std::chrono::seconds(1)) {
    hints_since_ = now;
    hints_ = 0;
  }
  if (++hints_ > timing::kHintsASecond) return counts_.add("push_datagrams", "flood");
  counts_.add("push_datagrams", "taken");
  auto& service = found->second;
  service.hinted = true;  // what is in flight may have been answered before the change
  if (service.queued) return;
  const auto soonest = std::max(now, service.read_at + timing::kHintLeast);
  if (soonest < service.due) schedule(name, service, soonest);
}

void PollSession::schedule(const ServiceName& name, Service& service, Monotonic when) {
  service.queued = false;
  polls_.erase({service.due, name});  // one that came back while it was in flight has one place only
  service.due = when;
  polls_.emplace(when, name);
}

void PollSession::tried(Service& service) {
  if (std::exchange(service.tried, epoch_) != epoch_ && untried_ > 0) --untried_;
}

/// 403: one new login; then the token in the query, which some take where they ignore the header (4.6); then
/// patience (A13, A14).
void PollSession::forbidden(const InFlight& call, Monotonic now, Actions& out) {
  counts_.add("requests_failed", "forbidden");
  const auto again = [&] {
    if (call.work.name.empty()) return enqueue(call.work);
    if (const auto found = services_.find(call.work); found != services_.end()) {
      found->second.queued = false;
      enqueue(call.work);
    }
  };
  const bool outdated = call.token != token_ || call.token_in_query != token_in_query_;
  if (options_.login && (outdated || awaiting_token_)) return again();
  if (options_.login && (!renewed_at_ || now - *renewed_at_ >= timing::kRenewToken)) {
    renewed_at_ = now;
    awaiting_token_ = true;
    out.emplace_back(action::RenewToken{token_});
    return again();
  }
  if (options_.login && !token_in_query_) {
    token_in_query_ = true;
    return again();
  }
  if (!std::exchange(forbidden_told_, true)) {
    out.emplace_back(
        action::Note{log::Level::Warning, "nacos.forbidden", std::string(forbidden_text(options_.login))});
  }
  try_again(call.work, now);
}

/// A server that answers nothing at first, or fails three times in a row, is left for the next. Bad answers
/// about one service are that service's trouble alone.
void PollSession::failed(const Work& work, std::string_view reason, const std::string& why, Monotonic now,
                         Actions& out) {
  counts_.add("requests_failed", reason);
  out.emplace_back(action::Note{log::Level::Debug, "nacos.refused", why});
  const bool of_server = work.name.empty() || reason == "transport" || reason == "timeout";
  if (of_server && (++failures_in_a_row_ >= timing::kFailuresInARow || !answered_)) {
    return lose(reason, why, now, out);
  }
  try_again(work, now);
}

void PollSession::try_again(const Work& work, Monotonic now) {
  if (work.name.empty()) {
    auto& group = groups_[work.group];
    group.queued = false;
    group.current = false;
    group.due = now + std::min(retry_delay(group.failures++), options_.list_interval);
    return;
  }
  const auto found = services_.find(work);
  if (found == services_.end()) return;
  tried(found->second);
  schedule(work, found->second, now + retry_delay(found->second.failures++));
}

Duration PollSession::drawn(Duration most) { return nacos::drawn(most, random_); }

Duration PollSession::upper_half(Duration full) { return nacos::upper_half(full, random_); }

Duration PollSession::retry_delay(std::uint32_t failures) { return retry_delay_after(failures, random_); }

}  // namespace signpost::nacos
