// /metrics: CoreDNS' names under our prefix where both count the same thing (operations.md 5.1), so that
// dashboards port by search and replace, and what an operator of registries misses there (5.2).
#pragma once

#include <string>

#include "dns/admin/metrics_format.h"
#include "dns/admin/process_stats.h"
#include "dns/admin/sources.h"
#include "dns/base/log.h"

namespace signpost::admin {

/// Everything one scrape shows, taken at about the same moment.
struct Scrape {
  BuilderStatus builder;
  bool builder_answered = true;  // false: `builder` is what it said earlier
  ProgramReport program;
  CounterTotals dns;
  ProcessStats process;
  std::uint64_t health_failures = 0;
  log::Counts log = {};
};

/// The page as text. Label sets are bounded by the configuration and by fixed lists: never a client, never a
/// queried name.
std::string metrics_text(const Scrape& scrape, MetricsFormat format = MetricsFormat::Prometheus);

}  // namespace signpost::admin
