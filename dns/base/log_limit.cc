#include "dns/base/log_limit.h"

#include <algorithm>

namespace signpost::log {

void KindLimit::fill(Kind& kind, Monotonic now) {
  const auto seconds = std::chrono::duration<double>(now - kind.filled).count();
  kind.tokens = std::min(kBurst, kind.tokens + kASecond * std::max(0.0, seconds));
  kind.filled = now;
}

bool KindLimit::admits(std::string_view event, Monotonic now) {
  auto found = kinds_.find(event);
  if (found == kinds_.end()) {
    found = kinds_.emplace(std::string(event), Kind{}).first;
    found->second.filled = now;
  }
  auto& kind = found->second;
  fill(kind, now);
  if (kind.tokens >= 1) {
    kind.tokens -= 1;
    return true;
  }
  ++kind.left_out;
  ++left_out_;
  return false;
}

std::vector<std::pair<std::string, std::uint64_t>> KindLimit::settle(Monotonic now) {
  std::vector<std::pair<std::string, std::uint64_t>> told;
  for (auto& [event, kind] : kinds_) {
    if (kind.left_out == 0) continue;
    fill(kind, now);
    if (kind.tokens >= 1) told.emplace_back(event, std::exchange(kind.left_out, 0));
  }
  return told;
}

}  // namespace signpost::log
