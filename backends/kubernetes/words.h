// Words that thousands of endpoints repeat (node, zone, host name): stored once, counted, freed with the last
// use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace signpost::kubernetes {

class Words;

/// A reference of 8 octets to a word of one pool; the default is the empty word. One thread; the pool
/// outlives it.
class Word {
 public:
  Word() = default;
  Word(const Word& other) noexcept : entry_(other.entry_) {
    if (entry_ != nullptr) ++entry_->second.uses;
  }
  Word(Word&& other) noexcept : entry_(std::exchange(other.entry_, nullptr)) {}
  Word& operator=(Word other) noexcept {
    std::swap(entry_, other.entry_);
    return *this;
  }
  ~Word();

  std::string_view text() const noexcept { return entry_ == nullptr ? std::string_view() : entry_->first; }
  /// Words of one pool are equal when they are the same entry.
  friend bool operator==(const Word& a, const Word& b) noexcept { return a.entry_ == b.entry_; }

 private:
  friend class Words;
  struct Use {
    Words* pool;
    std::uint32_t uses;
  };
  using Entry = std::pair<const std::string, Use>;
  explicit Word(Entry* entry) noexcept : entry_(entry) { ++entry_->second.uses; }

  Entry* entry_ = nullptr;
};

/// The pool: gives equal words one entry, and forgets an entry when its last word goes. Not shared between
/// threads.
class Words {
 public:
  Words() = default;
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  Word get(std::string_view text);
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  friend class Word;
  std::unordered_map<std::string, Word::Use> entries_;  // its entries never move
};

}  // namespace signpost::kubernetes
