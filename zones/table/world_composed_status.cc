// World: what people ask of names over several registries.
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "zones/policy/reasons.h"
#include "zones/synthesis/static_node.h"
#include "zones/synthesis/txt.h"
#include "zones/table/world.h"

namespace signpost {

namespace {

/// What several registries say of instance k, for people: "nacos up, weight 2; cluster down".
std::string words_text(const std::vector<config::Member>& members, const std::vector<compose::Word>& words) {
  std::string text;
  for (const auto& word : words) {
    text += fmt::format("{}{} {}, weight {:g}{}{}", text.empty() ? "" : "; ", members[word.member].registry,
                        to_string(word.health), word.weight, word.enabled ? "" : ", disabled",
                        word.counts ? "" : ", does not count");
  }
  return text;
}

}  // namespace

/// As World::Untold: the words.
struct World::UntoldComposed {
  std::shared_ptr<const config::Config> config;
  const config::ComposedService* service;  // of it, as are the others
  const config::Zone* rules;
  const config::Check* check;
  Composing composing;
  std::vector<bool> last_known;
  std::uint32_t panic_floor;
  HeldService known;

  HeldService tell() const {
    auto out = known;
    const auto& made = composing.made;
    auto all = made.candidates();
    all.last_known = last_known;
    all.panic_floor = panic_floor;
    overlay(composing.checked, all);
    out.reasons = policy::reasons(all, composing.terms, composing.decision);
    explain_checks(composing.checked, out.reasons);
    if (check != nullptr) out.check = signpost::to_string(*check);
    out.doubt = policy::doubt_note(all, composing.terms, composing.decision);
    out.groups = policy::groups_of(all);
    for (const auto& words : made.words) out.origins.push_back(words_text(service->members, words));
    for (const auto& one : made.left_out)
      out.left_out.push_back({compose::to_string(service->members[one.member]), one.instance, one.why});
    const auto count = service->members.size();
    out.notes = made.notes;
    out.notes.insert(out.notes.begin(),
                     fmt::format("composed of {} member{}, combine: {}", count, count == 1 ? "" : "s",
                                 config::to_string(service->combine)));
    out.terms = composing.terms;
    out.decision = composing.decision;
    if (rules->txt) out.txt_left_out = txt_left_out(made.state, rules->txt_metadata);
    out.state = made.state;
    return out;
  }
};

Later<HeldService> World::held_composed(std::size_t i) const {
  const auto& entry = composed_[i];
  const auto& rules = set_.rules(entry.zone);
  HeldService out;
  out.zone = rules.name;
  const auto name = composed_name(i);
  if (const auto* cut = cut_above(cuts_[entry.zone], name.wire()); cut != nullptr) {
    out.losses.push_back(name.to_string() + ": below the delegation or DNAME at " + cut->to_string());
  }
  for (const auto& [zone, slot] : entry.slots) {
    const auto owner = index_->owner(name.wire());
    owner == slot ? out.names.push_back(name.to_string())
                  : out.losses.push_back(loss_text(name, slot, owner));
  }
  auto composing = compose(i);
  auto beside = with_last_known(i, composing.made);
  const auto untold = std::make_shared<const UntoldComposed>(
      UntoldComposed{set_.config, entry.service, &rules, check_of_composed(i), std::move(composing),
                     std::move(beside.last_known), beside.panic_floor, std::move(out)});
  return [untold] { return untold->tell(); };
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
