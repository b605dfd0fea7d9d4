#include "dns/admin/metrics.h"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/admin/exposition.h"
#include "dns/admin/metrics_dns.h"
#include "dns/admin/metrics_registry.h"

namespace signpost::admin {
namespace {

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

void backend_families(Exposition& page, const std::vector<RegistryReport>& registries) {
  for (const auto& registry : registries) {
    page.counter("registry_restarts_total", "Times following the registry failed by a mistake of ours.",
                 {{"registry", registry.name}}, number(registry.restarts));
    if (registry.on_query) on_query_families(page, registry.name, *registry.on_query);
    std::map<std::pair<std::string, std::string>, std::uint64_t> sums;  // equal labels may not appear twice
    for (const auto& count : registry.counts) sums[{metric_word(count.name), count.reason}] += count.value;
    for (const auto& [key, value] : sums) {
      page.counter("registry_" + key.first + "_total", "Counted by the registry's own protocol.",
                   {{"registry", registry.name}, {"reason", key.second}}, number(value));
    }
  }
}

void builder_families(Exposition& page, const Scrape& scrape) {
  const auto& builder = scrape.builder;
  for (const auto& registry : builder.registries) registry_family(page, registry);
  for (const auto& zone : builder.zones) zone_family(page, zone);
  page.gauge("drained_instances", "Instances that the operator drains.", {}, number(builder.drains.size()));
  page.gauge("builder_answered", "0 when the builder was too busy to tell; then its numbers are older.", {},
             scrape.builder_answered);
  page.counter("snapshot_publishes_total", "Snapshots published.", {}, number(builder.publishes));
  page.counter("snapshot_blocks_built_total", "Service blocks built.", {}, number(builder.blocks_built));
  page.gauge("snapshot_version", "Version of the current snapshot.", {}, number(builder.snapshot_version));
  page.gauge("snapshot_names", "Names in the table.", {}, number(builder.names));
  page.gauge("snapshot_block_bytes", "Octets of all published blocks.", {}, number(builder.block_octets));
  page.gauge("snapshot_build_seconds", "Last publish, from its first event to the new version.", {},
             builder.last_publish_seconds);
  page.gauge("builder_longest_step_seconds", "Longest uninterrupted step of the builder.", {},
             builder.longest_step_seconds);
  page.durations("step_duration_seconds",
                 "Uninterrupted steps of threads that are to be let go of within 2 ms.",
                 {{"thread", "builder"}}, builder.steps);
  page.durations("step_duration_seconds",
                 "Uninterrupted steps of threads that are to be let go of within 2 ms.",
                 {{"thread", "registry"}}, scrape.program.registry_steps);
}

void file_families(Exposition& page, const std::vector<StaticFileReport>& files) {
  for (const auto& file : files) {
    const Exposition::Labels labels{{"zone", file.zone}};
    page.gauge("zone_file_good", "0 while the zone's file has a mistake; the last good content is served.",
               labels, file.last_error.empty());
    page.counter("zone_file_accepted_total", "Changes of the zone's file taken over at run time.", labels,
                 number(file.accepted));
    page.counter("zone_file_refused_total", "Changes of the zone's file refused at run time.", labels,
                 number(file.refused));
  }
}

void state_families(Exposition& page, const std::vector<StateFileReport>& files) {
  for (const auto& file : files) {
    const Exposition::Labels labels{{"registry", file.registry}};
    if (file.age_seconds >= 0)
      page.gauge("state_file_age_seconds", "Since the registry's newest state file was written.", labels,
                 file.age_seconds);
    page.gauge("state_file_bytes", "Octets of the last state file written.", labels, number(file.octets));
    page.counter("state_writes_total", "State files written.", labels, number(file.writes));
    const std::pair<const char*, std::uint64_t> errors[] = {{"read", file.load_errors},
                                                            {"write", file.write_errors}};
    for (const auto& [when, count] : errors) {
      page.counter("state_errors_total", "State files that could not be written, or were not to be read.",
                   {{"registry", file.registry}, {"when", when}}, number(count));
    }
  }
}

void check_families(Exposition& page, const checks::Counts& checks) {
  page.gauge("check_targets", "Addresses and ports that are checked.", {}, number(checks.targets));
  page.gauge("check_targets_failing", "Those of them whose check fails now.", {}, number(checks.failing));
  page.counter("check_probes_total", "Probes that ended, by what came of them.", {{"result", "passed"}},
               number(checks.passed));
  page.counter("check_probes_total", "Probes that ended, by what came of them.", {{"result", "failed"}},
               number(checks.failed));
  page.gauge("check_late_seconds", "How long the probe that waits longest is past its time.", {},
             checks.late_seconds);
}

void log_families(Exposition& page, const log::Counts& lines) {
  for (std::size_t i = 0; i < lines.written.size(); ++i) {
    page.counter("log_lines_total", "Lines written to the log, by level.",
                 {{"level", log::to_string(static_cast<log::Level>(i))}}, number(lines.written[i]));
  }
  page.counter("log_left_out_total", "Lines not written because there were too many of their kind.", {},
               number(lines.left_out));
  page.counter("log_lost_total", "Lines lost because nobody read them.", {}, number(lines.lost));
}

void tap_families(Exposition& page, const ProgramReport& program) {
  const std::pair<const char*, const TapReport&> taps[] = {{"query_log", program.query_log},
                                                           {"dnstap", program.dnstap}};
  for (const auto& [name, report] : taps) {
    const std::pair<const char*, std::uint64_t> outcomes[] = {
        {"written", report.written}, {"dropped", report.dropped}, {"lost", report.lost}};
    for (const auto& [outcome, count] : outcomes) {
      page.counter("query_tap_total", "Queries noted for the query log and dnstap, by what became of them.",
                   {{"tap", name}, {"outcome", outcome}}, number(count));
    }
  }
}

void program_families(Exposition& page, const Scrape& scrape) {
  page.info("build_info", "Which program this is.",
            {{"version", scrape.program.version}, {"compiler", scrape.program.compiler}});
  page.gauge("workers", "Threads that answer queries.", {}, number(scrape.program.workers));
  page.counter("reload_accepted_total", "Configurations taken over at run time.", {},
               number(scrape.program.reload.accepted));
  page.counter("reload_failed_total", "Configurations refused at run time.", {},
               number(scrape.program.reload.refused));
  if (!scrape.program.reload.version.empty())
    page.info("reload_version_info", "The value is a hash of the configuration's files in force.",
              {{"hash", "xxh3"}, {"value", scrape.program.reload.version}});
  page.counter("cookie_file_refused_total", "Readings of the cookie secrets that found a bad file.", {},
               number(scrape.program.cookie_files_refused));
  check_families(page, scrape.program.checks);
  page.counter("on_query_refused_total", "Queries that the workers refused: too many new names at once.", {},
               number(scrape.program.on_query_refused));
  page.counter("health_request_failures_total", "Health checks that a worker did not answer in time.", {},
               number(scrape.health_failures));
  log_families(page, scrape.log);
  tap_families(page, scrape.program);
  const auto& process = scrape.process;
  page.counter("process_cpu_seconds_total", "User and system time.", {}, process.cpu_seconds);
  page.gauge("process_resident_memory_bytes", "Resident memory.", {}, number(process.resident_octets));
  page.gauge("process_virtual_memory_bytes", "Virtual memory.", {}, number(process.virtual_octets));
  page.gauge("process_open_fds", "Open file descriptors.", {}, number(process.open_descriptors));
  page.gauge("process_max_fds", "Soft limit of open file descriptors.", {}, number(process.max_descriptors));
  page.gauge("process_threads", "Threads.", {}, number(process.threads));
  page.gauge("process_start_time_seconds", "Start in Unix time.", {}, process.start_time_seconds);
}

/// Histograms and counters without labels that begin with the program. Those with labels would have a line
/// more for each of their sets, to say the same.
constexpr std::array<std::string_view, 11> kSinceStart{
    "dns_request_duration_seconds", "dns_request_size_bytes",   "dns_response_size_bytes",
    "dns_do_requests_total",        "dns_truncated_total",      "dns_udp_batches_total",
    "dns_tcp_accepted_total",       "reload_accepted_total",    "reload_failed_total",
    "snapshot_publishes_total",     "process_cpu_seconds_total"};

}  // namespace

std::string metrics_text(const Scrape& scrape, MetricsFormat format) {
  Exposition page;
  program_families(page, scrape);
  dns_families(page, scrape.dns);
  builder_families(page, scrape);
  backend_families(page, scrape.program.registries);
  file_families(page, scrape.program.static_files);
  state_families(page, scrape.program.state_files);
  for (const auto name : kSinceStart) page.created(name, scrape.process.start_time_seconds);
  return page.text(format);
}

}  // namespace signpost::admin
