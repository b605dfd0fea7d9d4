// Layout of a table: five numbers (words, combinations, words of combinations, rows, combinations of
// addresses); words (key and length in one octet each, where the text begins), combinations (first word,
// words, known, answering), rows, the two lists of 16 bits, texts. Numbers in the order of this machine.
#include "zones/snapshot/selectors.h"

#include <algorithm>
#include <cstring>

#include "zones/snapshot/block.h"

namespace signpost {
namespace {

constexpr std::size_t kHead = 5 * 4;
constexpr std::size_t kWord = 8;    // where its text begins, octets of it, key
constexpr std::size_t kCombo = 12;  // first word 16, words 16, known 32, answering 32
constexpr std::size_t kRow = sizeof(SelectorRow);
static_assert(kRow == 12);

class Bytes {
 public:
  void reserve(std::size_t octets) { octets_.reserve(octets); }
  void number(std::size_t value) { raw(static_cast<std::uint32_t>(value)); }
  void half(std::size_t value) { raw(static_cast<std::uint16_t>(value)); }
  template <class T>
  void raw(const T& value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    octets_.insert(octets_.end(), bytes, bytes + sizeof value);
  }
  void text(std::string_view text) { octets_.insert(octets_.end(), text.begin(), text.end()); }
  std::vector<std::uint8_t> take() {
    octets_.resize((octets_.size() + 3) / 4 * 4);
    return std::move(octets_);
  }

 private:
  std::vector<std::uint8_t> octets_;
};

bool ends_at_a_label(std::span<const std::uint8_t> labels, std::span<const std::uint8_t> end) noexcept {
  for (std::size_t at = 0; at < labels.size(); at += labels[at] + 1u) {
    const auto rest = labels.subspan(at);
    if (rest.size() == end.size()) return std::equal(rest.begin(), rest.end(), end.begin());
  }
  return false;
}

}  // namespace

std::string_view label_of(SelectorKey key) noexcept {
  switch (key) {
    case SelectorKey::Version:
      return "\x08_version";
    case SelectorKey::Cluster:
      return "\x08_cluster";
    case SelectorKey::Tag:
      return "\x04_tag";
    case SelectorKey::Zone:
      return "\x05_zone";
    case SelectorKey::Near:
      break;
  }
  return {};
}

std::vector<std::uint8_t> SelectorDraft::encode() const {
  Bytes out;
  if (words.empty()) return out.take();
  std::size_t combo_words = 0;
  for (const auto& combo : combos) combo_words += combo.words.size();
  std::size_t texts = 0;
  for (const auto& word : words) texts += word.labels.size();
  out.reserve(kHead + words.size() * kWord + combos.size() * kCombo + rows.size() * kRow +
              (combos_of.size() + combo_words) * 2 + texts + 3);
  for (const auto count : {words.size(), combos.size(), combo_words, rows.size(), combos_of.size()})
    out.number(count);
  std::size_t text = 0;
  for (const auto& word : words) {
    out.number(text);
    out.half(word.labels.size());
    out.half(static_cast<std::size_t>(word.key));
    text += word.labels.size();
  }
  std::size_t first = 0;
  for (const auto& combo : combos) {
    out.half(first);
    out.half(combo.words.size());
    out.number(combo.known);
    out.number(combo.answering);
    first += combo.words.size();
  }
  for (const auto& row : rows) out.raw(row);
  for (const auto combo : combos_of) out.half(combo);
  for (const auto& combo : combos) {
    for (const auto word : combo.words) out.half(word);
  }
  for (const auto& word : words) out.text(word.labels);
  return out.take();
}

Selectors::Selectors(std::span<const std::uint8_t> table) noexcept {
  if (table.empty()) return;
  table_ = table.data();
  words_ = number(0);
  combos_ = number(4);
  rows_ = number(12);
  combos_of_ = number(16);
  combos_at_ = kHead + words_ * kWord;
  rows_at_ = combos_at_ + combos_ * kCombo;
  combos_of_at_ = rows_at_ + rows_ * kRow;
  combo_words_at_ = combos_of_at_ + combos_of_ * 2;
  text_at_ = combo_words_at_ + number(8) * 2;
}

std::uint32_t Selectors::number(std::size_t at) const noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, table_ + at, sizeof value);
  return value;
}

std::uint16_t Selectors::half(std::size_t at) const noexcept {
  std::uint16_t value = 0;
  std::memcpy(&value, table_ + at, sizeof value);
  return value;
}

Selectors::Word Selectors::word(std::size_t i) const noexcept {
  const auto at = kHead + i * kWord;
  return {static_cast<SelectorKey>(half(at + 6)), {table_ + text_at_ + number(at), half(at + 4)}};
}

std::optional<std::uint16_t> Selectors::find(SelectorKey key,
                                             std::span<const std::uint8_t> labels) const noexcept {
  std::size_t first = 0;
  for (auto count = words_; count > 0;) {  // they are sorted
    const auto half_way = first + count / 2;
    const auto one = word(half_way);
    const auto before = one.key != key ? one.key < key
                                       : std::lexicographical_compare(one.labels.begin(), one.labels.end(),
                                                                      labels.begin(), labels.end());
    if (before) first = half_way + 1;
    count = before ? count - count / 2 - 1 : count / 2;
  }
  if (first == words_) return std::nullopt;
  const auto one = word(first);
  const bool same =
      one.key == key && std::equal(one.labels.begin(), one.labels.end(), labels.begin(), labels.end());
  return same ? std::optional(static_cast<std::uint16_t>(first)) : std::nullopt;
}

bool Selectors::has_key(SelectorKey key) const noexcept {
  for (std::size_t i = 0; i < words_; ++i) {
    if (word(i).key == key) return true;
  }
  return false;
}

bool Selectors::is_suffix(SelectorKey key, std::span<const std::uint8_t> labels) const noexcept {
  for (std::size_t i = 0; i < words_; ++i) {
    const auto one = word(i);
    if (one.key == key && one.labels.size() > labels.size() && ends_at_a_label(one.labels, labels))
      return true;
  }
  return false;
}

bool Selectors::combo_has(std::size_t combo, std::uint16_t wanted) const noexcept {
  const auto at = combos_at_ + combo * kCombo;
  const auto first = combo_words_at_ + std::size_t{half(at)} * 2;
  for (std::size_t i = 0; i < half(at + 2); ++i) {
    if (half(first + i * 2) == wanted) return true;
  }
  return false;
}

std::uint32_t Selectors::known(std::size_t combo) const noexcept {
  return number(combos_at_ + combo * kCombo + 4);
}

std::uint32_t Selectors::answering(std::size_t combo) const noexcept {
  return number(combos_at_ + combo * kCombo + 8);
}

SelectorRow Selectors::row(const Block& block, std::size_t i) const noexcept {
  if (rows_ == 0) {
    const auto place = static_cast<std::uint16_t>(i);
    return {block.v4()[i].share, place, SelectorRow::kNone, place, half(combos_of_at_ + i * 2)};
  }
  SelectorRow row;
  std::memcpy(&row, table_ + rows_at_ + i * kRow, sizeof row);
  return row;
}

}  // namespace signpost
