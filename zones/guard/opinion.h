// Whether another server's word ends a hold (nacos.md A5, A7, 6.2): a pure rule.
//
// A restarted server tells well-formed lists that are empty or short, and so would another one that restarted
// with it. So a server's word counts only when it is known to have lived and held services for longer than a
// restart takes to heal (living publishers are missing for 15-19 s, L14), or when that time has passed since
// the doubt began; when it names at least half of what we know; and when two reads 10 s apart say the same.
// Whatever remains in doubt stays held until its time.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/registry/second_opinion.h"
#include "zones/guard/holds.h"

namespace signpost {

inline constexpr std::chrono::seconds kTrustedAfter{90};  // seen without a break
inline constexpr std::chrono::seconds kHealedAfter{30};   // since the doubt began

enum class Elsewhere : std::uint8_t {
  Unsure,
  StillThere,  // it tells some of what is missing
  GoneToo,     // it lacks it as well, and can be believed
};

/// `missing`: the instances that are shown of the held service though its registry does not tell them.
/// `doubted_since`: Holds::doubted_since().
Elsewhere judge_opinion(const SecondOpinion& opinion, const SecondOpinion::Word& word, const Hold& hold,
                        const std::vector<Instance>& missing, Monotonic doubted_since);

}  // namespace signpost
