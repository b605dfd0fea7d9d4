// World: what people ask of names over several registries.
#include <utility>

#include <fmt/format.h>

#include "zones/policy/reasons.h"
#include "zones/synthesis/static_node.h"
#include "zones/synthesis/txt.h"
#include "zones/table/world.h"

namespace signpost {

/// What several registries say of instance k, for people: "nacos up, weight 2; cluster down".
std::string World::words_text(std::size_t i, const std::vector<compose::Word>& words) const {
  const auto& members = composed_[i].service->members;
  std::string text;
  for (const auto& word : words) {
    text += fmt::format("{}{} {}, weight {:g}{}{}", text.empty() ? "" : "; ", members[word.member].registry,
                        to_string(word.health), word.weight, word.enabled ? "" : ", disabled",
                        word.counts ? "" : ", does not count");
  }
  return text;
}

HeldService World::held_composed(std::size_t i) const {
  const auto& entry = composed_[i];
  auto composing = compose(i);
  HeldService out;
  out.zone = set_.rules(entry.zone).name;
  auto all = with_last_known(i, composing.made);
  overlay(composing.checked, all);
  out.reasons = policy::reasons(all, composing.terms, composing.decision);
  explain_checks(composing.checked, out.reasons);
  if (const auto* check = check_of_composed(i)) out.check = signpost::to_string(*check);
  out.doubt = policy::doubt_note(all, composing.terms, composing.decision);
  out.groups = policy::groups_of(all);
  for (const auto& words : composing.made.words) out.origins.push_back(words_text(i, words));
  for (auto& one : composing.made.left_out) {
    out.left_out.push_back({compose::to_string(entry.service->members[one.member]), std::move(one.instance),
                            std::move(one.why)});
  }
  out.notes = std::move(composing.made.notes);
  const auto count = entry.service->members.size();
  out.notes.insert(out.notes.begin(),
                   fmt::format("composed of {} member{}, combine: {}", count, count == 1 ? "" : "s",
                               config::to_string(entry.service->combine)));
  out.terms = composing.terms;
  out.decision = std::move(composing.decision);
  const auto name = composed_name(i);
  if (set_.rules(entry.zone).txt)
    out.txt_left_out = txt_left_out(composing.made.state, set_.rules(entry.zone).txt_metadata);
  out.state = std::move(composing.made.state);
  if (const auto* cut = cut_above(cuts_[entry.zone], name.wire()); cut != nullptr) {
    out.losses.push_back(name.to_string() + ": below the delegation or DNAME at " + cut->to_string());
  }
  for (const auto& [zone, slot] : entry.slots) {
    const auto owner = index_->owner(name.wire());
    owner == slot ? out.names.push_back(name.to_string())
                  : out.losses.push_back(loss_text(name, slot, owner));
  }
  return out;
}

/// By zone.
std::map<std::uint16_t, std::vector<DoubtStatus>> World::composed_doubts() const {
  std::map<std::uint16_t, std::vector<DoubtStatus>> all;
  for (std::size_t i = 0; i < composed_.size(); ++i) {
    const auto& entry = composed_[i];
    auto& rows = all[entry.zone];
    for (std::size_t d = rows.size() + 1; d < policy::kDoubtCount; ++d)
      rows.push_back({static_cast<policy::Doubt>(d), 0, 0});
    for (auto& row : rows) {
      row.services += row.doubt == entry.doubt ? 1 : 0;
      row.times += entry.doubts[static_cast<std::size_t>(row.doubt)];
    }
  }
  return all;
}

std::vector<ComposedStatus> World::composed_status() const {
  std::vector<ComposedStatus> out;
  for (std::size_t i = 0; i < composed_.size(); ++i) {
    const auto& entry = composed_[i];
    auto& row = out.emplace_back();
    row.name = composed_name(i).to_string();
    row.combine = config::to_string(entry.service->combine);
    for (const auto& member : entry.service->members) row.members.push_back(compose::to_string(member));
    row.instances = entry.instances;
    row.eligible = entry.eligible;
    row.cold = entry.cold;
    row.doubt = entry.doubt;
    row.notes = entry.notes;
  }
  return out;
}

}  // namespace signpost
