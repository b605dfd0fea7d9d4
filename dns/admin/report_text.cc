#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include "dns/admin/reports.h"
#include "dns/admin/skipped.h"
#include "dns/admin/words.h"

namespace signpost::admin {
namespace {

/// What a Kubernetes registry knows beside services: "3 namespaces, 40 Pods".
std::string others_text(const RegistryStatus& registry) {
  std::string text;
  const auto add = [&](std::uint64_t count, const char* words) {
    if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + words;
  };
  add(registry.namespaces, "namespaces");
  add(registry.pods, "Pods");
  add(registry.imports, "imports");
  return text.empty() ? "-" : text;
}

std::string registries_text(const StatusReport& status) {
  std::vector<Row> rows{
      {"REGISTRY", "TYPE", "STATE", "AGE", "SERVICES", "INSTANCES", "ELIGIBLE", "BESIDE", "LAST ERROR"}};
  for (const auto& registry : status.builder.registries) {
    std::string type = "-";
    for (const auto& report : status.program.registries) {
      if (report.name == registry.name) type = report.type;
    }
    rows.push_back({registry.name + (registry.required ? " (required)" : ""), type,
                    std::string(to_string(registry.phase)), age_text(registry.last_event_age_seconds),
                    std::to_string(registry.services), std::to_string(registry.instances),
                    std::to_string(registry.eligible), others_text(registry), plain(registry.last_error)});
  }
  return table(rows);
}

/// Nothing when no guard holds anything.
std::string holds_text(const std::vector<RegistryStatus>& registries) {
  std::vector<Row> rows{
      {"HELD OF", "GUARD", "SERVICES", "INSTANCES", "FOR", "AT MOST", "RELEASED BY", "EXAMPLES"}};
  const auto add = [&](const std::string& registry, std::string_view name, const auto& guard, double left) {
    if (guard.services == 0) return;
    std::string examples;
    for (const auto& example : guard.examples) examples += (examples.empty() ? "" : ", ") + plain(example);
    rows.push_back({registry, std::string(name), std::to_string(guard.services),
                    std::to_string(guard.instances), age_text(guard.age_seconds), age_text(left),
                    "signpost release " + registry, examples});
  };
  for (const auto& registry : registries) {
    for (const auto& guard : registry.guards)
      add(registry.name, to_string(guard.guard), guard, guard.left_seconds);
    for (const auto& guard : registry.health_guards) add(registry.name, guard.guard, guard, -1);
  }
  if (rows.size() == 1) return "";
  auto text = "\n" + table(rows);
  for (const auto& registry : registries) {
    if (!registry.last_opinion.empty())
      text += "  another server of " + registry.name + " was asked: " + plain(registry.last_opinion) + "\n";
  }
  return text;
}

/// Nothing when all answer by health alone.
std::string rescued_text(const BuilderStatus& builder) {
  std::vector<Row> rows{{"ANSWERING THOUGH NOT HEALTHY", "RULE", "SERVICES"}};
  for (const auto& registry : builder.registries) {
    for (const auto& row : registry.doubts) {
      if (row.services == 0) continue;
      rows.push_back(
          {registry.name, std::string(policy::to_string(row.doubt)), std::to_string(row.services)});
    }
  }
  for (const auto& one : builder.composed) {
    if (one.doubt != policy::Doubt::None)
      rows.push_back({one.name, std::string(policy::to_string(one.doubt)), "1"});
  }
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

/// Nothing when the operator drains nobody.
std::string drains_text(const std::vector<DrainStatus>& drains) {
  std::vector<Row> rows{{"DRAINED", "INSTANCE", "LEFT", "STATE"}};
  for (const auto& drain : drains) {
    rows.push_back({plain(drain.service), plain(drain.instance), age_text(drain.left_seconds),
                    drain.known ? "known" : "gone"});
  }
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

std::string count_text(const RegistryReport& registry, std::string_view reason) {
  std::uint64_t sum = 0;
  for (const auto& count : registry.counts)
    sum += count.name == "on_query" && count.reason == reason ? count.value : 0;
  return std::to_string(sum);
}

/// Nothing when no registry has `on_query`.
std::string on_query_text(const std::vector<RegistryReport>& registries) {
  std::vector<Row> rows{{"ON QUERY OF", "ASKING", "THERE", "ABSENT", "FOLLOWED", "QUERIES", "OVER BUDGET",
                         "REFUSED", "EVICTED"}};
  for (const auto& registry : registries) {
    if (!registry.on_query) continue;
    const auto& now = *registry.on_query;
    rows.push_back({registry.name, std::to_string(now.asking), std::to_string(now.there),
                    std::to_string(now.absent), std::to_string(now.subscriptions),
                    count_text(registry, "asked"), count_text(registry, "expired"),
                    count_text(registry, "refused"), count_text(registry, "evicted")});
  }
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

/// Nothing when every object is whole.
std::string skipped_text(const std::vector<RegistryReport>& registries) {
  std::vector<Row> rows{{"LEFT OUT BY", "REASON", "SINCE START", "NOW"}};
  for (const auto& registry : registries) {
    for (const auto& count : registry.counts) {
      if (count.of.empty()) continue;
      rows.push_back(
          {registry.name, count.reason, std::to_string(count.value), plain(objects_text(count.of))});
    }
  }
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

/// Nothing without a state directory.
std::string state_text(const StatusReport& status) {
  std::vector<Row> rows{{"STATE FILE OF", "AGE", "OCTETS", "WRITTEN", "NOT WRITTEN", "NOT READ", "TROUBLE"}};
  for (const auto& file : status.program.state_files) {
    rows.push_back({file.registry, age_text(file.age_seconds), std::to_string(file.octets),
                    std::to_string(file.writes), std::to_string(file.write_errors),
                    std::to_string(file.load_errors),
                    file.last_error.empty() ? "-" : plain(file.last_error)});
  }
  return rows.size() == 1 ? "" : "\n" + table(rows);
}

std::string zones_text(const StatusReport& status) {
  std::vector<Row> rows{{"ZONE", "SERIAL", "SERVICES", "STATIC NAMES", "COLLISIONS", "STATE"}};
  for (const auto& zone : status.builder.zones) {
    rows.push_back({zone.name, std::to_string(zone.serial), std::to_string(zone.services),
                    std::to_string(zone.static_names), std::to_string(zone.collisions),
                    zone.cold   ? "cold"
                    : zone.held ? "held"
                                : "answering"});
  }
  return table(rows);
}

/// Nothing when no zone has `services`.
std::string composed_text(const std::vector<ComposedStatus>& composed) {
  if (composed.empty()) return {};
  std::vector<Row> rows{{"COMPOSED NAME", "COMBINE", "MEMBERS", "INSTANCES", "ELIGIBLE", "STATE", "NOTES"}};
  const auto joined = [](const std::vector<std::string>& all, const char* with) {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : with) + plain(one);
    return text.empty() ? std::string("-") : text;
  };
  for (const auto& one : composed) {
    rows.push_back({one.name, one.combine, joined(one.members, ", "), std::to_string(one.instances),
                    std::to_string(one.eligible), one.cold ? "cold" : "answering", joined(one.notes, "; ")});
  }
  return "\n" + table(rows);
}

/// Nothing when no zone has a file.
std::string files_text(const std::vector<StaticFileReport>& files) {
  if (files.empty()) return {};
  std::vector<Row> rows{{"ZONE FILE", "ZONE", "CHANGES", "REFUSED", "WHAT IS WRONG WITH IT NOW"}};
  for (const auto& file : files) {
    rows.push_back({file.path, file.zone, std::to_string(file.accepted), std::to_string(file.refused),
                    file.last_error.empty() ? "-" : plain(file.last_error)});
  }
  return "\n" + table(rows);
}

/// Nothing when nobody is checked.
std::string checks_text(const checks::Counts& checks) {
  if (checks.targets == 0) return {};
  auto text = "\nchecks: " + std::to_string(checks.targets) + " targets, " + std::to_string(checks.failing) +
              " failing";
  for (std::size_t i = 0; i < checks.examples.size(); ++i)
    text += (i == 0 ? ": " : ", ") + plain(checks.examples[i]);
  if (checks.failing > checks.examples.size()) text += ", ...";
  return text + "\n";
}

std::string upper(std::string_view word) {
  std::string out(word);
  for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

constexpr std::array<std::pair<std::string_view, RRType>, 21> kTypes{
    {{"A", RRType::A},           {"NS", RRType::NS},     {"CNAME", RRType::CNAME}, {"SOA", RRType::SOA},
     {"PTR", RRType::PTR},       {"MX", RRType::MX},     {"TXT", RRType::TXT},     {"AAAA", RRType::AAAA},
     {"SRV", RRType::SRV},       {"DS", RRType::DS},     {"RRSIG", RRType::RRSIG}, {"NSEC", RRType::NSEC},
     {"DNSKEY", RRType::DNSKEY}, {"SVCB", RRType::SVCB}, {"HTTPS", RRType::HTTPS}, {"NXNAME", RRType::NXNAME},
     {"TKEY", RRType::TKEY},     {"TSIG", RRType::TSIG}, {"IXFR", RRType::IXFR},   {"AXFR", RRType::AXFR},
     {"ANY", RRType::ANY}}};

}  // namespace

std::string to_text(const StatusReport& status) {
  const auto& program = status.program;
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(status.now - program.started);
  std::string out = "signpost " + program.version + (status.ready ? ", ready" : ", not ready") + ", up " +
                    span_text(up.count()) + ", " + std::to_string(program.workers) +
                    (program.workers == 1 ? " worker\n" : " workers\n");
  std::vector<Row> listeners{{"LISTENER", "ADDRESS"}};
  for (const auto& listener : program.listeners) listeners.push_back({listener.kind, listener.address});
  out += "\n" + table(listeners) + "\n" + registries_text(status) + on_query_text(program.registries) +
         holds_text(status.builder.registries) + rescued_text(status.builder) +
         drains_text(status.builder.drains) + "\n" + zones_text(status) +
         composed_text(status.builder.composed) + files_text(program.static_files) + state_text(status) +
         checks_text(program.checks);
  if (!program.reload.last_outcome.empty())
    out += "\nlast reload: " + plain(program.reload.last_outcome) + "\n";
  out += skipped_text(program.registries);
  return out;
}

std::string to_text(const ReloadOutcome& outcome) {
  std::string out = outcome.accepted ? "reloaded\n" : "refused; the old configuration stays in force\n";
  for (const auto& change : outcome.changes) out += "  " + plain(change) + "\n";
  if (outcome.accepted && outcome.changes.empty()) out += "  the configuration says what it said before\n";
  for (const auto& error : outcome.errors) out += "error: " + error + "\n";
  for (const auto& warning : outcome.warnings) out += "warning: " + warning + "\n";
  return out;
}

std::string to_text(const ReleaseOutcome& outcome) {
  if (!outcome.error.empty()) return outcome.error + "\n";
  if (outcome.released.empty()) return "nothing was held\n";
  const auto count = outcome.released.size();
  std::string out = "released " + std::to_string(count) + (count == 1 ? " service\n" : " services\n");
  for (const auto& name : outcome.released) out += "  " + plain(name) + "\n";
  return out;
}

std::string to_text(const DrainOutcome& outcome) {
  if (!outcome.error.empty()) return outcome.error + "\n";
  std::string out;
  for (const auto& one : outcome.instances)
    out += plain(outcome.service) + " " + plain(one) + (outcome.drained ? ": drained" : ": answers again") +
           (outcome.seconds > 0 ? " for " + age_text(static_cast<double>(outcome.seconds)) : "") + "\n";
  if (!outcome.note.empty()) out += outcome.note + "\n";
  return out;
}

std::optional<RRType> parse_type(std::string_view word) {
  const auto wanted = upper(word);
  for (const auto& [name, type] : kTypes) {
    if (name == wanted) return type;
  }
  if (wanted.rfind("TYPE", 0) != 0) return std::nullopt;
  std::uint16_t number = 0;  // RFC 3597, section 5
  const auto* end = wanted.data() + wanted.size();
  const auto [stopped, error] = std::from_chars(wanted.data() + 4, end, number);
  if (error != std::errc{} || stopped != end || RRType{number} == RRType::OPT) return std::nullopt;
  return RRType{number};
}

}  // namespace signpost::admin
