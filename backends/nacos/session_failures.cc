// Unary requests that failed or were refused, and when they are tried again.
#include <algorithm>

#include "backends/nacos/codes.h"
#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/trouble.h"

namespace signpost::nacos {
void Session::refused(const InFlight& call, const Answer& answer, Monotonic now, Actions& out) {
  const auto why = "error " + std::to_string(answer.error_code) + ": " + answer.message;
  if (call.work.call == Call::ServerCheck || answer.error_code == code::kStarting) {
    return lose(answer.error_code == code::kStarting ? "starting" : "server-check", why, now, out);
  }
  if (code::is_unregistered(answer.error_code)) {
    if (now - set_up_at_ >= timing::kSetupGrace) return lose("unregistered", why, now, out);
    if (call.work.call == Call::Health) return;
    enqueue_again(call.work);
    paused_until_ = now + timing::kRepeat;
    return;
  }
  switch (answer.error_code) {
    case code::kForbidden:
      return forbidden(call, now, out);
    case code::kOverLimit:
    case -code::kOverLimit:
      counts_.add("requests_failed", "over-limit");
      enqueue_again(call.work);
      pace_.over_limit(now);
      // Of the 64 in flight all may be refused: that is one reason to wait, not 64.
      if (now >= paused_until_) {
        paused_until_ = now + std::min<Duration>(retry_delay(pauses_++), timing::kPauseMost);
      }
      return;
    case code::kNoHandler:
    case code::kPatternLimit:
    case code::kMatchLimit:
      if (call.work.call == Call::Watch) {
        return watch_answered(call.work.service, answer.error_code, now, out);
      }
      break;
    default:
      break;
  }
  counts_.add("requests_failed", "refused");
  out.emplace_back(action::Note{log::Level::Debug, "nacos.refused", why});
  try_again(call.work, now);
}

/// 403: one new login, then patience (A13). Without an account the operator must be told what is missing:
/// from 3.3 on servers ask for one by default (4.6).
void Session::forbidden(const InFlight& call, Monotonic now, Actions& out) {
  counts_.add("requests_failed", "forbidden");
  const bool with_current = call.token == token_;
  if (options_.login && (!with_current || awaiting_token_)) return enqueue_again(call.work);
  if (options_.login && (!renewed_at_ || now - *renewed_at_ >= timing::kRenewToken)) {
    renewed_at_ = now;
    awaiting_token_ = true;
    out.emplace_back(action::RenewToken{token_});
    return enqueue_again(call.work);
  }
  if (!std::exchange(forbidden_told_, true)) {
    out.emplace_back(
        action::Note{log::Level::Warning, "nacos.forbidden", std::string(forbidden_text(options_.login))});
  }
  try_again(call.work, now);
}

void Session::enqueue_again(const Work& work) {
  if (work.call == Call::Health || work.call == Call::Audit) return;
  if (work.call == Call::Subscribe) {
    const auto found = services_.find(work.service);
    if (found == services_.end()) return;
    of_now(found->second).queued = false;
  }
  enqueue(work);
}

void Session::try_again(const Work& work, Monotonic now) {
  switch (work.call) {
    case Call::List: {
      auto& group = groups_[work.service.group];
      group.queued = false;
      group.current = false;
      group.due = now + std::min(retry_delay(group.failures++), options_.list_interval);
      return;
    }
    case Call::Watch: {
      const auto found = watching_.patterns.find(work.service);
      if (found == watching_.patterns.end()) return;
      found->second.queued = false;
      found->second.due = now + retry_delay(found->second.failures++);
      return;
    }
    case Call::Subscribe: {
      const auto found = services_.find(work.service);
      if (found == services_.end()) return;
      auto& service = of_now(found->second);
      service.queued = false;
      retries_.emplace(now + retry_delay(service.failures++), work.service);
      return;
    }
    case Call::Audit:
      return audit_failed(now);
    default:
      return;  // an Unsubscribe or Unwatch that fails costs a message now and then, which is ignored
  }
}

Duration Session::retry_delay(std::uint32_t failures) { return retry_delay_after(failures, random_); }

void Session::on(event::RequestFailed&& failed, Monotonic now, Actions& out) {
  const auto found = in_flight_.find(failed.id);
  if (found == in_flight_.end()) return;
  const auto work = std::move(found->second.work);
  in_flight_.erase(found);
  over(work);
  counts_.add("requests_failed", "transport");
  if (work.call == Call::ServerCheck) return lose("server-check", failed.why, now, out);
  try_again(work, now);
}

void Session::expire_calls(Monotonic now, Actions& out) {
  for (auto entry = in_flight_.begin(); entry != in_flight_.end();) {
    if (now < entry->second.deadline) {
      ++entry;
      continue;
    }
    const auto work = std::move(entry->second.work);
    entry = in_flight_.erase(entry);
    over(work);
    counts_.add("requests_failed", "timeout");
    if (work.call == Call::ServerCheck) return lose("server-check", "no answer in time", now, out);
    try_again(work, now);
  }
}

}  // namespace signpost::nacos
