#include "backends/kubernetes/words.h"

namespace signpost::kubernetes {

Word::~Word() {
  if (entry_ == nullptr || --entry_->second.uses != 0) return;
  auto& entries = entry_->second.pool->entries_;
  entries.erase(entries.find(entry_->first));
}

Word Words::get(std::string_view text) {
  if (text.empty()) return {};
  return Word(&*entries_.try_emplace(std::string(text), Word::Use{this, 0}).first);
}

}  // namespace signpost::kubernetes
