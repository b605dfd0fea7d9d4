#include "zones/guard/judge.h"

namespace signpost {

std::string_view to_string(ListGuard guard) noexcept {
  switch (guard) {
    case ListGuard::EmptyRead:
      return "empty_read";
    case ListGuard::ServiceShrink:
      return "service_shrink";
    case ListGuard::GlobalShrink:
      return "global_shrink";
  }
  return "empty_read";
}

std::optional<ListGuard> judge_list(const ListFacts& facts) noexcept {
  const auto all_gone = [](std::uint64_t left, std::uint64_t lost) {
    return left == 0 && lost >= kManyItems;
  };
  if (all_gone(facts.services_named, facts.services_lost)) return ListGuard::EmptyRead;
  if (all_gone(facts.instances_told, facts.instances_lost)) return ListGuard::EmptyRead;
  const auto too_many = [](std::uint64_t lost, std::uint64_t before, std::uint64_t percent) {
    return lost >= kManyItems && lost * 100 > before * percent;
  };
  if (too_many(facts.services_lost, facts.services_before, kGlobalServicesPercent) ||
      too_many(facts.instances_lost, facts.instances_before, kGlobalInstancesPercent)) {
    return ListGuard::GlobalShrink;
  }
  return std::nullopt;
}

bool is_collapse(std::uint64_t shown, std::uint64_t told, GuardRules rules) noexcept {
  if (told >= shown || !rules.services) return false;
  if (rules.forgetful && told == 0) return true;
  const auto lost = shown - told;
  return lost >= kServiceInstances && lost * 100 > shown * kServicePercent;
}

}  // namespace signpost
