#include "backends/kubernetes/auditor.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace signpost::kubernetes {
namespace {

using follow::HttpNext;
using std::chrono::seconds;

constexpr seconds kPageSilence{30};
constexpr seconds kRetry{5};  // when it was asked for in a hurry
constexpr seconds kSettleStep{1};
constexpr seconds kSettleMost{150};  // a bookmark comes about once a minute

}  // namespace

Auditor::Auditor(const Reflector& reflector, Duration interval, ObjectSink& sink, follow::Counts& counts,
                 Random random, Monotonic now)
    : reflector_(reflector), interval_(interval), sink_(sink), counts_(counts), random_(random) {
  wake_ = next_time(now);
}

Monotonic Auditor::next_time(Monotonic now) {
  const auto half = static_cast<std::uint64_t>(interval_.count() / 2);
  return now + interval_ * 3 / 4 + Duration(static_cast<Duration::rep>(random_.below(half + 1)));
}

std::optional<ApiRequest> Auditor::next(Monotonic now) {
  assert(!in_exchange_);
  if (now < wake_) return std::nullopt;
  if (phase_ == Phase::Settling) {
    if (reflector_.revision() >= listed_) {
      finish(now);
    } else if (now >= settle_until_) {
      give_up("unsettled", now);
    } else {
      wake_ = now + kSettleStep;
    }
    return std::nullopt;
  }
  if (!reflector_.watching()) {  // it lists: nothing to compare with
    if (phase_ == Phase::Listing) give_up("listed", now);
    wake_ = now + kRetry;
    return std::nullopt;
  }
  if (phase_ == Phase::Waiting) begin(now);
  in_exchange_ = true;
  status_ = 0;
  wake_ = Monotonic::max();  // until the head is here the client has its own deadline (K34)
  counts_.add("requests", "audit");
  return ApiRequest{
      list_target(reflector_.decoder().kind(), reflector_.selection(), token_, ListFrom::Exact, known_), true,
      false, false};
}

void Auditor::begin(Monotonic) {
  phase_ = Phase::Listing;
  known_ = reflector_.revision();
  listed_ = 0;
  token_.clear();
  sink_.begin_audit(reflector_.source());
}

HttpNext Auditor::head(const follow::HttpHead& head, Monotonic now) {
  status_ = head.status;
  wake_ = now + kPageSilence;
  page_.reset();
  if (status_ != 200 || !head.content_type.starts_with("application/json")) return HttpNext::Stop;
  page_ = std::make_unique<ListPage>(reflector_.decoder(), counts_, [this](Object object) {
    sink_.audited(reflector_.source(), std::move(object));
  });
  return HttpNext::Continue;
}

HttpNext Auditor::body(std::string_view octets, Monotonic now) {
  wake_ = now + kPageSilence;
  return !stopped_ && page_ && page_->feed(octets) ? HttpNext::Continue : HttpNext::Stop;
}

void Auditor::end(std::string_view trouble, Monotonic now) {
  assert(in_exchange_);
  in_exchange_ = false;
  if (std::exchange(stopped_, false)) return give_up("dropped", now);
  if (status_ == 410) return give_up("expired", now);
  if (!page_ || !trouble.empty()) return give_up("failed", now);
  auto meta = page_->finish();
  page_.reset();
  if (!meta) return give_up("failed", now);
  if (listed_ == 0) listed_ = meta->revision;
  token_ = std::move(meta->continue_token);
  wake_ = now;
  if (!token_.empty()) return;
  if (listed_ < known_) return give_up("older", now);  // K20: what it says is past
  phase_ = Phase::Settling;
  settle_until_ = now + kSettleMost;
}

void Auditor::finish(Monotonic now) {
  counts_.add("audits", "complete");
  phase_ = Phase::Waiting;
  hurried_ = false;
  wake_ = next_time(now);
  sink_.end_audit(reflector_.source());
}

/// Nothing has changed by it.
void Auditor::give_up(std::string_view reason, Monotonic now) {
  counts_.add("audits", reason);
  phase_ = Phase::Waiting;
  wake_ = hurried_ ? now + kRetry : next_time(now);
  sink_.drop_audit(reflector_.source());
}

void Auditor::hurry(Monotonic now) {
  hurried_ = true;
  if (in_exchange_) {
    stopped_ = true;  // it began too early
    return;
  }
  if (phase_ != Phase::Waiting) give_up("dropped", now);
  wake_ = now;
}

}  // namespace signpost::kubernetes
