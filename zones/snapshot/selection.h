// Which instances a name like `canary._tag.v2._version.N` means.
//
// Read from the service name to the left: a key, its value (all labels up to the next one that starts with
// '_'), perhaps more pairs, all of which an instance must have; and in front perhaps a port. `_zone` has a
// directive between value and key: `a.pin._zone.N` is those in the zone a, nobody if there is none;
// `a.prefer._zone.N` the same, or else all (kubernetes.md 3.8, 4.4).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "zones/snapshot/block.h"

namespace signpost {

class Selection {
 public:
  enum class Kind : std::uint8_t {
    None,     // no such name
    Empty,    // exists because names below it do
    Service,  // the instances, as the service name has all of them
    Port,     // SRV of one port of them: port()
  };

  /// `prefix`: labels in front of the service name, wire format without a root, folded; the block outlives
  /// this.
  Selection(const Block& block, std::span<const std::uint8_t> prefix) noexcept;

  /// The instances that have this word of the block itself; `port`: of that port of them.
  Selection(const Block& block, SelectorKey key, std::uint16_t word,
            std::optional<std::uint16_t> port = std::nullopt) noexcept;

  Kind kind() const noexcept { return kind_; }
  std::uint16_t port() const noexcept { return port_; }  // in instances().ports()
  /// Whose instances are selected: the block itself, or what stands behind its virtual address.
  const Block& instances() const noexcept { return *block_; }

  /// All of them are meant, or none, as instances() has no words to tell them apart.
  bool is_whole() const noexcept { return !selectors_.tells_apart(); }
  bool matches_whole() const noexcept { return matches(0); }
  /// The instances with this combination of words are meant.
  bool matches(std::size_t combo) const noexcept;
  /// So many are meant and may answer, and so many are meant and known.
  struct Counts {
    std::uint32_t answering = 0, known = 0;
  };
  Counts count() const noexcept;
  const Selectors& selectors() const noexcept { return selectors_; }

 private:
  struct Pick {
    SelectorKey key;
    bool known;   // some instance has the word
    bool prefer;  // whoever has it, or else all
    std::uint16_t word;
  };
  static constexpr std::size_t kPicksMax = 8;

  Kind parse(std::span<const std::uint8_t> prefix) noexcept;
  Kind take(SelectorKey key, std::span<const std::uint8_t> value, bool leftmost) noexcept;
  Kind take_zone(std::span<const std::uint8_t> value, bool leftmost) noexcept;
  Kind find_port(std::span<const std::uint8_t> labels) noexcept;
  bool has(const Pick& pick, std::size_t combo) const noexcept;
  bool is_known(bool with_zones) const noexcept;
  void settle_preferences() noexcept;

  const Block* block_;
  Selectors selectors_;
  Kind kind_ = Kind::None;
  std::uint16_t port_ = 0;
  bool zones_ = false;  // `_zone` exists
  std::array<Pick, kPicksMax> picks_;
  std::size_t pick_count_ = 0;
};

/// The last label of the prefix is a selector's key.
bool is_selection(std::span<const std::uint8_t> prefix) noexcept;

}  // namespace signpost
