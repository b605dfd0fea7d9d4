// World: names over services of several registries (zones/compose).
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "zones/compose/compose.h"
#include "zones/synthesis/static_node.h"
#include "zones/synthesis/synthesise.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

/// What the registry is not told to look at.
std::string why_missing(const config::Registry& registry, const config::Member& member) {
  const auto lacks = [&member](const std::vector<std::string>& spaces) {
    return std::find(spaces.begin(), spaces.end(), member.space) == spaces.end();
  };
  if (const auto* options = std::get_if<config::KubernetesRegistry>(&registry.options)) {
    if (!options->namespaces.empty() && lacks(options->namespaces))
      return "it does not watch the namespace " + member.space;
  } else if (const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options)) {
    if (lacks(nacos->namespaces)) return "it does not follow the namespace " + member.space;
    if (!nacos->deny.empty()) return "its `deny` may keep the service out";
  }
  return "";
}

policy::Terms terms_of(const config::ComposedService& service) {
  policy::Terms terms;
  terms.answer = service.answer;
  terms.ttl = service.ttl;
  terms.health = service.health;
  terms.panic_threshold = service.panic_threshold;
  terms.last_resort = service.last_resort;
  terms.ramp = service.ramp;
  terms.locality = service.locality;
  terms.spill_over = service.spill_over;
  return terms;
}

/// What makes an instance the same one later, also after a reload: its registry's id for it.
std::string identity(const config::ComposedService& service, const compose::Word& word,
                     const Instance& instance) {
  return key_of(service.members[word.member]).to_string() + " " + instance.id;
}

}  // namespace

World::Composing World::compose(std::size_t i) const {
  const auto& entry = composed_[i];
  const auto& service = *entry.service;
  Composing out;
  out.terms = terms_of(service);
  std::vector<compose::MemberView> views;
  out.states.resize(service.members.size());
  for (std::size_t m = 0; m < service.members.size(); ++m) {
    const auto& member = service.members[m];
    auto& view = views.emplace_back();
    view.member = &member;
    view.proven = composed_.is_proven(member);
    const auto index = static_cast<std::size_t>(registry_index(member.registry));
    const auto& registry = registries_[index].second;
    if (registry.tells())
      view.freshness = is_outdated(registry) ? compose::Freshness::Outdated : compose::Freshness::Fresh;
    if (registry.restored && !registry.synced) out.terms.ttl = std::min(out.terms.ttl, kStaleTtlMax);
    view.kubernetes = set_.registries[index].layout == names::Layout::Kubernetes;
    view.weights = !view.kubernetes || set_.rules(entry.zone).annotations.allows(config::Wish::Weight);
    view.why_missing = why_missing(set_.config->registries[index], member);
    const auto id = services_.find(key_of(member));
    if (id == kNoService) continue;
    out.states[m] = unpack(services_[id].key, services_[id].packed);
    view.state = &out.states[m];
    view.overlays = overlays(beside(id), out.states[m], out.terms);
  }
  const bool starting = clock_.now() < started_ + service.startup_wait;
  out.made = compose::compose(service, views, out.terms, starting);
  out.made.state.pending = out.made.cold;
  out.checked = checks_.words(out.made.state, check_of_composed(i), set_.config->checks.allow);
  auto all = with_last_known(i, out.made);
  overlay(out.checked, all);
  out.decision = policy::decide(all, out.terms);
  for (std::size_t k = 0; k < out.made.outdated.size(); ++k) {
    if (!out.made.outdated[k] || out.decision.verdicts[k] != policy::Verdict::Eligible) continue;
    if (out.decision.doubt == policy::Doubt::None) out.decision.doubt = policy::Doubt::StaleMember;
    out.terms.ttl = std::min(out.terms.ttl, kStaleTtlMax);
  }
  return out;
}

/// The first check of the zone that names it.
const config::Check* World::check_of_composed(std::size_t i) const {
  const auto zone = composed_[i].zone;
  for (const auto& check : set_.rules(zone).checks) {
    if (fits(check.services, composed_name(i), zone)) return &check;
  }
  return nullptr;
}

/// Beside what was composed: G4 of the members that take part, and who was healthy last.
policy::Candidates World::with_last_known(std::size_t i, const compose::Composed& made) const {
  auto all = made.candidates();
  const auto& entry = composed_[i];
  const auto& members = entry.service->members;
  std::vector<bool> takes_part(members.size());
  for (const auto& words : made.words) {
    for (const auto& word : words) takes_part[word.member] = true;
  }
  for (std::size_t m = 0; m < members.size(); ++m) {
    const auto id = takes_part[m] ? services_.find(key_of(members[m])) : kNoService;
    if (id != kNoService && registries_[services_[id].registry].second.storm.affects(id))
      all.panic_floor = HealthStorm::kPanicPercent;
  }
  if (entry.healthy_last.empty()) return all;
  for (std::size_t k = 0; k < made.words.size(); ++k) {
    all.last_known.push_back(entry.healthy_last.contains(
        identity(*entry.service, made.words[k].front(), made.state.instances[k])));
  }
  return all;
}

Name World::composed_name(std::size_t i) const {
  const auto& entry = composed_[i];
  const auto& apex = set_.rules(entry.zone).name;
  const auto name = Name::parse(entry.service->name + (apex == "." ? "" : "." + apex));
  return name ? name->folded() : Name();  // the configuration was checked
}

void World::rebuild_composed(std::size_t i) {
  auto& entry = composed_[i];
  const auto composing = compose(i);
  const auto& made = composing.made;
  for (std::size_t m = 0; m < made.able.size(); ++m) {
    const auto& member = entry.service->members[m];
    // Other names may have been built without it a moment ago.
    if (made.able[m] && composed_.prove(member)) composed_.touch(key_of(member));
  }
  if (made.waits) composed_.touch_at(i, started_ + entry.service->startup_wait);
  for (std::size_t m = 0; m < composing.states.size() && composing.terms.ramp.count() > 0; ++m) {
    const auto id = services_.find(key_of(entry.service->members[m]));
    const auto& state = composing.states[m];
    if (id != kNoService)
      climb(id, state, composing.terms,
            policy::decide(candidates(id, state, composing.terms), composing.terms));
  }
  const auto& decision = composing.decision;
  if (!wants_last_known(composing.terms)) {
    entry.healthy_last.clear();
  } else if (decision.is_anybody_healthy()) {
    entry.healthy_last.clear();
    for (std::size_t k = 0; k < made.words.size(); ++k) {
      if (decision.by_health()[k] == policy::Verdict::Eligible)
        entry.healthy_last.insert(identity(*entry.service, made.words[k].front(), made.state.instances[k]));
    }
  }
  if (std::exchange(entry.doubt, decision.doubt) != entry.doubt)
    ++entry.doubts[static_cast<std::size_t>(entry.doubt)];
  entry.cold = made.cold;
  entry.notes = made.notes;
  entry.instances = made.state.instances.size();
  entry.eligible = composing.decision.eligible;
  checks_.follow(kComposedIds + entry.number, set_.rules(entry.zone).name, made.state, check_of_composed(i),
                 set_.config->checks.allow);
  const auto name = composed_name(i);
  if (is_hidden(name, entry.zone) || cut_above(cuts_[entry.zone], name.wire()) != nullptr) {
    replace(entry.slots, {kNoService, entry.zone, static_cast<std::uint32_t>(i)}, nullptr);
    return;
  }
  const SynthesisRules synthesis{entry.zone, names::Layout::File, &set_.rules(entry.zone), composing.terms};
  SynthesisNotes notes;
  const auto draft = synthesise(made.state, composing.decision, synthesis, {name}, notes);
  ++blocks_built_;
  replace(entry.slots, {kNoService, entry.zone, static_cast<std::uint32_t>(i)}, make_block(draft));
}

}  // namespace signpost
