#include "zones/compose/standing.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "zones/compose/groupings.h"
#include "zones/compose/words.h"
#include "zones/policy/policy.h"

namespace signpost::compose {
namespace {

/// A virtual address is as healthy as the best of those behind it: that is whom it leads to.
Instance virtual_instance(const ServiceState& state) {
  Instance one;
  one.id = "cluster_ip";
  for (const auto& address : state.virtual_ips) (address.is_v4() ? one.v4 : one.v6) = address;
  one.ports = state.ports;
  one.health = Health::Down;
  for (const auto& endpoint : state.instances) {
    if (!endpoint.enabled) continue;
    if (endpoint.health == Health::Up) one.health = Health::Up;
    if (endpoint.health == Health::Draining && one.health == Health::Down) one.health = Health::Draining;
  }
  return one;
}

void add(const MemberView& view, Part part, Standing& out) {
  auto& instance = part.instance;
  if (auto why = unlike(instance, view.member->select); !why.empty()) {
    out.unlike.emplace_back(std::move(instance), std::move(why));
    return;
  }
  part.registry = view.member->registry;
  part.kubernetes = view.kubernetes;
  part.outdated = view.freshness == Freshness::Outdated;
  part.masked = view.state->health_masked;
  if (!view.weights) instance.weight = 1;
  if (instance.ports.empty()) instance.ports = view.state->ports;
  out.parts.push_back(std::move(part));
}

void add_all(const MemberView& view, std::size_t m, Standing& out) {
  const auto& state = *view.state;
  Part part;
  part.member = m;
  if (view.member->address == config::MemberAddress::ClusterIp) {
    if (state.virtual_ips.empty()) return;
    part.instance = virtual_instance(state);
    return add(view, std::move(part), out);
  }
  if (view.weights && !state.group_weights.empty())
    out.groups = std::move(policy::candidates_of(state).groupings.front());
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    auto one = part;
    one.place = i;
    one.instance = state.instances[i];
    if (!view.overlays.empty()) one.overlay = view.overlays[i];
    add(view, std::move(one), out);
  }
}

std::string why_empty(const MemberView& view, const Standing& standing) {
  if (standing.cold)
    return view.state == nullptr ? "its registry has not listed its services yet"
                                 : "its registry has not told its instances yet";
  if (view.state == nullptr) return "its registry knows no such service";
  if (view.state->kind == ServiceKind::Alias) return "it is an alias of " + view.state->alias;
  if (view.member->address == config::MemberAddress::ClusterIp) return "it has no virtual address";
  return standing.unlike.empty() ? "it has no instances" : "none of its instances is selected";
}

/// Who of them may answer if they were alone.
std::size_t count_eligible(const Standing& standing, std::size_t m, const config::Groups& configured,
                           const policy::Terms& terms) {
  ServiceState alone;
  policy::Candidates candidates{alone};
  for (const auto& part : standing.parts) {
    alone.instances.push_back(part.instance);
    candidates.overlays.push_back(part.overlay);
  }
  if (configured.key.empty() && standing.groups.groups.empty())
    return policy::decide(candidates, terms).eligible;
  const auto rows = keep_apart(standing.parts);
  std::vector<policy::Grouping> own(m + 1);
  own[m] = standing.groups;
  auto grouping = configured.key.empty() ? own_groups(own, rows) : configured_groups(configured, rows);
  if (!grouping.groups.empty()) candidates.groupings.push_back(std::move(grouping));
  return policy::decide(candidates, terms).eligible;
}

}  // namespace

Standing stand(const MemberView& view, std::size_t m, const config::Groups& configured,
               const policy::Terms& terms) {
  Standing out;
  const auto* state = view.state;
  out.cold = view.freshness == Freshness::Cold || (state != nullptr && state->pending);
  if (!out.cold && state != nullptr && state->kind != ServiceKind::Alias) add_all(view, m, out);
  if (out.parts.empty()) {
    out.missing = why_empty(view, out);
  } else {
    out.eligible = count_eligible(out, m, configured, terms);
  }
  return out;
}

}  // namespace signpost::compose
