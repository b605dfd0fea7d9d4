// The words by which the instances of a service are told apart in names: `v2._version.N`, `a.pin._zone.N`.
//
// Own small table of a block, only of blocks whose instances have such words. Instances with the same words
// are one combination; a block with one combination says nothing of single instances, an implied one
// (zones/snapshot/block.h) the combination of each, others one row of 12 octets for each.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

class Block;

enum class SelectorKey : std::uint8_t {
  Version,
  Cluster,
  Tag,
  Zone,
  Near,  // in no name: the zones whose clients an instance is for, where that is not its own zone
};
/// Those that names have.
inline constexpr std::array kSelectorKeys{SelectorKey::Version, SelectorKey::Cluster, SelectorKey::Tag,
                                          SelectorKey::Zone};
/// Length octet and text: "\x08_version".
std::string_view label_of(SelectorKey key) noexcept;

/// One instance that may answer, and where in its block.
struct SelectorRow {
  static constexpr std::uint16_t kNone = 0xffff;

  std::uint32_t share;
  std::uint16_t v4, v6;  // in Block::v4() and v6(); kNone: has no such address
  std::uint16_t member;  // its number
  std::uint16_t combo;   // Selectors::combo()
};

/// What zones/synthesis fills in.
struct SelectorDraft {
  struct Word {
    SelectorKey key;
    std::string labels;  // wire format without a root; a value with dots has several
    friend auto operator<=>(const Word&, const Word&) = default;
  };
  struct Combo {
    std::vector<std::uint16_t> words;  // ascending
    std::uint32_t known = 0;           // instances with exactly these words
    std::uint32_t answering = 0;       // those of them that may answer
  };
  std::vector<Word> words;  // ascending
  std::vector<Combo> combos;
  std::vector<SelectorRow> rows;         // by v4, v6, member; of an implied block or one combination: none
  std::vector<std::uint16_t> combos_of;  // implied block with several combinations: of each address

  /// The table as a block has it; empty without words. Its size is a multiple of 4.
  std::vector<std::uint8_t> encode() const;
};

/// Looks at a table in a block, which outlives it. Everything noexcept, nothing allocates.
class Selectors {
 public:
  struct Word {
    SelectorKey key;
    std::span<const std::uint8_t> labels;  // wire format without a root
  };

  Selectors() = default;
  explicit Selectors(std::span<const std::uint8_t> table) noexcept;

  bool empty() const noexcept { return words_ == 0; }
  std::size_t word_count() const noexcept { return words_; }
  Word word(std::size_t i) const noexcept;
  /// Number of the word, or nullopt.
  std::optional<std::uint16_t> find(SelectorKey key, std::span<const std::uint8_t> labels) const noexcept;
  bool has_key(SelectorKey key) const noexcept;
  /// A word with this key has more labels, and ends with these: "2.0" of "1.2.0".
  bool is_suffix(SelectorKey key, std::span<const std::uint8_t> labels) const noexcept;

  std::size_t combo_count() const noexcept { return combos_; }
  bool combo_has(std::size_t combo, std::uint16_t word) const noexcept;
  std::uint32_t known(std::size_t combo) const noexcept;
  std::uint32_t answering(std::size_t combo) const noexcept;

  /// The block says which instances have which words; otherwise all have those of combination 0.
  bool tells_apart() const noexcept { return rows_ + combos_of_ != 0; }
  std::size_t row_count() const noexcept { return rows_ + combos_of_; }
  SelectorRow row(const Block& block, std::size_t i) const noexcept;

 private:
  std::uint32_t number(std::size_t at) const noexcept;
  std::uint16_t half(std::size_t at) const noexcept;

  const std::uint8_t* table_ = nullptr;
  std::size_t words_ = 0, combos_ = 0, rows_ = 0, combos_of_ = 0;
  std::size_t combos_at_ = 0, rows_at_ = 0, combos_of_at_ = 0, combo_words_at_ = 0, text_at_ = 0;
};

}  // namespace signpost
