// How a reflector's exchanges end, and what comes after each end.
#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include "backends/kubernetes/reflector.h"

namespace signpost::kubernetes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kRetryAfterMax{60};       // K11
constexpr seconds kForbiddenPatience{30};   // K17
constexpr seconds kSlowRetry{60};           // K17, K30
constexpr seconds kErrorEventPatience{60};  // K8
constexpr seconds kOlderPatience{60};       // K21
constexpr seconds kShortWatch{1};           // K5
constexpr seconds kMarkPatience{30};        // K26

}  // namespace

void Reflector::end(std::string_view trouble, Monotonic now) {
  assert(in_exchange_);
  in_exchange_ = false;
  asked_ = true;
  const bool silent = now >= wake_;
  if (status_ == 0) {  // not even a head: connection refused, TLS, no answer (K13)
    counts_.add("requests_failed", "connection");
    lost(std::string(trouble));
    return back_off(now);
  }
  if (status_ != 200) return end_refused(now);
  if (silent) {  // alive as TCP, dead as a server (K7)
    counts_.add("requests_failed", "silent");
    fresh_connection_ = true;
  }
  if (phase_ == Phase::Watch) {
    mute_watch_ = silent && !watch_progressed_;
    return end_watch(silent ? "the watch fell silent" : trouble, now);
  }
  if (exchange_ == Exchange::Stream) return end_stream(silent ? "" : trouble, now);
  auto meta = page_ ? page_->finish() : Result<ListMeta>(Error{"the list was no JSON"});
  page_.reset();
  if (list_trouble_.empty() && !trouble.empty()) list_trouble_ = trouble;
  if (list_trouble_.empty() && !meta) list_trouble_ = meta.error().message;
  if (list_trouble_.empty()) return end_list_page(std::move(*meta), now);
  counts_.add("requests_failed", "broken");
  lost(list_trouble_);
  // The same page again, of the same version: what was read of it may come twice. Without a token the list is
  // a newer one, so what was read of this one may be gone by then.
  if (continue_token_.empty()) list_begun_ = false;
  back_off(now);
}

void Reflector::end_list_page(ListMeta meta, Monotonic now) {
  if (list_revision_ == 0) list_revision_ = meta.revision;
  continue_token_ = std::move(meta.continue_token);
  wake_ = now;
  if (!continue_token_.empty()) return;
  if (take_list(now)) wake_ = now;
}

/// The list is complete; false: it is older than what is known, and refused.
bool Reflector::take_list(Monotonic now) {
  if (list_revision_ < revision_) {
    const bool agreed =
        older_since_ && list_revision_ >= older_revision_ && now - *older_since_ >= kOlderPatience;
    if (!agreed) {
      reject_older_list(now);
      return false;
    }
    counts_.add("older_lists", "accepted");  // K21: the registry itself has gone back
  }
  older_since_.reset();
  revision_ = list_revision_;
  list_begun_ = false;
  phase_ = Phase::Watch;
  counts_.add("resource_lists");
  sink_.end_list(options_.source);
  return true;
}

/// K26: a stream that ended before its mark is no list; what was staged is dropped.
void Reflector::end_stream(std::string_view trouble, Monotonic now) {
  lines_.reset();
  if (list_revision_ != 0) return;  // refused (K20), and its wait is set
  list_begun_ = false;
  if (error_event_) return end_error_event(now);
  if (!watch_trouble_.empty()) trouble = watch_trouble_;
  const bool mute = stream_moved_ == stream_begun_;
  if (trouble.empty() && now - stream_begun_ >= kMarkPatience && (!mute || mute_stream_)) {
    give_up_streaming("no mark after the objects of a streaming list");
    wake_ = now;
    return;
  }
  mute_stream_ = mute;
  counts_.add("requests_failed", "broken");
  lost(trouble.empty() ? "the streaming list ended early" : std::string(trouble));
  back_off(now);
}

void Reflector::give_up_streaming(std::string_view why) {
  options_.streaming = false;
  list_begun_ = false;
  continue_token_.clear();
  counts_.add("fallbacks", "pages");
  note_ = std::string(why) + ": lists come in pages from now on";
}

/// K20: a server that lags behind what we know. Ask another one, if the address leads to several.
void Reflector::reject_older_list(Monotonic now) {
  counts_.add("older_lists", "rejected");
  if (!older_since_) older_since_ = now;
  older_revision_ = list_revision_;
  lost("the server is behind: its version " + std::to_string(list_revision_) + " is older than " +
       std::to_string(revision_));
  list_begun_ = false;
  list_from_ = ListFrom::Newest;
  fresh_connection_ = true;
  wait(seconds(5) + jitter(seconds(5)), now);  // a whole list each time: not too often
}

void Reflector::relist(ListFrom from, std::string_view reason) {
  counts_.add("relists", reason);
  phase_ = Phase::List;
  list_from_ = from;
  list_begun_ = false;
  continue_token_.clear();
}

void Reflector::end_watch(std::string_view trouble, Monotonic now) {
  lines_.reset();
  if (error_event_) return end_error_event(now);
  if (!watch_trouble_.empty()) trouble = watch_trouble_;
  if (!in_body_ && trouble.empty()) trouble = "the watch was no JSON";
  const bool useful = watch_progressed_ || now - watch_begun_ >= kShortWatch;
  if (trouble.empty() && useful) {  // its time was up (K4)
    progressed();
    return wait(jitter(milliseconds(100)), now);
  }
  counts_.add("requests_failed", "broken");
  lost(trouble.empty() ? "watches end as soon as they begin" : std::string(trouble));  // K5, K12
  // K21: a server whose etcd went back takes a watch of a version that it has not reached, and says nothing.
  // Later it reaches that version with other objects, and nobody can tell any more.
  if (mute_watch_) relist(ListFrom::Newest, "silent");
  back_off(now);
}

void Reflector::end_error_event(Monotonic now) {
  const auto status = std::move(*error_event_);
  const auto why = "watch error " + std::to_string(status.code) + " " + status.reason + ": " + status.message;
  counts_.add("requests_failed", "error_event");
  if (status.code == 410 || status.reason == "Expired" || status.reason == "Gone") {  // K1
    relist(phase_ == Phase::Watch ? ListFrom::NotOlder : ListFrom::Newest, "expired");
    return back_off(now);
  }
  lost(why);
  if (status.reason == "StorageReadError") {  // K9: the event of its deletion never comes
    relist(ListFrom::Newest, "storage_error");
    return back_off(now);
  }
  if (status.revision_too_large) {  // K3
    relist(ListFrom::Newest, "server_behind");
  } else if (status.code != 429) {  // K8
    if (!error_events_since_) error_events_since_ = now;
    if (now - *error_events_since_ >= kErrorEventPatience) {
      error_events_since_.reset();
      relist(ListFrom::Newest, "errors");
    }
  }
  wait(std::max<Duration>(std::min<Duration>(seconds(status.retry_after_s), kRetryAfterMax),
                          backoff_.next(random_)),
       now);
}

void Reflector::end_refused(Monotonic now) {
  const auto status = decode_status(error_body_);
  counts_.add("requests_failed", std::to_string(status_));
  refused_ = status_;
  if (status_ != 410) {
    lost("HTTP " + std::to_string(status_) + (status.message.empty() ? "" : ": " + status.message));
  }
  if (status_ != 403) forbidden_since_.reset();
  switch (status_) {
    case 401:
      return end_unauthorised(now);
    case 403:
      return end_forbidden(now);
    case 404:
      return end_missing(now);
    case 410:  // the version or the continue token has expired (K1, K2): not older at first, then whatever is
               // newest
      relist(phase_ == Phase::Watch ? ListFrom::NotOlder : ListFrom::Newest, "expired");
      return back_off(now);
    case 400:
    case 422:
      if (exchange_ == Exchange::Stream) {  // K26: the server cannot, or may not
        give_up_streaming("streaming lists are refused");
      } else if (phase_ == Phase::List) {
        relist(ListFrom::Newest, "bad_request");
      }
      break;
    default:
      if (status.revision_too_large) relist(ListFrom::Newest, "server_behind");  // K3
  }
  if (retry_after_.empty() && status.retry_after_s > 0) retry_after_ = std::to_string(status.retry_after_s);
  wait(asked_wait(), now);
}

/// Retry-After in whole seconds, at most a minute, with up to a tenth more so that clients spread (K11);
/// otherwise, and never less, the back-off.
Duration Reflector::asked_wait() {
  const auto least = backoff_.next(random_);
  int asked = 0;
  std::from_chars(retry_after_.data(), retry_after_.data() + retry_after_.size(), asked);
  if (asked <= 0) return least;
  const auto told = std::min<Duration>(seconds(asked), kRetryAfterMax);
  return std::max(least, told + jitter(told / 10));
}

/// K15: the token may have been rotated; one try at once with what its file says now.
void Reflector::end_unauthorised(Monotonic now) {
  fresh_token_ = true;
  if (std::exchange(unauthorised_, true)) return back_off(now);
  wake_ = now;
}

/// K17: a restarted apiserver answers so for a moment, until it has read its rules.
void Reflector::end_forbidden(Monotonic now) {
  if (!forbidden_since_) forbidden_since_ = now;
  forbidden_long_ = now - *forbidden_since_ >= kForbiddenPatience;
  if (!forbidden_long_) return back_off(now);
  wait(kSlowRetry - jitter(seconds(6)), now);
}

/// K30. Only who never had slices falls back: data that is there is not given up for one strange answer.
void Reflector::end_missing(Monotonic now) {
  if (decoder_.kind() == Kind::EndpointSlice && revision_ == 0) {
    counts_.add("fallbacks", "endpoints");
    decoder_ = Decoder(Kind::Endpoints, words_, counts_, options_.decode);
    relist(ListFrom::Newest, "no_slices");
    return back_off(now);
  }
  wait(kSlowRetry - jitter(seconds(6)), now);
}

}  // namespace signpost::kubernetes
