#include "zones/guard/opinion.h"

#include <algorithm>

#include "zones/guard/merge.h"

namespace signpost {

Elsewhere judge_opinion(const SecondOpinion& opinion, const SecondOpinion::Word& word, const Hold& hold,
                        const std::vector<Instance>& missing, Monotonic doubted_since) {
  // What was read before the hold began may have been true then.
  if (!opinion.trouble.empty() || opinion.first_read < hold.since) return Elsewhere::Unsure;
  if (absent_from(missing, word.instances).size() < missing.size()) return Elsewhere::StillThere;
  if (hold.told.gone && word.named) return Elsewhere::Unsure;
  const bool healed = opinion.last_read >= std::max(hold.since, doubted_since) + kHealedAfter;
  const bool holds_much = opinion.names > 0 && opinion.names * 2 >= opinion.known;
  return holds_much && (healed || opinion.seen > kTrustedAfter) ? Elsewhere::GoneToo : Elsewhere::Unsure;
}

}  // namespace signpost
