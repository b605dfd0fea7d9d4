// A new connection: everything is asked for anew, while what the last one told stays (facts: Nacos 5.8).
//
// With 20,000 services neither the queue nor what a connection knows of each of them is set up in one step: a
// walk over the services keeps the queue filled, and what belongs to an older connection is dropped when
// somebody looks at it.
#include <utility>

#include "backends/nacos/session.h"
#include "backends/nacos/timing.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {
namespace {

constexpr std::size_t kAhead = 64;  // in the queue before the walk goes on

}  // namespace

/// The service, with nothing of an older connection in it.
Session::Service& Session::of_now(Service& service) {
  if (std::exchange(service.connection, epoch_) == epoch_) return service;
  service.queued = false;
  service.failures = 0;
  service.doubted = 0;
  service.removed_at.reset();
  return service;
}

void Session::start_redo(Monotonic now, Actions& out) {
  state_ = State::Redo;
  wait_until_ = Monotonic::max();
  heard(now);
  const bool after_loss = epoch_ > 1 || adopted_;
  doubting_until_ = after_loss ? now + timing::kForgetful : now;
  out.emplace_back(action::Note{log::Level::Info, "nacos.connected", spelled(current_)});
  start_lists(now);
  start_watch(now);
  for (const auto& name : asked_) enqueue({Call::Subscribe, name});
  redo_ = ServiceName{};
}

/// New services queue themselves, also those that the walk has passed. What was unwanted while there was no
/// connection goes now.
void Session::redo_some(Actions& out) {
  for (int i = 0; i < timing::kPiece && !dropped_.empty(); ++i) dropped_.pop_front();
  if (!redo_ || queue_.size() >= kAhead) return;
  auto next = services_.upper_bound(*redo_);
  for (int i = 0; i < timing::kPiece && next != services_.end() && queue_.size() < kAhead; ++i) {
    const auto& service = of_now(next->second);
    redo_ = next->first;
    if (!service.found && !service.wanted && !service.pinned) {
      if (service.shown) out.emplace_back(action::Erase{key_of(next->first), false, true});
      meaning_.forget(key_of(next->first));
      next = services_.erase(next);
      continue;
    }
    const bool asked_for = service.queued || service.failures > 0 || service.epoch == epoch_;
    if (!asked_for) enqueue({Call::Subscribe, next->first});
    ++next;
  }
  if (next == services_.end()) redo_.reset();
}

}  // namespace signpost::nacos
