#include "dns/reload.h"

#include "dns/base/log.h"
#include "dns/check.h"

namespace signpost {
namespace {

void warn_if(bool differs, const char* key, std::vector<std::string>& warnings) {
  if (differs) warnings.push_back(std::string(key) + " differs; it takes effect at the next start");
}

std::string more(std::size_t count) {
  return count < 2 ? "" : " (and " + std::to_string(count - 1) + " more)";
}

}  // namespace

std::vector<std::string> needs_restart(const config::Config& running, const config::Config& next) {
  std::vector<std::string> warnings;
  warn_if(running.listen.dns != next.listen.dns, "listen.dns", warnings);
  warn_if(running.listen.health != next.listen.health, "listen.health", warnings);
  warn_if(running.listen.ready != next.listen.ready, "listen.ready", warnings);
  warn_if(running.listen.metrics != next.listen.metrics, "listen.metrics", warnings);
  warn_if(running.listen.admin_socket != next.listen.admin_socket, "listen.admin", warnings);
  warn_if(running.workers != next.workers, "workers", warnings);
  warn_if(running.tcp.idle != next.tcp.idle, "tcp.idle", warnings);
  warn_if(running.tcp.clients != next.tcp.clients, "tcp.clients", warnings);
  warn_if(running.tcp.per_source != next.tcp.per_source, "tcp.per_source", warnings);
  return warnings;
}

Change load_change(const config::Config& running) {
  auto checked = check_config(running.path, CheckScope::Reload);
  Change change;
  if (checked) {
    change.outcome = {true, {}, std::move(checked->warnings)};
    for (auto& warning : needs_restart(running, checked->config)) {
      change.outcome.warnings.push_back(std::move(warning));
    }
    // What is compared with next time is what runs: the new listeners do not.
    checked->config.listen = running.listen;
    checked->config.workers = running.workers;
    checked->config.tcp = running.tcp;
    change.statics = std::move(checked->statics);
    change.config = std::make_shared<const config::Config>(std::move(checked->config));
  } else {
    change.outcome = {false, checked.error().errors, checked.error().warnings};
  }
  for (const auto& error : change.outcome.errors) log::error("reload.error", {{"reason", error}});
  for (const auto& warning : change.outcome.warnings) log::warning("reload.warning", {{"reason", warning}});
  if (change.config) {
    log::info("reload.accepted", {{"config", running.path}});
  } else {
    log::error("reload.refused", {{"config", running.path}, {"errors", change.outcome.errors.size()}});
  }
  return change;
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
