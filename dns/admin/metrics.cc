#include "dns/admin/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>
#include <vector>

#include "dns/admin/exposition.h"
#include "dns/admin/metrics_registry.h"

namespace signpost::admin {
namespace {

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

constexpr std::array<std::string_view, 2> kProtocols{"udp", "tcp"};  // by Transport
constexpr std::array<std::string_view, 2> kFamilies{"1", "2"};       // CoreDNS' words: IPv4, IPv6
constexpr std::array<std::string_view, kRcodeCount> kRcodes{
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI", "12",      "13",      "14",       "15",
    "BADVERS", "BADKEY",  "BADTIME",  "BADMODE",   "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE"};
// Switches, not tables: a word that is missing for a new enumerator is a warning, and so an error.

std::string_view word(Drop value) noexcept {
  switch (value) {
    case Drop::Short:
      return "short";
    case Drop::IsResponse:
      return "is_response";
    case Drop::SourcePortZero:
      return "source_port_zero";
    case Drop::Policy:
      return "policy";
    case Drop::Responder:
      return "responder";
    case Drop::SendFailed:
      return "send_failed";
    case Drop::ClientGone:
      return "client_gone";
    case Drop::TooOld:
      return "too_old";
  }
  return "other";
}

std::string_view word(Limited value) noexcept {
  switch (value) {
    case Limited::Dropped:
      return "dropped";
    case Limited::Truncated:
      return "truncated";
    case Limited::BadCookie:
      return "badcookie";
    case Limited::Logged:
      return "answered";
  }
  return "unknown";
}

std::string_view word(TcpEnd value) noexcept {
  switch (value) {
    case TcpEnd::Peer:
      return "peer";
    case TcpEnd::Idle:
      return "idle";
    case TcpEnd::SlowMessage:
      return "slow_message";
    case TcpEnd::SlowReader:
      return "slow_reader";
    case TcpEnd::BadLength:
      return "bad_length";
    case TcpEnd::Evicted:
      return "evicted";
    case TcpEnd::Refused:
      return "refused";
    case TcpEnd::Shutdown:
      return "shutdown";
  }
  return "other";
}

std::string_view word(Guard value) noexcept {
  switch (value) {
    case Guard::None:
      return "none";
    case Guard::Short:
      return "short";
    case Guard::IsResponse:
      return "is_response";
    case Guard::NoQuestion:
      return "no_question";
    case Guard::ManyQuestions:
      return "many_questions";
    case Guard::BadQuestion:
      return "bad_question";
    case Guard::ForeignRecords:
      return "foreign_records";
    case Guard::ManyAdditional:
      return "many_additional";
    case Guard::BadRecord:
      return "bad_record";
    case Guard::OptOwner:
      return "opt_owner";
    case Guard::SecondOpt:
      return "second_opt";
    case Guard::BadOption:
      return "bad_option";
    case Guard::BadCookie:
      return "bad_cookie";
    case Guard::TrailingOctets:
      return "trailing_octets";
    case Guard::BadSubnet:
      return "bad_subnet";
  }
  return "other";
}

std::string_view word(CookieState value) noexcept {
  switch (value) {
    case CookieState::None:
      return "ignored";
    case CookieState::ClientOnly:
      return "client_only";
    case CookieState::Valid:
      return "valid";
    case CookieState::Expired:
      return "expired";
    case CookieState::Invalid:
      return "invalid";
  }
  return "other";
}

std::string text(std::string_view view) { return std::string(view); }

/// One counter for each word of a fixed list: all of them, so that a rate exists before the first event.
template <std::size_t N>
void by_word(Exposition& page, std::string_view name, std::string_view help, std::string_view label,
             const std::array<std::string_view, N>& words, const std::array<std::uint64_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i)
    page.counter(name, help, {{text(label), text(words[i])}}, number(counts[i]));
}

/// The same for an enumeration that counts from 0.
template <class Enum, std::size_t N>
void by_reason(Exposition& page, std::string_view name, std::string_view help,
               const std::array<std::uint64_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i)
    page.counter(name, help, {{"reason", text(word(static_cast<Enum>(i)))}}, number(counts[i]));
}

void sizes(Exposition& page, std::string_view name, std::string_view help,
           const std::array<CounterTotals::Sizes, 2>& by_transport) {
  const std::vector<double> bounds(kSizeBounds.begin(), kSizeBounds.end());
  for (std::size_t i = 0; i < by_transport.size(); ++i) {
    const auto& counted = by_transport[i];
    page.histogram(name, help, {{"proto", text(kProtocols[i])}}, bounds,
                   {counted.buckets.begin(), counted.buckets.end()}, number(counted.sum));
  }
}

void durations(Exposition& page, const CounterTotals& dns) {
  std::vector<double> bounds;
  for (std::size_t i = 0; i + 1 < kDurationBuckets; ++i)
    bounds.push_back(std::ldexp(1e-6, static_cast<int>(i)));
  page.histogram("dns_request_duration_seconds",
                 "From reception of a query to handing its response to the kernel.", {}, bounds,
                 {dns.durations.begin(), dns.durations.end()}, number(dns.duration_nanoseconds) * 1e-9);
}

/// CoreDNS' labels. What was malformed has no type and counts as "other".
void requests(Exposition& page, const CounterTotals& dns) {
  for (std::size_t proto = 0; proto < kProtocols.size(); ++proto) {
    for (std::size_t family = 0; family < kFamilies.size(); ++family) {
      auto by_type = dns.types[proto][family];
      const auto typed = std::accumulate(by_type.begin(), by_type.end(), std::uint64_t{0});
      by_type.back() += dns.queries[proto][family] - std::min(dns.queries[proto][family], typed);
      for (std::size_t type = 0; type < by_type.size(); ++type) {
        page.counter("dns_requests_total", "Queries received, once each; family 1 is IPv4, 2 is IPv6.",
                     {{"proto", text(kProtocols[proto])},
                      {"family", text(kFamilies[family])},
                      {"type", text(kCountedTypes[type])}},
                     number(by_type[type]));
      }
    }
  }
}

void dns_families(Exposition& page, const CounterTotals& dns) {
  requests(page, dns);
  by_word(page, "dns_responses_total", "Responses sent by response code.", "rcode", kRcodes, dns.rcodes);
  durations(page, dns);
  sizes(page, "dns_request_size_bytes", "Octets of queries.", dns.request_octets);
  sizes(page, "dns_response_size_bytes", "Octets of responses.", dns.response_octets);
  page.counter("dns_do_requests_total", "Queries with the DNSSEC OK bit.", {}, number(dns.dnssec_ok));
  page.counter("dns_truncated_total", "Responses sent with the TC bit.", {}, number(dns.truncated));
  by_reason<Drop>(page, "dns_dropped_total", "Queries that got no response.", dns.dropped);
  by_reason<Guard>(page, "dns_rejected_total", "Malformed queries, by the check that refused them.",
                   dns.rejected);
  by_reason<Limited>(page, "dns_rate_limited_total", "UDP queries over a rate limit, by what became of them.",
                     dns.limited);
  for (std::size_t i = 0; i < kExtendedErrorCount; ++i) {
    page.counter("dns_ede_total", "Extended DNS errors sent, by info code.", {{"code", std::to_string(i)}},
                 number(dns.extended_errors[i]));
  }
  const char* cookies = "Queries with a COOKIE option, by what it was worth (RFC 7873).";
  for (std::size_t i = 0; i < kCookieStateCount; ++i) {
    page.counter("dns_cookies_total", cookies, {{"state", text(word(static_cast<CookieState>(i)))}},
                 number(dns.cookies[i]));
  }
  page.counter("dns_cookies_total", cookies, {{"state", "malformed"}},
               number(dns.rejected[static_cast<std::size_t>(Guard::BadCookie)]));
  page.counter("dns_udp_batches_total", "Batches of UDP queries taken from the kernel.", {},
               number(dns.udp_batches));
  const char* deferrals = "Queries that waited for something, by what became of them.";
  page.counter("dns_deferred_total", deferrals, {{"outcome", "started"}}, number(dns.deferred));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "resumed"}}, number(dns.resumed));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "expired"}}, number(dns.deferrals_expired));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "refused"}}, number(dns.deferrals_refused));
  page.counter("dns_tcp_accepted_total", "TCP connections accepted.", {}, number(dns.tcp_accepted));
  by_reason<TcpEnd>(page, "dns_tcp_closed_total", "TCP connections closed, by reason.", dns.tcp_closed);
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
  for (const auto& zone : builder.zones) {
    const Exposition::Labels labels{{"zone", zone.name}};
    page.gauge("zone_serial", "SOA serial.", labels, zone.serial);
    page.gauge("zone_services", "Service names published.", labels, number(zone.services));
    page.gauge("zone_collisions", "Names that a static record or another service won.", labels,
               number(zone.collisions));
    page.gauge("zone_cold", "1 while names of the zone answer SERVFAIL.", labels, zone.cold);
    page.gauge("zone_held", "1 while a guard holds something of a registry of the zone.", labels, zone.held);
  }
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

void program_families(Exposition& page, const Scrape& scrape) {
  page.gauge("build_info", "Always 1.",
             {{"version", scrape.program.version}, {"compiler", scrape.program.compiler}}, 1);
  page.gauge("workers", "Threads that answer queries.", {}, number(scrape.program.workers));
  page.counter("reload_accepted_total", "Configurations taken over at run time.", {},
               number(scrape.program.reload.accepted));
  page.counter("reload_failed_total", "Configurations refused at run time.", {},
               number(scrape.program.reload.refused));
  page.counter("cookie_file_refused_total", "Readings of the cookie secrets that found a bad file.", {},
               number(scrape.program.cookie_files_refused));
  check_families(page, scrape.program.checks);
  page.counter("on_query_refused_total", "Queries that the workers refused: too many new names at once.", {},
               number(scrape.program.on_query_refused));
  page.counter("health_request_failures_total", "Health checks that a worker did not answer in time.", {},
               number(scrape.health_failures));
  const auto& process = scrape.process;
  page.counter("process_cpu_seconds_total", "User and system time.", {}, process.cpu_seconds);
  page.gauge("process_resident_memory_bytes", "Resident memory.", {}, number(process.resident_octets));
  page.gauge("process_virtual_memory_bytes", "Virtual memory.", {}, number(process.virtual_octets));
  page.gauge("process_open_fds", "Open file descriptors.", {}, number(process.open_descriptors));
  page.gauge("process_max_fds", "Soft limit of open file descriptors.", {}, number(process.max_descriptors));
  page.gauge("process_threads", "Threads.", {}, number(process.threads));
  page.gauge("process_start_time_seconds", "Start in Unix time.", {}, process.start_time_seconds);
}

}  // namespace

std::string metrics_text(const Scrape& scrape) {
  Exposition page;
  program_families(page, scrape);
  dns_families(page, scrape.dns);
  builder_families(page, scrape);
  backend_families(page, scrape.program.registries);
  file_families(page, scrape.program.static_files);
  return page.text();
}

}  // namespace signpost::admin
