#include "dns/query/rules.h"

#include <utility>

namespace signpost {

RulesStore::RulesStore(Rules first) : current_(std::make_shared<const Rules>(std::move(first))) {}

void RulesStore::publish(Rules next) {
  auto fresh = std::make_shared<const Rules>(std::move(next));
  {
    const std::lock_guard lock(mutex_);
    retired_.push_back(std::exchange(current_, std::move(fresh)));
    std::erase_if(retired_, [](const auto& rules) { return rules.use_count() == 1; });
  }
  version_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const Rules> RulesStore::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

const Rules& RulesReader::refresh() noexcept {
  const auto version = store_.version_.load(std::memory_order_acquire);
  if (version != seen_) [[unlikely]] {
    held_ = store_.current();  // the store holds the old ones too: nothing is freed here
    seen_ = version;
  }
  return *held_;
}

}  // namespace signpost
