#include "backends/kubernetes/words.h"

namespace signpost::kubernetes {

WordId Words::number_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto hash = hash_of(text);
  const auto found = index_.find(hash, [&](Id at) { return entries_[at].text == text; });
  if (found != kNoId) {
    ++entries_[found].uses;
    return found + 1;
  }
  if (free_.empty()) {
    entries_.emplace_back();
    free_.push_back(static_cast<WordId>(entries_.size()));
  }
  const auto id = free_.back();
  free_.pop_back();
  entries_[id - 1] = {std::string(text), 1};
  index_.add(hash, id - 1);
  return id;
}

Word Words::get(std::string_view text) { return {this, number_of(text)}; }

WordId Words::take(const Word& word) {
  if (word.pool_ != this) return number_of(word.text());
  hold(word.id_);
  return word.id_;
}

void Words::forget(WordId id) noexcept {
  auto& entry = entries_[id - 1];
  index_.remove(hash_of(entry.text), id - 1);
  entry = {};
  free_.push_back(id);
}

}  // namespace signpost::kubernetes
