#include "dns/transport/queue_length.h"

#include <algorithm>
#include <utility>

namespace signpost {

std::optional<int> QueueLength::observe(Duration head_age, Monotonic now) noexcept {
  if (std::exchange(was_empty_, false)) head_age = {};
  if (head_age > kTarget / 2) calm_since_ = now;
  if (head_age <= kTarget) {
    old_since_.reset();
  } else if (!old_since_) {
    old_since_ = now;
  }
  int wanted = octets_;
  if (old_since_) {
    if (now - head_age <= changed_ || now - *old_since_ < kPatience) return std::nullopt;
    wanted = std::max(static_cast<int>(octets_ * (kTarget.count() / static_cast<double>(head_age.count()))),
                      kOctetsMin);
  } else {
    // Twice as long for each kCalm: time without any query is calm as well.
    for (; now - calm_since_ >= kCalm && wanted < octets_max_; calm_since_ += kCalm)
      wanted = std::min(wanted, octets_max_ / 2) * 2;
  }
  if (wanted == octets_) return std::nullopt;
  octets_ = wanted;
  changed_ = now;
  return octets_;
}

void QueueLength::empty() noexcept {
  was_empty_ = true;
  old_since_.reset();
}

}  // namespace signpost
