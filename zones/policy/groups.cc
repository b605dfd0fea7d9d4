#include <algorithm>
#include <utility>

#include "zones/policy/steps.h"

namespace signpost::policy {
namespace {

/// In which group of the next level the instance is; those in none are together.
std::size_t around(const Candidates& in, std::size_t level, std::size_t i) {
  if (level + 1 == in.groupings.size()) return 0;
  const auto& next = in.groupings[level + 1];
  return next.of[i] == Grouping::kNone ? next.groups.size() : next.of[i];
}

std::size_t around_count(const Candidates& in, std::size_t level) {
  return level + 1 == in.groupings.size() ? 1 : in.groupings[level + 1].groups.size() + 1;
}

bool is_weightless(const Grouping& grouping, std::size_t i) {
  return grouping.of[i] != Grouping::kNone && !(grouping.groups[grouping.of[i]].weight > 0);
}

}  // namespace

void drop_group_zero(Work& work) {
  if (!work.terms.weights) return;
  const auto count = work.out.verdicts.size();
  for (std::size_t level = 0; level < work.in.groupings.size(); ++level) {
    const auto& grouping = work.in.groupings[level];
    std::vector<bool> uncounted(around_count(work.in, level), true);
    for (std::size_t i = 0; i < count; ++i) {
      if (work.is_enabled(i) && !is_weightless(grouping, i)) uncounted[around(work.in, level, i)] = false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (uncounted[around(work.in, level, i)]) {
        work.out.all_groups_zero = true;
      } else if (is_weightless(grouping, i)) {
        work.drop(i, Verdict::GroupZero);
      }
    }
    work.uncounted.push_back(std::move(uncounted));
  }
}

void weigh_groups(Work& work) {
  if (!work.terms.weights) return;
  for (std::size_t level = 0; level < work.in.groupings.size(); ++level) {
    const auto& grouping = work.in.groupings[level];
    const auto counts = [&](std::size_t i) {
      return work.out.verdicts[i] == Verdict::Eligible && grouping.of[i] != Grouping::kNone &&
             !work.uncounted[level][around(work.in, level, i)];
    };
    std::vector<double> sums(grouping.groups.size(), 0);
    for (std::size_t i = 0; i < grouping.of.size(); ++i) {
      if (counts(i)) sums[grouping.of[i]] += work.out.weights[i];
    }
    for (std::size_t i = 0; i < grouping.of.size(); ++i) {
      if (!counts(i)) continue;
      work.out.weights[i] *= grouping.groups[grouping.of[i]].weight;
      work.out.weights[i] /= sums[grouping.of[i]];
    }
  }
}

}  // namespace signpost::policy
