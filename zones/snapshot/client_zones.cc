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

}  // namespace signpost
