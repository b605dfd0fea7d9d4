#include "zones/guard/health_storm.h"

#include <functional>
#include <utility>

namespace signpost {

HealthStorm::Key HealthStorm::key_of(Service service, std::string_view instance) {
  // Two instances with one key: one of them is not counted, once in 2^64.
  const std::uint64_t hash = std::hash<std::string_view>()(instance);
  return hash ^ (std::uint64_t{service} + 1) * 0x9e3779b97f4a7c15;
}

void HealthStorm::fell_ill(Service service, std::string_view instance, Monotonic now) {
  const auto key = key_of(service, instance);
  ill_[key] = {service, now};
  by_time_.emplace_back(now, key);
  if (active_) hit_.insert(service);
}

void HealthStorm::recovered(Service service, std::string_view instance) {
  if (!ill_.empty()) ill_.erase(key_of(service, instance));
}

void HealthStorm::forget(Service service) {
  if (!ill_.empty())
    std::erase_if(ill_, [service](const auto& one) { return one.second.service == service; });
  hit_.erase(service);
}

void HealthStorm::expire(Monotonic now) {
  while (!by_time_.empty() && by_time_.front().first + kWindow <= now) {
    const auto at = ill_.find(by_time_.front().second);
    if (at != ill_.end() && at->second.at == by_time_.front().first) ill_.erase(at);
    by_time_.pop_front();
  }
}

HealthStorm::Change HealthStorm::look(std::uint64_t healthy, Monotonic now) {
  expire(now);
  if (active_) {
    if (ill_.size() * 100 >= base_ * kEndPercent) loud_ = now;
    if (now < loud_ + kQuiet) return Change::None;
    active_ = false;
    return Change::Ended;
  }
  const auto base = healthy + ill_.size();
  if (ill_.size() < kLeast || ill_.size() * 100 <= base * kBeginPercent) return Change::None;
  active_ = true;
  base_ = base;
  since_ = loud_ = now;
  hit_.clear();
  for (const auto& [key, ill] : ill_) hit_.insert(ill.service);
  return Change::Began;
}

std::vector<HealthStorm::Service> HealthStorm::take_hit() {
  const auto hit = std::exchange(hit_, {});
  return {hit.begin(), hit.end()};
}

std::vector<HealthStorm::Service> HealthStorm::release(const Service* one) {
  if (!active_ || (one != nullptr && !hit_.contains(*one))) return {};
  if (one != nullptr) {
    const auto service = *one;
    forget(service);
    return {service};
  }
  active_ = false;
  ill_.clear();
  by_time_.clear();
  return take_hit();
}

}  // namespace signpost
