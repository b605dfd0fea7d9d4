// Words that thousands of endpoints repeat (node, zone, a list of ports): stored once, counted, freed with
// the last use.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/kubernetes/id_index.h"

namespace signpost::kubernetes {

class Words;

/// The number of a word in its pool, for who keeps many of them packed; 0: the empty word.
using WordId = std::uint32_t;

/// A counted reference to a word of one pool; the default is the empty word. One thread; the pool outlives
/// it.
class Word {
 public:
  Word() = default;
  inline Word(const Word& other) noexcept;
  Word(Word&& other) noexcept : pool_(other.pool_), id_(std::exchange(other.id_, 0)) {}
  Word& operator=(Word other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(id_, other.id_);
    return *this;
  }
  inline ~Word();

  inline std::string_view text() const noexcept;
  /// Words of one pool are equal when they are the same entry.
  friend bool operator==(const Word& a, const Word& b) noexcept { return a.id_ == b.id_; }

 private:
  friend class Words;
  Word(Words* pool, WordId id) noexcept : pool_(pool), id_(id) {}

  Words* pool_ = nullptr;
  WordId id_ = 0;
};

/// The pool: gives equal words one entry, and forgets an entry when its last use goes. Not shared between
/// threads.
class Words {
 public:
  Words() = default;
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  Word get(std::string_view text);
  /// The number of the same word in this pool, wherever it comes from; the caller has one use of it.
  WordId take(const Word& word);

  /// Good while the word has a use.
  std::string_view text(WordId id) const noexcept {
    return id == 0 ? std::string_view() : std::string_view(entries_[id - 1].text);
  }
  void hold(WordId id) noexcept {
    if (id != 0) ++entries_[id - 1].uses;
  }
  void drop(WordId id) noexcept {
    if (id != 0 && --entries_[id - 1].uses == 0) forget(id);
  }
  /// How many words have a use.
  std::size_t size() const noexcept { return index_.size(); }

 private:
  struct Entry {
    std::string text;
    std::uint32_t uses = 0;
  };
  WordId number_of(std::string_view text);  // with one more use
  void forget(WordId id) noexcept;

  std::deque<Entry> entries_;  // they never move: views of their texts stay good
  std::vector<WordId> free_;
  IdIndex index_;
};

inline Word::Word(const Word& other) noexcept : pool_(other.pool_), id_(other.id_) {
  if (id_ != 0) pool_->hold(id_);
}
inline Word::~Word() {
  if (id_ != 0) pool_->drop(id_);
}
inline std::string_view Word::text() const noexcept {
  return id_ == 0 ? std::string_view() : pool_->text(id_);
}

}  // namespace signpost::kubernetes
