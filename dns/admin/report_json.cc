#include <ctime>

#include <nlohmann/json.hpp>

#include "dns/admin/report_top.h"
#include "dns/admin/reports.h"
#include "zones/answer/present_rdata.h"

namespace signpost::admin {
namespace {

using Json = nlohmann::ordered_json;

/// Registries may say anything: what is not UTF-8 becomes U+FFFD instead of an exception.
std::string printed(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json counts_of(const std::vector<BackendCount>& counts) {
  auto list = Json::array();
  for (const auto& count : counts) {
    list.push_back({{"name", count.name}, {"reason", count.reason}, {"value", count.value}});
    for (const auto& one : count.of) {
      list.back()["of"].push_back({{"object", one.object}, {"service", one.service}, {"times", one.times}});
    }
  }
  return list;
}

/// What is held now, one object a guard; the counters since the start are metrics.
Json holds_json(const RegistryStatus& registry) {
  auto holds = Json::array();
  for (const auto& guard : registry.guards) {
    if (guard.services == 0) continue;
    holds.push_back({{"guard", to_string(guard.guard)},
                     {"services", guard.services},
                     {"instances", guard.instances},
                     {"age_seconds", guard.age_seconds},
                     {"left_seconds", nullptr},
                     {"examples", guard.examples}});
    if (guard.left_seconds >= 0) holds.back()["left_seconds"] = guard.left_seconds;
  }
  for (const auto& guard : registry.health_guards) {
    if (guard.instances + guard.services == 0) continue;
    holds.push_back({{"guard", guard.guard},
                     {"services", guard.services},
                     {"instances", guard.instances},
                     {"age_seconds", nullptr},
                     {"left_seconds", nullptr},
                     {"examples", guard.examples}});
    if (guard.age_seconds >= 0) holds.back()["age_seconds"] = guard.age_seconds;
  }
  return holds;
}

/// Only the rules that something answers by now; the counters since the start are metrics.
Json rescued_json(const RegistryStatus& registry) {
  auto rescued = Json::object();
  for (const auto& row : registry.doubts) {
    if (row.services > 0) rescued[std::string(policy::to_string(row.doubt))] = row.services;
  }
  return rescued;
}

Json registry_json(const RegistryStatus& registry, const ProgramReport& program) {
  Json json{{"name", registry.name},
            {"type", nullptr},
            {"required", registry.required},
            {"state", to_string(registry.phase)},
            {"synced", registry.synced},
            {"last_event_age_seconds", nullptr},
            {"snapshot_age_seconds", nullptr},
            {"last_error", registry.last_error},
            {"services", registry.services},
            {"pending", registry.pending},
            {"instances", registry.instances},
            {"eligible", registry.eligible},
            {"namespaces", registry.namespaces},
            {"pods", registry.pods},
            {"imports", registry.imports},
            {"lists", registry.lists},
            {"events", registry.events},
            {"held", registry.held},
            {"holds", holds_json(registry)},
            {"second_opinion", registry.last_opinion},
            {"rescued", rescued_json(registry)},
            {"unpublished", registry.unpublished}};
  if (registry.restored_age_seconds >= 0) json["snapshot_age_seconds"] = registry.restored_age_seconds;
  if (registry.last_event_age_seconds >= 0) json["last_event_age_seconds"] = registry.last_event_age_seconds;
  for (const auto& report : program.registries) {
    if (report.name != registry.name) continue;
    json["type"] = report.type;
    json["restarts"] = report.restarts;
    json["counts"] = counts_of(report.counts);
    if (!report.on_query) continue;
    json["on_query"] = {{"asking", report.on_query->asking},
                        {"there", report.on_query->there},
                        {"absent", report.on_query->absent},
                        {"subscriptions", report.on_query->subscriptions}};
  }
  return json;
}

Json zone_json(const ZoneStatus& zone) {
  return {{"name", zone.name},
          {"serial", zone.serial},
          {"services", zone.services},
          {"static_names", zone.static_names},
          {"collisions", zone.collisions},
          {"cold", zone.cold},
          {"held", zone.held}};
}

Json composed_json(const ComposedStatus& one) {
  return {{"name", one.name},
          {"combine", one.combine},
          {"members", one.members},
          {"instances", one.instances},
          {"eligible", one.eligible},
          {"cold", one.cold},
          {"rescued", one.doubt == policy::Doubt::None ? Json() : Json(policy::to_string(one.doubt))},
          {"notes", one.notes}};
}

Json file_json(const StaticFileReport& file) {
  return {{"path", file.path},
          {"zone", file.zone},
          {"accepted", file.accepted},
          {"refused", file.refused},
          {"last_error", file.last_error}};
}

Json state_json(const StateFileReport& file) {
  Json json{{"registry", file.registry},
            {"age_seconds", nullptr},
            {"octets", file.octets},
            {"writes", file.writes},
            {"write_errors", file.write_errors},
            {"load_errors", file.load_errors},
            {"last_error", file.last_error}};
  if (file.age_seconds >= 0) json["age_seconds"] = file.age_seconds;
  return json;
}

Json drains_json(const std::vector<DrainStatus>& drains) {
  auto list = Json::array();
  for (const auto& drain : drains) {
    list.push_back({{"service", drain.service},
                    {"instance", drain.instance},
                    {"left_seconds", nullptr},
                    {"known", drain.known}});
    if (drain.left_seconds >= 0) list.back()["left_seconds"] = drain.left_seconds;
  }
  return list;
}

Json builder_json(const BuilderStatus& builder) {
  return {{"publishes", builder.publishes},
          {"blocks_built", builder.blocks_built},
          {"snapshot_version", builder.snapshot_version},
          {"names", builder.names},
          {"block_octets", builder.block_octets},
          {"last_publish_seconds", builder.last_publish_seconds},
          {"longest_step_seconds", builder.longest_step_seconds}};
}

Json service_json(const ExplainedService& service) {
  auto instances = Json::array();
  for (const auto& instance : service.instances) {
    instances.push_back({{"id", instance.id},
                         {"addresses", instance.addresses},
                         {"ports", instance.ports},
                         {"health", instance.health},
                         {"weight", instance.weight},
                         {"eligible", instance.eligible},
                         {"why", instance.why},
                         {"share_percent", instance.share_percent},
                         {"groups", instance.groups},
                         {"origin", instance.origin}});
  }
  return {{"key", service.key},         {"zone", service.zone},
          {"note", service.note},       {"names", service.names},
          {"losses", service.losses},   {"wishes", service.wishes},
          {"remarks", service.remarks}, {"instances", std::move(instances)}};
}

}  // namespace

std::string iso_time(WallTime time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string to_json(const StatusReport& status) {
  auto listeners = Json::array(), registries = Json::array(), zones = Json::array(), files = Json::array();
  for (const auto& listener : status.program.listeners) {
    listeners.push_back({{"kind", listener.kind}, {"address", listener.address}});
  }
  for (const auto& registry : status.builder.registries) {
    registries.push_back(registry_json(registry, status.program));
  }
  for (const auto& zone : status.builder.zones) zones.push_back(zone_json(zone));
  auto composed = Json::array();
  for (const auto& one : status.builder.composed) composed.push_back(composed_json(one));
  for (const auto& file : status.program.static_files) files.push_back(file_json(file));
  auto states = Json::array();
  for (const auto& file : status.program.state_files) states.push_back(state_json(file));
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(status.now - status.program.started);
  return printed({{"version", status.program.version},
                  {"started", iso_time(status.program.started)},
                  {"uptime_seconds", up.count()},
                  {"ready", status.ready},
                  {"workers", status.program.workers},
                  {"listeners", std::move(listeners)},
                  {"registries", std::move(registries)},
                  {"zones", std::move(zones)},
                  {"composed", std::move(composed)},
                  {"zone_files", std::move(files)},
                  {"state_files", std::move(states)},
                  {"checks",
                   {{"targets", status.program.checks.targets},
                    {"failing", status.program.checks.failing},
                    {"examples", status.program.checks.examples}}},
                  {"drained", drains_json(status.builder.drains)},
                  {"builder", builder_json(status.builder)},
                  {"reload",
                   {{"accepted", status.program.reload.accepted},
                    {"refused", status.program.reload.refused},
                    {"last_outcome", status.program.reload.last_outcome},
                    {"version", status.program.reload.version}}}});
}

std::string to_json(const TopReport& top) {
  const auto rates = rates_of(top);
  auto rcodes = Json::object();
  for (const auto& [word, percent] : rates.rcodes) rcodes[word] = percent;
  auto registries = Json::array(), names = Json::array();
  for (const auto& registry : top.status.builder.registries)
    registries.push_back(registry_json(registry, top.status.program));
  for (const auto& one : top.names) {
    names.push_back(
        {{"name", one.name.to_string()},
         {"type", type_text(one.type)},
         {"queries_per_second", top.seconds > 0 ? static_cast<double>(one.queries) / top.seconds : 0.0}});
  }
  return printed({{"seconds", top.seconds},
                  {"queries_per_second", rates.queries},
                  {"udp_per_second", rates.udp},
                  {"tcp_per_second", rates.tcp},
                  {"answered_per_second", rates.answered},
                  {"dropped_per_second", rates.dropped},
                  {"p50_microseconds", rates.p50},
                  {"p99_microseconds", rates.p99},
                  {"rcode_percent", std::move(rcodes)},
                  {"registries", std::move(registries)},
                  {"names", std::move(names)}});
}

std::string to_json(const Explanation& explanation) {
  auto services = Json::array();
  for (const auto& service : explanation.services) services.push_back(service_json(service));
  return printed({{"question", explanation.question},
                  {"outcome", explanation.outcome},
                  {"records", explanation.records},
                  {"notes", explanation.notes},
                  {"services", std::move(services)}});
}

std::string to_json(const DrainOutcome& outcome) {
  Json json{{"service", outcome.service}, {"instances", outcome.instances}, {"drained", outcome.drained},
            {"seconds", nullptr},         {"note", outcome.note},           {"error", nullptr}};
  if (outcome.seconds > 0) json["seconds"] = outcome.seconds;
  if (!outcome.error.empty()) json["error"] = outcome.error;
  return printed(json);
}

std::string to_json(const ReleaseOutcome& outcome) {
  Json json{{"released", outcome.released}, {"error", nullptr}};
  if (!outcome.error.empty()) json["error"] = outcome.error;
  return printed(json);
}

std::string to_json(const ReloadOutcome& outcome) {
  return printed({{"accepted", outcome.accepted},
                  {"errors", outcome.errors},
                  {"warnings", outcome.warnings},
                  {"changes", outcome.changes}});
}

}  // namespace signpost::admin
