#include "zones/guard/holds.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace signpost {

std::string_view to_string(HoldEnd end) noexcept {
  switch (end) {
    case HoldEnd::Returned:
      return "returned";
    case HoldEnd::Confirmed:
      return "confirmed";
    case HoldEnd::Expired:
      return "expired";
    case HoldEnd::Operator:
      return "operator";
    case HoldEnd::Event:
      return "event";
    case HoldEnd::Opinion:
      return "second_opinion";
  }
  return "returned";
}

void Holds::regained(Monotonic now) noexcept {
  if (!std::exchange(lost_, false)) return;
  regained_ = now;
}

bool Holds::guarding(Monotonic now) const noexcept {
  return rules_.forgetful && (lost_ || (regained_ && now < *regained_ + kQuiet));
}

const Hold* Holds::find(Service service) const {
  const auto found = all_.find(service);
  return found == all_.end() ? nullptr : &found->second;
}

void Holds::begin(Service service, Hold hold, Monotonic now) {
  hold.since = now;
  hold.last_growth = now;
  const auto guard = static_cast<std::size_t>(hold.guard);
  const bool added = all_.emplace(service, std::move(hold)).second;
  assert(added);
  static_cast<void>(added);
  ++counts_[guard].begun;
  ++running_[guard].begun;
  ++held_[guard];
}

void Holds::tell(Service service, Told told, bool grew, Monotonic now) {
  const auto found = all_.find(service);
  assert(found != all_.end());
  found->second.told = std::move(told);
  if (grew) found->second.last_growth = now;
}

std::optional<Hold> Holds::end(Service service, HoldEnd why) {
  const auto found = all_.find(service);
  if (found == all_.end()) return std::nullopt;
  auto hold = std::move(found->second);
  all_.erase(found);
  const auto guard = static_cast<std::size_t>(hold.guard);
  ++counts_[guard].ended[static_cast<std::size_t>(why)];
  ++running_[guard].ended[static_cast<std::size_t>(why)];
  --held_[guard];
  return hold;
}

std::optional<Monotonic> Holds::ends_at(const Hold& hold) const {
  switch (hold.guard) {
    case ListGuard::EmptyRead:
      return std::nullopt;
    case ListGuard::GlobalShrink:
      return hold.since + kGlobalTime;
    case ListGuard::ServiceShrink:
      break;
  }
  if (!rules_.forgetful) return hold.since + kServiceTime;
  const auto base = doubted_since(hold);
  return std::min(std::max(hold.last_growth, base) + kQuiet, base + kLongest);
}

std::vector<Holds::Service> Holds::due(Monotonic now) const {
  std::vector<Service> due;
  if (lost_) return due;
  for (const auto& [service, hold] : all_) {
    const auto end = ends_at(hold);
    if (end && now >= *end) due.push_back(service);
  }
  return due;
}

bool Holds::ask(Monotonic now) {
  if (asked_ && now < *asked_ + kAskAgain) return false;
  const bool needed = std::any_of(all_.begin(), all_.end(), [&](const auto& each) {
    return !each.second.after_reconnect && now >= each.second.since + kSecondRead;
  });
  if (needed) asked_ = now;
  return needed;
}

std::vector<Holds::Service> Holds::confirmed() {
  std::vector<Service> sure;
  const auto asked = std::exchange(asked_, std::nullopt);
  if (!asked) return sure;
  for (const auto& [service, hold] : all_) {
    if (!hold.after_reconnect && *asked >= hold.since + kSecondRead) sure.push_back(service);
  }
  return sure;
}

Monotonic Holds::doubted_since(const Hold& hold) const {
  return hold.after_reconnect && regained_ ? *regained_ : hold.since;
}

std::vector<Holds::Service> Holds::ask_elsewhere(Monotonic now) {
  std::vector<Service> services;
  if (!rules_.second_opinion || lost_ || now < elsewhere_due_) return services;
  const auto ask = [&](auto from, auto to) {
    for (; from != to && services.size() < kAskedAtOnce; ++from) {
      if (now >= from->second.since + kGather) services.push_back(from->first);
    }
  };
  const auto after = all_.upper_bound(last_elsewhere_);
  ask(after, all_.end());
  ask(all_.begin(), after);
  if (!services.empty()) last_elsewhere_ = services.back();
  return services;
}

void Holds::asked_elsewhere(std::size_t questions, Monotonic now) {
  open_elsewhere_ = questions;
  elsewhere_due_ = now + kAskAgain;
}

void Holds::answered_elsewhere(Monotonic now) {
  if (open_elsewhere_ == 0 || --open_elsewhere_ != 0) return;
  elsewhere_due_ = now + kElsewhereAgain;
}

void Holds::contradicted(Service service, std::string words, Monotonic now) {
  const auto found = all_.find(service);
  assert(found != all_.end());
  found->second.elsewhere = std::move(words);
  found->second.last_growth = now;
}

std::vector<Holds::Over> Holds::take_over() {
  std::vector<Over> over;
  for (std::size_t i = 0; i < kListGuardCount; ++i) {
    if (held_[i] != 0 || running_[i].begun == 0) continue;
    over.push_back({static_cast<ListGuard>(i), std::exchange(running_[i], Counts())});
  }
  return over;
}

}  // namespace signpost
