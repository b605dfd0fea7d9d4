#include "dns/admin/report_top.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "dns/admin/words.h"
#include "zones/answer/present.h"

namespace signpost::admin {
namespace {

constexpr std::size_t kNames = 20;

std::uint64_t whole(double rate) { return static_cast<std::uint64_t>(std::llround(std::max(rate, 0.0))); }

template <class Cells>
std::uint64_t sum(const Cells& cells) {
  return std::accumulate(cells.begin(), cells.end(), std::uint64_t{0});
}

/// The bound of the bucket in which that part of all lies.
double percentile(const TopReport& top, double part) {
  std::array<std::uint64_t, kDurationBuckets> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = top.after.durations[i] - top.before.durations[i];
  const auto all = static_cast<double>(sum(counts));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts.size() && all > 0; ++i) {
    seen += counts[i];
    if (static_cast<double>(seen) >= part * all) return std::ldexp(1.0, static_cast<int>(i));
  }
  return 0;
}

std::string rates_text(const Rates& rates) {
  auto text = fmt::format("{} queries/s (udp {}, tcp {}), {} answered/s, {} dropped/s",
                          grouped(whole(rates.queries)), grouped(whole(rates.udp)), grouped(whole(rates.tcp)),
                          grouped(whole(rates.answered)), grouped(whole(rates.dropped)));
  if (rates.p50 > 0)
    text += fmt::format("; half within {:.0f} us, 99 % within {:.0f} us", rates.p50, rates.p99);
  text += "\n";
  for (const auto& [word, percent] : rates.rcodes) text += fmt::format("{} {:.1f} %  ", word, percent);
  return text.erase(text.find_last_not_of(" \n") + 1) + "\n";
}

std::string names_text(const TopReport& top) {
  if (top.names.empty()) return "";
  const auto all = static_cast<double>(sum(top.after.queries[0]) + sum(top.after.queries[1]) -
                                       sum(top.before.queries[0]) - sum(top.before.queries[1]));
  std::vector<Row> rows{{"ABOUT /s", "%", "TYPE", "NAME"}};
  for (std::size_t i = 0; i < std::min(top.names.size(), kNames); ++i) {
    const auto& one = top.names[i];
    const auto count = static_cast<double>(one.queries);
    rows.push_back({grouped(whole(count / top.seconds)),
                    all > 0 ? fmt::format("{:.1f}", std::min(100.0, 100 * count / all)) : "-",
                    type_text(one.type), one.name.to_string()});
  }
  return "\n" + table(rows);
}

std::string registries_text(const StatusReport& status) {
  std::vector<Row> rows{{"REGISTRY", "STATE", "HEARD", "SERVICES", "ELIGIBLE", "KNOWN", "HELD", "TROUBLE"}};
  for (const auto& row : status.builder.registries) {
    rows.push_back({row.name, std::string(to_string(row.phase)), age_text(row.last_event_age_seconds),
                    grouped(row.services), grouped(row.eligible), grouped(row.instances), grouped(row.held),
                    row.phase == RegistryPhase::Live ? "" : plain(row.last_error)});
  }
  return "\n" + table(rows);
}

}  // namespace

Rates rates_of(const TopReport& top) {
  Rates rates;
  if (top.seconds <= 0) return rates;
  const auto a_second = [&](std::uint64_t before, std::uint64_t after) {
    return static_cast<double>(after - before) / top.seconds;
  };
  rates.udp = a_second(sum(top.before.queries[0]), sum(top.after.queries[0]));
  rates.tcp = a_second(sum(top.before.queries[1]), sum(top.after.queries[1]));
  rates.queries = rates.udp + rates.tcp;
  rates.answered = a_second(sum(top.before.all_zones.rcodes), sum(top.after.all_zones.rcodes));
  rates.dropped = a_second(sum(top.before.dropped), sum(top.after.dropped));
  rates.p50 = percentile(top, 0.5);
  rates.p99 = percentile(top, 0.99);
  const auto all = sum(top.after.all_zones.rcodes) - sum(top.before.all_zones.rcodes);
  for (std::size_t i = 0; i < kRcodeCount && all > 0; ++i) {
    const auto count = top.after.all_zones.rcodes[i] - top.before.all_zones.rcodes[i];
    if (count > 0)
      rates.rcodes.emplace_back(rcode_text(static_cast<Rcode>(i)),
                                100.0 * static_cast<double>(count) / static_cast<double>(all));
  }
  std::stable_sort(rates.rcodes.begin(), rates.rcodes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return rates;
}

std::string to_text(const TopReport& top) {
  const auto& status = top.status;
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(status.now - status.program.started);
  return fmt::format("signpost {}, {}, up {}, {} worker{}   {}\n", status.program.version,
                     status.ready ? "ready" : "not ready", span_text(up.count()), status.program.workers,
                     status.program.workers == 1 ? "" : "s", iso_time(status.now)) +
         rates_text(rates_of(top)) + registries_text(status) + names_text(top);
}

}  // namespace signpost::admin
