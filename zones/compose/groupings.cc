#include "zones/compose/groupings.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost::compose {
namespace {

using policy::Grouping;

bool is_in(const Row& row, const std::string& key, const std::string& word) {
  if (key != "registry") return word_of(row.instance, key) == word;
  return std::any_of(row.parts.begin(), row.parts.end(),
                     [&](const Part& part) { return part.registry == word; });
}

}  // namespace

Grouping configured_groups(const config::Groups& groups, const std::vector<Row>& rows) {
  Grouping out{groups.key, {}, {}};
  for (const auto& [word, weight] : groups.weights) out.groups.push_back({word, weight});
  const auto others = static_cast<std::uint16_t>(out.groups.size());
  out.groups.push_back({"", 0});
  for (const auto& row : rows) {
    std::uint16_t found = 0;
    while (found < others && !is_in(row, groups.key, out.groups[found].label)) ++found;
    out.of.push_back(found);
  }
  return out;
}

Grouping own_groups(const std::vector<Grouping>& by_member, const std::vector<Row>& rows) {
  Grouping out;
  std::vector<std::size_t> first;
  for (const auto& own : by_member) {
    first.push_back(out.groups.size());
    if (!own.groups.empty()) out.key = own.key;
    out.groups.insert(out.groups.end(), own.groups.begin(), own.groups.end());
  }
  for (const auto& row : rows) {
    const auto& part = row.parts.front();
    const auto& own = by_member[part.member];
    const auto group = own.groups.empty() ? Grouping::kNone : own.of[part.place];
    out.of.push_back(group == Grouping::kNone ? group
                                              : static_cast<std::uint16_t>(first[part.member] + group));
  }
  return out;
}

Grouping member_groups(const std::vector<MemberView>& views, const std::vector<double>& weights,
                       const std::vector<Row>& rows) {
  Grouping out{"member", {}, {}};
  for (std::size_t m = 0; m < views.size(); ++m)
    out.groups.push_back({to_string(*views[m].member), weights[m]});
  for (const auto& row : rows) out.of.push_back(static_cast<std::uint16_t>(row.parts.front().member));
  return out;
}

std::vector<std::string> deserted(const Grouping& grouping) {
  std::vector<std::string> out;
  for (std::size_t g = 0; g < grouping.groups.size(); ++g) {
    const auto& group = grouping.groups[g];
    if (!(group.weight > 0) || std::find(grouping.of.begin(), grouping.of.end(), g) != grouping.of.end())
      continue;
    out.push_back(fmt::format("{} {} (weight {:g}): nobody is in it; its part goes to the others",
                              grouping.key, group.label, group.weight));
  }
  return out;
}

}  // namespace signpost::compose
