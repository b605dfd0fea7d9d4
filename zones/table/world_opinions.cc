// World: what another server of a registry is asked about what is held, and what its word comes to. The rule
// is in zones/guard/opinion.h.
#include <string>
#include <utility>

#include "dns/base/log.h"
#include "zones/guard/merge.h"
#include "zones/guard/opinion.h"
#include "zones/table/packed_state.h"
#include "zones/table/world.h"

namespace signpost {

/// One question a namespace, since each has a server of its own.
void World::ask_elsewhere(std::uint16_t index) {
  auto& [name, registry] = registries_[index];
  if (!opinion_wanted_) return;
  std::map<std::string, OpinionQuestion> questions;  // by namespace
  for (const auto id : registry.holds.ask_elsewhere(clock_.now())) {
    questions[services_[id].key.space].services.push_back(services_[id].key);
  }
  if (questions.empty()) return;
  services_.for_each([&](ServiceId id) {
    const auto& record = services_[id];
    if (record.registry != index) return;
    const auto question = questions.find(record.key.space);
    if (question != questions.end()) ++question->second.known[record.key.group];
  });
  registry.holds.asked_elsewhere(questions.size(), clock_.now());
  for (auto& [space, question] : questions) opinion_wanted_(name, std::move(question));
}

void World::take_opinion(const std::string& name, const SecondOpinion& opinion) {
  const auto index = registry_index(name);
  if (index < 0) return;
  auto& registry = registries_[static_cast<std::size_t>(index)].second;
  registry.holds.answered_elsewhere(clock_.now());
  OpinionCounts now;
  if (!opinion.trouble.empty()) ++now.failed;
  for (const auto& word : opinion.words) weigh_opinion(opinion, word, now);
  registry.opinions += now;
  log_opinion(name, opinion, now);
  log_released(name, registry);
}

void World::weigh_opinion(const SecondOpinion& opinion, const SecondOpinion::Word& word,
                          OpinionCounts& counts) {
  const auto id = services_.find(word.key);
  if (id == kNoService) return;
  auto& holds = registry_of(id).holds;
  const auto* hold = holds.find(id);
  if (hold == nullptr) return;
  const auto& record = services_[id];
  auto missing = unpack(record.key, record.packed).instances;
  if (!hold->told.gone) missing = absent_from(missing, unpack(record.key, hold->told.packed).instances);
  switch (judge_opinion(opinion, word, *hold, missing, holds.doubted_since(*hold))) {
    case Elsewhere::GoneToo:
      ++counts.gone_too;
      return believe(id, HoldEnd::Opinion);
    case Elsewhere::StillThere:
      ++counts.still_there;
      return holds.contradicted(id, opinion.server + " still tells what is missing", clock_.now());
    case Elsewhere::Unsure:
      ++counts.unsure;
  }
}

/// One line each time something else came of it than before.
void World::log_opinion(const std::string& name, const SecondOpinion& opinion, const OpinionCounts& counts) {
  auto& registry = registries_[static_cast<std::size_t>(registry_index(name))].second;
  auto words = opinion.trouble;
  if (words.empty()) {
    words = std::to_string(counts.gone_too) + " gone there too, " + std::to_string(counts.still_there) +
            " still there, " + std::to_string(counts.unsure) + " in doubt; it names " +
            std::to_string(opinion.names) + " of " + std::to_string(opinion.known) + " services";
  }
  if (!opinion.server.empty()) words = opinion.server + ": " + words;
  if (std::exchange(registry.last_opinion, words) == words) return;
  log::event(counts.still_there > 0 ? log::Level::Warning : log::Level::Info, "guard.second_opinion",
             {{"registry", name}, {"text", words}});
}

}  // namespace signpost
