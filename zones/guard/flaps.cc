#include "zones/guard/flaps.h"

#include <algorithm>

namespace signpost {

bool Flaps::changed(Service service, std::string_view instance, Health from, Health to, Monotonic now) {
  auto& all = of_[service];
  auto at = all.find(instance);
  if (at == all.end()) at = all.emplace(std::string(instance), Flap()).first;
  auto& flap = at->second;
  std::erase_if(flap.changes, [now](Monotonic change) { return change + kWindow <= now; });
  if (flap.changes.size() > kMost) flap.changes.erase(flap.changes.begin());
  flap.changes.push_back(now);
  if (flap.damped && flap.told != flap.shown) hidden_ += 2;  // this change takes back one that was not shown
  flap.told = to;
  if (flap.damped) return false;
  flap.shown = from;
  if (flap.changes.size() <= kMost) return false;
  flap.damped = true;
  flap.shown_since = flap.changes[kMost - 1];  // the change before this one was shown
  ++damped_;
  ++begun_;
  return true;
}

void Flaps::drop(OfService& all, OfService::iterator at) {
  if (at->second.damped) --damped_;
  all.erase(at);
}

void Flaps::forget(Service service, std::string_view instance) {
  if (of_.empty()) return;
  const auto of = of_.find(service);
  if (of == of_.end()) return;
  const auto at = of->second.find(instance);
  if (at != of->second.end()) drop(of->second, at);
  if (of->second.empty()) of_.erase(of);
}

void Flaps::forget(Service service) {
  if (of_.empty()) return;
  const auto of = of_.find(service);
  if (of == of_.end()) return;
  while (!of->second.empty()) drop(of->second, of->second.begin());
  of_.erase(of);
}

Flaps Flaps::of(Service service) const {
  Flaps out;
  out.damped_ = damped_;
  if (const auto at = of_.find(service); at != of_.end()) out.of_.insert(*at);
  return out;
}

std::optional<Monotonic> Flaps::settle(Service service, Monotonic now) {
  std::optional<Monotonic> next;
  if (damped_ == 0) return next;
  const auto of = of_.find(service);
  if (of == of_.end()) return next;
  for (auto& [id, flap] : of->second) {
    if (!flap.damped || flap.shown == flap.told) continue;
    const auto due = flap.shown_since + kApart;
    if (due > now) {
      next = next ? std::min(*next, due) : due;
      continue;
    }
    flap.shown = flap.told;
    flap.shown_since = now;
  }
  return next;
}

std::optional<Health> Flaps::shown(Service service, std::string_view instance) const {
  if (damped_ == 0) return std::nullopt;
  const auto of = of_.find(service);
  if (of == of_.end()) return std::nullopt;
  const auto at = of->second.find(instance);
  if (at == of->second.end() || !at->second.damped) return std::nullopt;
  return at->second.shown;
}

template <class Which>
std::vector<Flaps::Service> Flaps::drop_if(Which&& which) {
  std::vector<Service> services;
  for (auto of = of_.begin(); of != of_.end();) {
    bool damped = false;
    for (auto at = of->second.begin(); at != of->second.end();) {
      const auto here = at++;
      if (!which(of->first, here->second)) continue;
      damped = damped || here->second.damped;
      drop(of->second, here);
    }
    if (damped) services.push_back(of->first);
    of = of->second.empty() ? of_.erase(of) : std::next(of);
  }
  return services;
}

std::vector<Flaps::Service> Flaps::tick(Monotonic now) {
  // Once a second: after a storm there may be many.
  if (of_.empty() || now < next_tick_) return {};
  next_tick_ = now + std::chrono::seconds(1);
  return drop_if([now](Service, const Flap& flap) { return flap.changes.back() + kQuiet <= now; });
}

std::vector<Flaps::Service> Flaps::release(const Service* one) {
  const auto before = damped_;
  auto services = drop_if([one](Service service, const Flap& flap) {
    return flap.damped && (one == nullptr || service == *one);
  });
  released_ += before - damped_;
  return services;
}

std::vector<std::pair<Flaps::Service, std::string>> Flaps::examples(std::size_t most) const {
  std::vector<std::pair<Service, std::string>> out;
  if (damped_ == 0) return out;
  for (const auto& [service, all] : of_) {
    for (const auto& [id, flap] : all) {
      if (out.size() == most) return out;
      if (flap.damped) out.emplace_back(service, id);
    }
  }
  return out;
}

}  // namespace signpost
