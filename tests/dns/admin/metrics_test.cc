#include "dns/admin/metrics.h"

#include <cmath>

#include <gtest/gtest.h>

#include "dns/admin/exposition.h"
#include "tests/dns/admin/exposition_parser.h"

namespace signpost::admin {
namespace {

const std::string kReplacement = "\xef\xbf\xbd";

Scrape scrape() {
  Scrape scrape;
  scrape.program.version = "0.1.0";
  scrape.program.compiler = "gcc";
  scrape.program.workers = 2;
  scrape.dns.queries[0][0] = 7;
  scrape.dns.queries[1][1] = 2;
  auto& zone = scrape.dns.zones[counted_zone("cluster.local.")];
  zone.types[0][0][0] = 5;
  zone.types[1][1][1] = 2;
  zone.rcodes[3] = 4;
  scrape.dns.zones[kNoZone].rcodes[5] = 1;
  scrape.dns.all_zones.types = zone.types;
  scrape.dns.extended_errors[14] = 6;
  scrape.dns.truncated = 1;
  scrape.dns.durations[0] = 3;
  scrape.dns.durations[kDurationBuckets - 1] = 1;
  scrape.dns.duration_nanoseconds = 9'000'001'000;
  scrape.dns.response_octets[0].buckets[1] = 9;
  scrape.dns.response_octets[0].sum = 450;
  RegistryStatus registry;
  registry.name = "cluster";
  registry.phase = RegistryPhase::Lagging;
  registry.synced = true;
  registry.last_event_age_seconds = 12.5;
  registry.services = 3;
  registry.instances = 10;
  registry.eligible = 8;
  scrape.builder.registries.push_back(registry);
  scrape.builder.zones.push_back({"cluster.local.", 1763632800, 3, 1, false});
  scrape.program.registries.push_back({"cluster", "kubernetes", 1, {{"skipped", "no_address", 2}}});
  scrape.program.static_files.push_back({"a.example.", "/etc/a.zone", 3, 1, "a.zone:1:1: no"});
  return scrape;
}

Page parsed(const Scrape& scrape) {
  auto page = parse_exposition(metrics_text(scrape));
  EXPECT_TRUE(page) << page.error().message;
  return page ? *page : Page{};
}

TEST(Metrics, OfNamesFoundOnQuery) {
  auto scraped = scrape();
  EXPECT_TRUE(
      std::isnan(parsed(scraped).value("signpost_registry_on_query_services", {{"registry", "cluster"}})));
  scraped.program.registries[0].on_query = {1, 20, 3, 25};
  scraped.program.registries[0].counts.push_back({"on_query", "expired", 2});
  scraped.program.on_query_refused = 7;
  const auto page = parsed(scraped);
  const auto names = [&](const char* state) {
    return page.value("signpost_registry_on_query_names", {{"registry", "cluster"}, {"state", state}});
  };
  EXPECT_EQ(names("asking"), 1);
  EXPECT_EQ(names("there"), 20);
  EXPECT_EQ(names("absent"), 3);
  EXPECT_EQ(page.value("signpost_registry_on_query_services", {{"registry", "cluster"}}), 25);
  EXPECT_EQ(page.value("signpost_registry_on_query_total", {{"registry", "cluster"}, {"reason", "expired"}}),
            2);
  EXPECT_EQ(page.value("signpost_on_query_refused_total", {}), 7);
}

TEST(Metrics, MirrorsCoreDnsShapes) {
  const auto page = parsed(scrape());
  const auto requests = [&](const char* zone, const char* proto, const char* family, const char* type) {
    return page.value("signpost_dns_requests_total",
                      {{"zone", zone}, {"proto", proto}, {"family", family}, {"type", type}});
  };
  EXPECT_EQ(requests("cluster.local.", "udp", "1", "A"), 5);
  EXPECT_EQ(requests("cluster.local.", "udp", "1", "other"), 0);
  EXPECT_EQ(requests("dropped", "udp", "1", "other"), 2);  // 7 came, 5 of them well-formed
  EXPECT_EQ(requests("cluster.local.", "tcp", "2", "AAAA"), 2);
  EXPECT_EQ(requests("dropped", "tcp", "2", "other"), 0);
  const auto responses = [&](const char* zone, const char* rcode) {
    return page.value("signpost_dns_responses_total", {{"zone", zone}, {"rcode", rcode}});
  };
  EXPECT_EQ(responses("cluster.local.", "NXDOMAIN"), 4);
  EXPECT_EQ(responses("dropped", "NXDOMAIN"), 0);
  EXPECT_EQ(responses("dropped", "REFUSED"), 1);
  EXPECT_EQ(page.value("signpost_dns_ede_total", {{"code", "14"}}), 6);
  EXPECT_EQ(page.value("signpost_dns_truncated_total"), 1);
  EXPECT_EQ(page.value("signpost_build_info", {{"version", "0.1.0"}, {"compiler", "gcc"}}), 1);
}

TEST(Metrics, TellWhoAnswersThoughIll) {
  auto given = scrape();
  given.builder.registries[0].doubts = {{policy::Doubt::Panic, 3, 9}};
  given.builder.registries[0].health_guards = {{"flapping", 2, 4, -1, {}, 7, 2, 1, 30}};
  given.builder.drains.resize(2);
  const auto page = parsed(given);
  const std::map<std::string, std::string> rule{{"registry", "cluster"}, {"rule", "panic"}};
  EXPECT_EQ(page.value("signpost_rescued_services", rule), 3);
  EXPECT_EQ(page.value("signpost_rescues_total", rule), 9);
  std::map<std::string, std::string> guard{{"registry", "cluster"}, {"guard", "flapping"}};
  EXPECT_EQ(page.value("signpost_guard_health_services", guard), 2);
  EXPECT_EQ(page.value("signpost_guard_health_instances", guard), 4);
  EXPECT_EQ(page.value("signpost_guard_health_begun_total", guard), 7);
  EXPECT_EQ(page.value("signpost_guard_health_hidden_changes_total", guard), 30);
  guard["reason"] = "operator";
  EXPECT_EQ(page.value("signpost_guard_health_ended_total", guard), 1);
  EXPECT_EQ(page.value("signpost_drained_instances"), 2);
}

TEST(Metrics, TellOfComposedServicesAndOfClientZonesByZone) {
  auto given = scrape();
  EXPECT_TRUE(
      std::isnan(parsed(given).value("signpost_locality_spilling_services", {{"zone", "cluster.local."}})))
      << "nothing in it prefers the client's zone";
  given.builder.zones[0].doubts = {{policy::Doubt::LastKnown, 1, 4}};
  given.builder.zones[0].spill = {2, 5};
  const auto page = parsed(given);
  const std::map<std::string, std::string> rule{{"zone", "cluster.local."}, {"rule", "last_known"}};
  EXPECT_EQ(page.value("signpost_rescued_services", rule), 1);
  EXPECT_EQ(page.value("signpost_rescues_total", rule), 4);
  EXPECT_EQ(page.value("signpost_locality_spilling_services", {{"zone", "cluster.local."}}), 2);
  EXPECT_EQ(page.value("signpost_locality_spilling_client_zones", {{"zone", "cluster.local."}}), 5);
}

TEST(Metrics, TellsWhatGuardsHold) {
  auto given = scrape();
  GuardStatus guard;
  guard.guard = ListGuard::GlobalShrink;
  guard.services = 7;
  guard.instances = 50;
  guard.counts.begun = 9;
  guard.counts.ended[static_cast<std::size_t>(HoldEnd::Operator)] = 2;
  given.builder.registries[0].guards.push_back(guard);
  given.builder.registries[0].phase = RegistryPhase::Held;
  given.builder.registries[0].opinions = {1, 2, 3, 4};
  const auto page = parsed(given);
  const std::map<std::string, std::string> labels{{"registry", "cluster"}, {"guard", "global_shrink"}};
  EXPECT_EQ(page.value("signpost_guard_held_services", labels), 7);
  EXPECT_EQ(page.value("signpost_guard_held_instances", labels), 50);
  EXPECT_EQ(page.value("signpost_guard_holds_total", labels), 9);
  auto reason = labels;
  reason["reason"] = "operator";
  EXPECT_EQ(page.value("signpost_guard_released_total", reason), 2);
  reason["reason"] = "expired";
  EXPECT_EQ(page.value("signpost_guard_released_total", reason), 0);
  const std::pair<const char*, double> outcomes[] = {
      {"gone_too", 1}, {"still_there", 2}, {"unsure", 3}, {"failed", 4}};
  for (const auto& [outcome, count] : outcomes) {
    EXPECT_EQ(
        page.value("signpost_guard_second_opinions_total", {{"registry", "cluster"}, {"outcome", outcome}}),
        count);
  }
  EXPECT_EQ(page.value("signpost_registry_state", {{"registry", "cluster"}, {"state", "held"}}), 1);
  EXPECT_EQ(page.value("signpost_registry_connected", {{"registry", "cluster"}}), 1);
}

TEST(Metrics, HistogramsAddUp) {
  const auto page = parsed(scrape());
  EXPECT_EQ(page.value("signpost_dns_request_duration_seconds_bucket", {{"le", "1e-06"}}), 3);
  EXPECT_EQ(page.value("signpost_dns_request_duration_seconds_count"), 4);
  EXPECT_DOUBLE_EQ(page.value("signpost_dns_request_duration_seconds_sum"), 9.000001);
  EXPECT_EQ(page.value("signpost_dns_response_size_bytes_bucket", {{"proto", "udp"}, {"le", "100.0"}}), 9);
  EXPECT_EQ(page.value("signpost_dns_response_size_bytes_sum", {{"proto", "udp"}}), 450);
}

TEST(Metrics, RegistriesAndZones) {
  const auto page = parsed(scrape());
  EXPECT_EQ(page.value("signpost_registry_connected", {{"registry", "cluster"}}), 0);
  EXPECT_EQ(page.value("signpost_registry_state", {{"registry", "cluster"}, {"state", "lagging"}}), 1);
  EXPECT_EQ(page.value("signpost_registry_state", {{"registry", "cluster"}, {"state", "live"}}), 0);
  EXPECT_EQ(page.value("signpost_registry_last_event_age_seconds", {{"registry", "cluster"}}), 12.5);
  EXPECT_EQ(page.value("signpost_registry_instances", {{"registry", "cluster"}, {"state", "withheld"}}), 2);
  EXPECT_EQ(
      page.value("signpost_registry_skipped_total", {{"registry", "cluster"}, {"reason", "no_address"}}), 2);
  EXPECT_EQ(page.value("signpost_registry_restarts_total", {{"registry", "cluster"}}), 1);
  EXPECT_EQ(page.value("signpost_zone_file_good", {{"zone", "a.example."}}), 0);
  EXPECT_EQ(page.value("signpost_zone_file_accepted_total", {{"zone", "a.example."}}), 3);
  EXPECT_EQ(page.value("signpost_zone_file_refused_total", {{"zone", "a.example."}}), 1);
  EXPECT_EQ(page.value("signpost_zone_serial", {{"zone", "cluster.local."}}), 1763632800);
}

TEST(Metrics, HealthLagAndSteps) {
  auto given = scrape();
  given.builder.registries[0].by_health = {5, 1, 3, 1};
  given.builder.registries[0].lag.count(std::chrono::microseconds(700), 3);
  given.builder.steps.count(std::chrono::milliseconds(3));
  given.program.registry_steps.count(std::chrono::microseconds(1));
  given.program.dnstap = {7, 2, 1};
  given.log.written[2] = 4;
  given.log.lost = 9;
  const auto page = parsed(given);
  const auto health = [&](const char* word) {
    return page.value("signpost_registry_instances_by_health", {{"registry", "cluster"}, {"health", word}});
  };
  EXPECT_EQ(health("up"), 5);
  EXPECT_EQ(health("draining"), 1);
  EXPECT_EQ(health("down"), 3);
  EXPECT_EQ(health("unknown"), 1);
  EXPECT_EQ(page.value("signpost_registry_event_to_answer_seconds_bucket",
                       {{"registry", "cluster"}, {"le", "0.001024"}}),
            3);
  EXPECT_EQ(page.value("signpost_registry_event_to_answer_seconds_bucket",
                       {{"registry", "cluster"}, {"le", "0.000512"}}),
            0);
  EXPECT_DOUBLE_EQ(page.value("signpost_registry_event_to_answer_seconds_sum", {{"registry", "cluster"}}),
                   0.0021);
  EXPECT_EQ(page.value("signpost_step_duration_seconds_count", {{"thread", "builder"}}), 1);
  EXPECT_EQ(page.value("signpost_step_duration_seconds_bucket", {{"thread", "registry"}, {"le", "1e-06"}}),
            1);
  EXPECT_EQ(page.value("signpost_query_tap_total", {{"tap", "dnstap"}, {"outcome", "dropped"}}), 2);
  EXPECT_EQ(page.value("signpost_log_lines_total", {{"level", "warning"}}), 4);
  EXPECT_EQ(page.value("signpost_log_lost_total"), 9);
}

TEST(Metrics, TellOfStateFiles) {
  auto scraped = scrape();
  scraped.builder.registries[0].phase = RegistryPhase::Snapshot;
  scraped.builder.registries[0].restored_age_seconds = 90;
  scraped.program.state_files = {{"cluster", 30, 4096, 7, 2, 1, "write: No space left on device"},
                                 {"nacos", -1, 0, 0, 1, 0, "create: Read-only file system"}};
  const auto page = parsed(scraped);
  const std::map<std::string, std::string> cluster{{"registry", "cluster"}};
  EXPECT_EQ(page.value("signpost_registry_state", {{"registry", "cluster"}, {"state", "snapshot"}}), 1);
  EXPECT_EQ(page.value("signpost_registry_snapshot_age_seconds", cluster), 90);
  EXPECT_EQ(page.value("signpost_state_file_age_seconds", cluster), 30);
  EXPECT_EQ(page.value("signpost_state_file_bytes", cluster), 4096);
  EXPECT_EQ(page.value("signpost_state_writes_total", cluster), 7);
  EXPECT_EQ(page.value("signpost_state_errors_total", {{"registry", "cluster"}, {"when", "write"}}), 2);
  EXPECT_EQ(page.value("signpost_state_errors_total", {{"registry", "cluster"}, {"when", "read"}}), 1);
  EXPECT_TRUE(std::isnan(page.value("signpost_state_file_age_seconds", {{"registry", "nacos"}})));
}

TEST(Metrics, UnknownAgeIsLeftOut) {
  auto input = scrape();
  input.builder.registries[0].last_event_age_seconds = -1;
  EXPECT_EQ(parsed(input).count("signpost_registry_last_event_age_seconds"), 0u);
}

TEST(Metrics, HostileNamesStayLabels) {
  const std::vector<std::string> kHostile{"a\"} 1\nsignpost_fake_total 1\n",
                                          "back\\slash",
                                          std::string(65536, '"'),
                                          "\xff\xfe",
                                          "\xed\xa0\x80",
                                          "e\xcc\x81"};
  for (const auto& hostile : kHostile) {
    auto input = scrape();
    input.builder.registries[0].name = hostile;
    input.builder.zones[0].name = hostile;
    input.program.registries[0] = {
        hostile, "file", 0, {{"bad name{}\n", hostile, 1}, {"bad name{}\n", hostile, 2}}};
    const auto page = parsed(input);
    EXPECT_EQ(page.count("signpost_fake_total"), 0u);
    EXPECT_EQ(page.value("signpost_zone_services", {{"zone", clean_utf8(hostile)}}), 3);
    EXPECT_EQ(page.value("signpost_registry_bad_name____total",
                         {{"registry", clean_utf8(hostile)}, {"reason", clean_utf8(hostile)}}),
              3);
  }
}

TEST(Metrics, LabelSetsDoNotDependOnTraffic) {
  const auto quiet = parsed(Scrape{});
  Scrape busy;
  for (auto& zone : busy.dns.zones) {
    for (auto& type : zone.types[0][1]) type = 1000;
    for (auto& rcode : zone.rcodes) rcode = 1000;
  }
  EXPECT_EQ(quiet.samples.size(), parsed(busy).samples.size());
}

TEST(Metrics, OpenMetricsHasUnitsAndAnEnd) {
  auto given = scrape();
  given.process.start_time_seconds = 1763632800.25;
  const auto text = metrics_text(given, MetricsFormat::OpenMetrics);
  for (const char* line :
       {"# TYPE signpost_build info\nsignpost_build_info{version=\"0.1.0\",compiler=\"gcc\"} 1\n",
        "# TYPE signpost_dns_truncated counter\nsignpost_dns_truncated_total 1\n"
        "signpost_dns_truncated_created 1763632800.250\n",
        "# UNIT signpost_dns_request_duration_seconds seconds\n", "# UNIT process_cpu_seconds seconds\n",
        "signpost_dns_response_size_bytes_bucket{proto=\"udp\",le=\"100.0\"} 9\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  const auto plain = metrics_text(given);
  for (const char* word : {"# EOF", "# UNIT", "_created"})
    EXPECT_EQ(plain.find(word), std::string::npos) << word;
}

TEST(ChooseFormat, ByWhatTheScraperTakes) {
  const auto open = MetricsFormat::OpenMetrics, plain = MetricsFormat::Prometheus;
  const std::pair<const char*, MetricsFormat> kCases[] = {
      {"", plain},
      {"*/*", plain},
      {"text/html, application/xhtml+xml, */*;q=0.8", plain},
      {"application/openmetrics-text", open},
      {"application/openmetrics-text; version=1.0.0; charset=utf-8", open},
      {"Application/OpenMetrics-Text;version=\"1.0.0\"", open},
      {"application/openmetrics-text;version=2.0.0", plain},
      {"application/openmetrics-text;version=2.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
       "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       open},
      {"application/openmetrics-text;q=0.4,text/plain;q=0.5", plain},
      {"application/openmetrics-text;q=0", plain},
      {"application/openmetrics-text;q=x", plain},
      {"text/plain, application/openmetrics-text", open},
      {";;,,;q=,=", plain},
  };
  for (const auto& [accept, format] : kCases) EXPECT_EQ(choose_format(accept), format) << accept;
}

TEST(CleanUtf8, ReplacesOctetByOctet) {
  EXPECT_EQ(clean_utf8("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
            "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
  EXPECT_EQ(clean_utf8("\xc0\xaf"), kReplacement + kReplacement);
  EXPECT_EQ(clean_utf8("\xe0\x80\x80"), kReplacement + kReplacement + kReplacement);
  EXPECT_EQ(clean_utf8("a\xe2\x82"), "a" + kReplacement + kReplacement);
  EXPECT_EQ(clean_utf8("\xf5z"), kReplacement + "z");
}

TEST(ProcessStats, KnowsThisProcess) {
  const auto stats = process_stats();
  EXPECT_GT(stats.resident_octets, 1u << 20);
  EXPECT_LT(stats.resident_octets, stats.virtual_octets);
  EXPECT_GE(stats.open_descriptors, 3u);
  EXPECT_GT(stats.max_descriptors, stats.open_descriptors);
  EXPECT_GE(stats.threads, 1u);
  const auto now = static_cast<double>(std::chrono::system_clock::to_time_t(system_clock().wall()));
  EXPECT_GT(stats.start_time_seconds, now - 3600);
  EXPECT_LT(stats.start_time_seconds, now + 5);
}

}  // namespace
}  // namespace signpost::admin
