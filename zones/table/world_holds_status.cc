// World: holds as operators see them: status, log, explain, and `signpost release`.
#include <algorithm>
#include <chrono>
#include <string>

#include "dns/base/log.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

constexpr std::size_t kExamples = 3;  // names in a log line or a status: enough to see what it is about

std::string counted(std::uint64_t count, const char* word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

std::string whole_seconds(Duration duration) {
  const auto count = std::chrono::ceil<std::chrono::seconds>(std::max(duration, Duration::zero())).count();
  return std::to_string(count) + " s";
}

/// When the hold ends by itself.
std::string ends_text(const Hold& hold, GuardRules rules) {
  if (hold.after_reconnect) {
    const std::string other = rules.second_opinion ? "another server says the same, or " : "";
    return other + "30 s after the service grew last, at most 90 s after contact was regained";
  }
  const std::string again = std::string("a second read") +
                            (rules.second_opinion ? " or another server" : "") +
                            " says the same (asked for after 10 s)";
  switch (hold.guard) {
    case ListGuard::EmptyRead:
      return again;
    case ListGuard::GlobalShrink:
      return again + ", at most 5 min";
    case ListGuard::ServiceShrink:
      break;
  }
  return again + (rules.forgetful ? ", or 30 s after it grew last, at most 90 s" : ", at most 60 s");
}

}  // namespace

std::vector<GuardStatus> World::guards(const RegistryState& registry) const {
  std::vector<GuardStatus> all(kListGuardCount);
  for (std::size_t i = 0; i < kListGuardCount; ++i) {
    all[i].guard = static_cast<ListGuard>(i);
    all[i].counts = registry.holds.counts(all[i].guard);
  }
  const auto now = clock_.now();
  for (const auto& [id, hold] : registry.holds.all()) {
    auto& row = all[static_cast<std::size_t>(hold.guard)];
    const auto& record = services_[id];
    ++row.services;
    row.instances += record.instances - std::min(record.instances, hold.told.instances);
    row.age_seconds = std::max(row.age_seconds, seconds(now - hold.since));
    if (const auto end = registry.holds.ends_at(hold))
      row.left_seconds = std::max({row.left_seconds, seconds(*end - now), 0.0});
    if (row.examples.size() < kExamples) row.examples.push_back(record.key.to_string());
  }
  return all;
}

std::string World::hold_text(const HeldRecord& record, const Hold& hold) const {
  const auto& holds = registries_[record.registry].second.holds;
  const auto said = hold.told.gone ? std::string("the registry does not name it any more")
                                   : "the registry tells " + counted(hold.told.instances, "instance") +
                                         " of " + std::to_string(record.instances);
  return "held by the guard " + std::string(to_string(hold.guard)) + " for " +
         whole_seconds(clock_.now() - hold.since) + ": " + said + "; shown as before until " +
         ends_text(hold, holds.rules()) + ", or until `signpost release " + record.key.to_string() + "`" +
         (hold.elsewhere.empty() ? "" : "; " + hold.elsewhere);
}

/// One line when a guard begins to hold something; every number is of what it holds now.
void World::log_holding(std::uint16_t index, const std::vector<ServiceId>& services) const {
  const auto& [name, registry] = registries_[index];
  const auto* first = registry.holds.find(services.front());
  if (first == nullptr) return;
  std::string names;
  std::uint64_t from = 0, to = 0, left = 0;
  for (std::size_t i = 0; i < services.size(); ++i) {
    const auto* hold = registry.holds.find(services[i]);
    if (hold == nullptr) continue;
    from += hold->shown_before;
    to += hold->told.instances;
    left += hold->told.gone ? 0 : 1;
    if (i < kExamples) names += (i == 0 ? "" : ", ") + services_[services[i]].key.to_string();
  }
  if (services.size() > kExamples) names += " and " + std::to_string(services.size() - kExamples) + " more";
  const auto target = services.size() == 1 ? services_[services.front()].key.to_string() : name;
  log::warning("guard.holding",
               {{"registry", name},
                {"guard", to_string(first->guard)},
                {"services", names},
                {"from", counted(services.size(), "service") + " with " + counted(from, "instance")},
                {"to", counted(left, "service") + " with " + counted(to, "instance")},
                {"until", ends_text(*first, registry.holds.rules())},
                {"at_once", "signpost release " + target}});
}

/// One line when a guard holds nothing any more.
void World::log_released(const std::string& name, RegistryState& registry) const {
  for (const auto& over : registry.holds.take_over()) {
    std::string why;
    for (std::size_t i = 0; i < kHoldEndCount; ++i) {
      if (over.counts.ended[i] == 0) continue;
      why += (why.empty() ? "" : ", ") + std::string(to_string(static_cast<HoldEnd>(i))) + " " +
             std::to_string(over.counts.ended[i]);
    }
    log::info("guard.released", {{"registry", name},
                                 {"guard", to_string(over.guard)},
                                 {"services", over.counts.begun},
                                 {"reasons", why}});
  }
}

/// What is held of all registries, of one, or of one service of it.
std::vector<ServiceId> World::held_as(const std::string& registry, const std::string& service) const {
  std::vector<ServiceId> found;
  for (const auto& [name, state] : registries_) {
    if (!registry.empty() && name != registry) continue;
    for (const auto& [id, hold] : state.holds.all()) {
      if (service.empty() || services_[id].key.to_string() == name + "/" + service) found.push_back(id);
    }
  }
  return found;
}

ReleaseOutcome World::release(const std::string& registry, const std::string& service) {
  ReleaseOutcome outcome;
  if (!registry.empty() && registry_index(registry) < 0) {
    outcome.error = no_registry(registry);
    return outcome;
  }
  const auto held = held_as(registry, service);
  const auto one = service.empty() ? kNoService : service_at(registry, service);
  for (std::size_t i = 0; i < registries_.size(); ++i) {
    if ((!registry.empty() && registries_[i].first != registry) || (!service.empty() && one == kNoService))
      continue;
    for (const auto id : release_health(static_cast<std::uint16_t>(i), service.empty() ? nullptr : &one))
      outcome.released.push_back(services_[id].key.to_string());
  }
  if (held.empty() && outcome.released.empty() && !service.empty()) {
    outcome.error = "nothing is held of " + registry + "/" + service + "; `signpost status` lists what is";
    return outcome;
  }
  for (const auto id : held) {
    outcome.released.push_back(services_[id].key.to_string());
    believe(id, HoldEnd::Operator);
  }
  auto& names = outcome.released;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (auto& [name, state] : registries_) log_released(name, state);
  while (flush(SIZE_MAX)) {
  }
  publish();
  return outcome;
}

}  // namespace signpost
