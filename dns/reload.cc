#include "dns/reload.h"

#include <algorithm>

#include <fmt/format.h>

#include "dns/base/log.h"
#include "dns/check.h"
#include "dns/descriptors.h"

namespace signpost {
namespace {

constexpr std::size_t kChangesLogged = 20;  // `signpost reload` shows all

std::string more(std::size_t count) {
  return count < 2 ? "" : " (and " + std::to_string(count - 1) + " more)";
}

/// A limit that the system does not let us reach.
void warn_of_descriptors(const config::Config& running, const config::Config& next, Change& change) {
  if (next.tcp.clients <= running.tcp.clients) return;
  if (const auto limit = too_few_descriptors(next.tcp.clients))
    change.outcome.warnings.push_back(
        fmt::format("tcp.clients: {} connections do not fit into the {} descriptors that this process may "
                    "have (LimitNOFILE)",
                    next.tcp.clients, *limit));
}

}  // namespace

Change load_change(const config::Config& running) {
  auto checked = check_config(running.path, CheckScope::Reload);
  Change change;
  if (checked) {
    change.outcome = {true, {}, std::move(checked->warnings)};
    warn_of_descriptors(running, checked->config, change);
    change.outcome.changes = config::differences(running.settings, checked->config.settings);
    change.sources = checked->config.sources;
    change.statics = std::move(checked->statics);
    change.config = std::make_shared<const config::Config>(std::move(checked->config));
  } else {
    change.outcome = {false, checked.error().errors, checked.error().warnings};
    change.sources = std::move(checked.error().sources);
  }
  return change;
}

void Change::refuse(std::string why) {
  config.reset();
  outcome.accepted = false;
  outcome.errors.push_back(std::move(why));
  outcome.changes.clear();
}

void log_outcome(const std::string& path, const admin::ReloadOutcome& outcome) {
  for (const auto& error : outcome.errors) log::error("reload.error", {{"reason", error}});
  for (const auto& warning : outcome.warnings) log::warning("reload.warning", {{"reason", warning}});
  for (std::size_t i = 0; i < std::min(outcome.changes.size(), kChangesLogged); ++i)
    log::info("reload.change", {{"what", outcome.changes[i]}});
  if (outcome.accepted) {
    log::info("reload.accepted", {{"config", path}, {"changes", outcome.changes.size()}});
  } else {
    log::error("reload.refused", {{"config", path}, {"errors", outcome.errors.size()}});
  }
}

std::vector<std::string> file_registries(const config::Config& config) {
  std::vector<std::string> names;
  for (const auto& registry : config.registries) {
    if (std::holds_alternative<config::FileRegistry>(registry.options)) names.push_back(registry.name);
  }
  return names;
}

std::string one_line(const admin::ReloadOutcome& outcome) {
  if (!outcome.accepted) {
    return "refused: " + (outcome.errors.empty() ? "" : outcome.errors.front()) + more(outcome.errors.size());
  }
  return outcome.warnings.empty()
             ? "accepted"
             : "accepted, warning: " + outcome.warnings.front() + more(outcome.warnings.size());
}

}  // namespace signpost
