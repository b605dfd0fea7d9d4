#include "zones/synthesis/synthesise.h"

#include <algorithm>
#include <optional>
#include <set>

#include "zones/synthesis/gather.h"
#include "zones/synthesis/imply.h"
#include "zones/synthesis/records.h"
#include "zones/synthesis/txt.h"
#include "zones/synthesis/words.h"

namespace signpost {
namespace {

using names::Layout;

BlockDraft blank(const SynthesisRules& rules) {
  BlockDraft draft;
  draft.zone = rules.zone;
  draft.ttl = rules.terms.ttl;
  draft.answer = rules.terms.answer;
  return draft;
}

/// The part that all blocks of instances have: names of hosts, answers, and who is told apart by what.
void write_endpoints(const ServiceState& state, const policy::Decision& decision, const Gathered& gathered,
                     const SynthesisRules& rules, PlaceWords places, BlockDraft& draft,
                     SynthesisNotes& notes) {
  const auto hosts = write_hosts(gathered, false, draft, notes);
  const auto members = write_rows(gathered, hosts, draft, notes);
  if (rules.layout != Layout::Kubernetes)
    write_instances(state, gathered, hosts, *rules.config, draft, notes);
  if (rules.terms.answer.mode == config::AnswerMode::Sticky) write_siblings(gathered, draft);
  imply(draft);
  if (!write_selectors(state, decision, gathered, members, places, draft)) ++notes.over_limit;
}

/// A host name that DNS can point at: no address in disguise (kubernetes.md 3.3).
std::optional<Name> target_of(const std::string& text) {
  auto target = Name::parse(text);
  if (!target || text.empty() || IpAddress::parse(text)) return std::nullopt;
  return *target;
}

std::optional<Name> outside_name(const ServiceState& state) {
  for (const auto& host : state.external_hosts) {
    if (auto target = target_of(host)) return target;
  }
  return std::nullopt;
}

/// k8s_external (kubernetes.md 3.12): its addresses, or else its name as a CNAME, whose ports point there
/// too.
void draft_outside(const ServiceState& state, BlockDraft& draft, SynthesisNotes& notes) {
  if (state.external_ips.empty()) {
    draft.kind = BlockKind::Alias;
    draft.alias = *outside_name(state);
  }
  write_virtual(state.external_ips, state.ports, draft, notes);
}

/// Pods by their addresses; insecure names need none of them.
void draft_pods(const ServiceState& state, config::PodNames mode, BlockDraft& draft, SynthesisNotes& notes) {
  draft.dashed = mode == config::PodNames::Insecure ? Dashed::Any : Dashed::Known;
  if (mode == config::PodNames::Insecure) return;
  std::set<IpAddress> addresses;
  for (const auto& pod : state.instances) {
    for (const auto& address : {pod.v4, pod.v6}) {
      if (address) addresses.insert(address->unmapped());
    }
  }
  for (const auto& address : addresses) {
    if (draft.host_v4.size() + draft.host_v6.size() == Block::kMembersMax) {
      ++notes.over_limit;
      continue;
    }
    address.is_v4() ? draft.host_v4.push_back(octets_of_v4(address))
                    : draft.host_v6.push_back(octets_of_v6(address));
  }
  draft.plain_v4 = static_cast<std::uint16_t>(draft.host_v4.size());
  draft.plain_v6 = static_cast<std::uint16_t>(draft.host_v6.size());
}

/// What was healthy once is asked for again soon (operations.md 3.1, G5).
void show_doubt(policy::Doubt doubt, BlockDraft& draft) {
  constexpr std::uint32_t kLastKnownTtl = 1;
  draft.doubt = doubt;
  if (doubt == policy::Doubt::LastKnown) draft.ttl = std::min(draft.ttl, kLastKnownTtl);
}

/// Nothing is there, though the registry knows the service.
bool is_absent(const ServiceState& state, const policy::Decision& decision, const SynthesisRules& rules) {
  if (rules.layout != Layout::Kubernetes || decision.eligible > 0) return false;
  if (state.kind == ServiceKind::Instances) return true;  // SH3
  return state.kind == ServiceKind::VirtualIp && rules.config->empty_services == config::EmptyServices::Hide;
}

void draft_virtual(const ServiceState& state, const policy::Decision& decision, const SynthesisRules& rules,
                   BlockDraft& draft, SynthesisNotes& notes) {
  write_virtual(state.virtual_ips, state.ports, draft, notes);
  if (rules.is_clusterset()) return;  // no names below it (KEP-1645)
  // Endpoints have names (kubernetes.md 3.1, 3.13 row 10), and answer where a word chooses among them.
  const auto gathered = gather(state, decision, false, notes.over_limit);
  write_hosts(gathered, true, draft, notes);
  if (!has_words(state)) return;
  auto behind = blank(rules);
  write_endpoints(state, decision, gathered, rules, {}, behind, notes);
  behind.txt = draft.txt;
  draft.inner = inner_block(behind);
}

void draft_instances(const ServiceState& state, const policy::Decision& decision, const SynthesisRules& rules,
                     BlockDraft& draft, SynthesisNotes& notes) {
  const auto gathered = gather(state, decision, rules.is_clusterset(), notes.over_limit);
  draft.two_labels = rules.is_clusterset();
  draft.topology = rules.config->topology && !rules.is_clusterset();
  // Shares that somebody asked for (a canary, a migration) come before the client's zone.
  const bool local = rules.terms.locality == config::Locality::Prefer && !decision.grouped;
  if (local) draft.spill_over = rules.terms.spill_over;
  write_endpoints(state, decision, gathered, rules, {draft.topology || local, local}, draft, notes);
}

}  // namespace

bool is_shown(const ServiceState& state, const SynthesisRules& rules) {
  if (rules.layout != Layout::Kubernetes || rules.config->layout != config::Layout::External) return true;
  if (!state.external_ips.empty() || outside_name(state)) return true;
  return rules.config->external_headless && state.kind == ServiceKind::Instances;
}

BlockDraft synthesise(const ServiceState& state, const policy::Decision& decision,
                      const SynthesisRules& rules, std::vector<Name> spellings, SynthesisNotes& notes) {
  auto draft = blank(rules);
  draft.spellings = std::move(spellings);
  const bool outside = rules.layout == Layout::Kubernetes && rules.config->layout == config::Layout::External;
  if (state.pending) {
    draft.kind = BlockKind::Pending;
  } else if (state.kind == ServiceKind::Pods) {
    draft_pods(state, rules.config->pod_names, draft, notes);
  } else if (state.kind == ServiceKind::Alias) {
    const auto target = target_of(state.alias);
    notes.bad_alias = !target;
    draft.kind = notes.bad_alias ? BlockKind::Absent : BlockKind::Alias;
    if (target) draft.alias = *target;
  } else if (outside && (!state.external_ips.empty() || outside_name(state))) {
    draft_outside(state, draft, notes);
  } else if (is_absent(state, decision, rules)) {
    draft.kind = BlockKind::Absent;
  } else {
    if (state.kind != ServiceKind::VirtualIp) show_doubt(decision.doubt, draft);
    if (rules.config->txt) draft.txt = service_txt(state, decision, rules.config->txt_metadata, notes);
    state.kind == ServiceKind::VirtualIp ? draft_virtual(state, decision, rules, draft, notes)
                                         : draft_instances(state, decision, rules, draft, notes);
  }
  return draft;
}

}  // namespace signpost
