// A domain name as octets: uncompressed, length octets and root included (RFC 1035, section 3.1).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "dns/base/result.h"
#include "dns/wire/types.h"

namespace signpost {

/// Looks at one whole uncompressed name somewhere else; good as long as those octets.
using NameView = std::span<const std::uint8_t>;

/// ASCII upper case to lower case, every other octet as it is (RFC 4343, section 3).
constexpr std::uint8_t fold(std::uint8_t octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet + ('a' - 'A')) : octet;
}

/// A name that owns its octets on the stack: for questions and for building; 256 octets, nothing allocated.
class Name {
 public:
  Name() noexcept { octets_[0] = 0; }  // the root

  /// Presentation format (RFC 1035, section 5.1: \. and \DDD), with or without the final dot: both absolute.
  static Result<Name> parse(std::string_view text);
  /// The caller knows that `wire` is one whole legal name.
  static Name from_wire(NameView wire) noexcept;
  /// from_wire() and folded() in one pass, eight octets at a time: every query does this once.
  static Name folded_from_wire(NameView wire) noexcept;

  NameView wire() const noexcept { return {octets_.data(), size_}; }
  std::size_t size() const noexcept { return size_; }
  bool is_root() const noexcept { return size_ == 1; }
  /// "cart.demo.internal.": presentation format with the final dot, odd octets as \DDD.
  std::string to_string() const;
  /// The same name with ASCII letters in lower case.
  Name folded() const noexcept;
  /// Puts one label in front; false, and nothing changed, when it would exceed 63 or 255 octets or is empty.
  bool prepend(std::string_view label) noexcept;

  friend bool operator==(const Name& a, const Name& b) noexcept {
    return a.size_ == b.size_ && std::memcmp(a.octets_.data(), b.octets_.data(), a.size_) == 0;
  }

 private:
  std::uint8_t size_ = 1;
  std::array<std::uint8_t, kNameOctetsMax + 1> octets_;
};

/// fold() of eight octets at once: adding 0x80 - bound carries into the high bit of each octet at or above
/// the bound.
inline std::uint64_t fold_word(std::uint64_t word) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t low = word & (kOnes * 0x7f);
  const std::uint64_t from_a = low + kOnes * (0x80 - 'A');
  const std::uint64_t above_z = low + kOnes * (0x80 - 'Z' - 1);
  return word | ((from_a & ~above_z & ~word & (kOnes * 0x80)) >> 2);
}

inline Name Name::folded_from_wire(NameView wire) noexcept {
  Name name;
  const std::size_t size = wire.size();
  name.size_ = static_cast<std::uint8_t>(size);
  const auto fold_at = [&](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, wire.data() + at, 8);
    word = fold_word(word);
    std::memcpy(name.octets_.data() + at, &word, 8);
  };
  if (size < 8) {
    for (std::size_t at = 0; at < size; ++at) name.octets_[at] = fold(wire[at]);
    return name;
  }
  for (std::size_t at = 0; at + 8 < size; at += 8) fold_at(at);
  fold_at(size - 8);  // overlaps the word before: folding twice changes nothing
  return name;
}

/// Presentation format of any legal wire name.
std::string to_text(NameView name);
/// Labels without the root: 0 for the root.
std::size_t label_count(NameView name) noexcept;
/// The name without its first label; the root stays the root.
inline NameView parent(NameView name) noexcept {
  return name.size() <= 1 ? name : name.subspan(name[0] + 1u);
}
/// True when `name` is `ancestor` or below it. Both folded: octets are compared as they are.
bool is_at_or_below(NameView name, NameView ancestor) noexcept;

}  // namespace signpost
