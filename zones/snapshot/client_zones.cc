#include "zones/snapshot/client_zones.h"

#include "zones/snapshot/selection.h"

namespace signpost {

std::optional<Tier> tier_of(const Block& block, std::span<const std::uint8_t> zone) noexcept {
  const auto selectors = block.selectors();
  if (!block.is_local() || !selectors.tells_apart()) return std::nullopt;
  Tier tier;
  if (selectors.has_key(SelectorKey::Near)) tier.key = SelectorKey::Near;
  const auto word = selectors.find(tier.key, zone);
  if (!word) return tier;
  tier.word = *word;
  const auto counts = Selection(block, tier.key, tier.word).count();
  tier.known = counts.known;
  tier.answering = counts.answering;
  tier.alone = block.doubt() == policy::Doubt::None && tier.answering > 0 &&
               std::uint64_t{tier.answering} * 100 >= std::uint64_t{tier.known} * block.spill_over();
  return tier;
}

std::size_t spilling_zones(const Block& block) noexcept {
  const auto selectors = block.selectors();
  if (!block.is_local() || !selectors.tells_apart()) return 0;
  const auto key = selectors.has_key(SelectorKey::Near) ? SelectorKey::Near : SelectorKey::Zone;
  std::size_t count = 0;
  for (std::size_t i = 0; i < selectors.word_count(); ++i) {
    if (selectors.word(i).key != key) continue;
    const auto tier = tier_of(block, selectors.word(i).labels);
    count += tier && !tier->alone ? 1 : 0;
  }
  return count;
}

}  // namespace signpost
