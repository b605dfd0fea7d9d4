// What `signpost top` shows: what was counted between two questions.
#pragma once

#include <string>
#include <vector>

#include "dns/admin/reports.h"
#include "dns/query/busy_names.h"
#include "dns/query/counters.h"

namespace signpost::admin {

struct TopReport {
  StatusReport status;
  double seconds = 0;                // between the two
  CounterTotals before{}, after{};   // of all workers
  std::vector<BusyName> names = {};  // the busiest first, counted over about as long
};

/// A screen, or an object with rates a second.
std::string to_text(const TopReport& top);
std::string to_json(const TopReport& top);

/// Rates and what follows from them, for both.
struct Rates {
  double queries = 0, udp = 0, tcp = 0, answered = 0, dropped = 0;  // a second
  /// Upper bounds in microseconds of the fastest half, and of all but one in a hundred; 0: nothing was asked.
  double p50 = 0, p99 = 0;
  std::vector<std::pair<std::string, double>> rcodes;  // percent, the most first
};
Rates rates_of(const TopReport& top);

}  // namespace signpost::admin
