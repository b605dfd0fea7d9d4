// Where the admin room gets what it shows: functions that the program ties to its parts, and tests to theirs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/checks/plan.h"
#include "backends/registry/backend_count.h"
#include "dns/admin/health.h"
#include "dns/admin/http_message.h"
#include "dns/base/clock.h"
#include "dns/base/idle_thread.h"
#include "dns/base/result.h"
#include "dns/query/admit.h"
#include "dns/query/counters.h"
#include "zones/answer/explain.h"
#include "zones/table/status.h"

namespace signpost::admin {

/// A registry with `on_query`, now; what it counted since the start is among the counts ("on_query").
struct OnQueryReport {
  std::size_t asking = 0, there = 0, absent = 0;  // names
  std::size_t subscriptions = 0;                  // services that are followed for them
};

/// What the program knows of a registry beside what the builder knows.
struct RegistryReport {
  std::string name;
  std::string type;            // "kubernetes"
  std::uint64_t restarts = 0;  // times its coroutine ended with an exception and was started again
  std::vector<BackendCount> counts;
  std::optional<OnQueryReport> on_query = {};
};

/// One zone that is read from a file.
struct StaticFileReport {
  std::string zone;  // "example.org."
  std::string path;
  std::uint64_t accepted = 0;  // changes taken over while running
  std::uint64_t refused = 0;   // changes that were wrong; what was served before is served on
  std::string last_error;      // the first mistake of the file as it is now; empty: none
};

/// The state files of one registry (zones/state); of the zones' serials: "zones.serials".
struct StateFileReport {
  std::string registry;
  double age_seconds = -1;   // of the newest image, read or written; -1: there is none
  std::uint64_t octets = 0;  // of the last one written
  std::uint64_t writes = 0, write_errors = 0;
  std::uint64_t load_errors = 0;  // files that were passed over: damaged, or of something else
  std::string last_error;         // empty: none, or it is over
};

struct ListenerReport {
  std::string kind;     // "dns", "health" ...
  std::string address;  // the real one: "127.0.0.1:40001", "unix:/run/signpost/admin.sock"
};

struct ReloadReport {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::string last_outcome;  // one line a person can read; empty: none yet
  std::string version = {};  // of the files in force: config::Sources::version()
};

/// The query log, or dnstap, since the start.
struct TapReport {
  std::uint64_t written = 0;  // queries
  std::uint64_t dropped = 0;  // too many at once
  std::uint64_t lost = 0;     // could not be written
};

struct ProgramReport {
  std::string version;   // "0.1.0"
  std::string compiler;  // "gcc 12.2.0"
  WallTime started{};
  std::size_t workers = 0;
  std::vector<ListenerReport> listeners;
  std::vector<RegistryReport> registries;
  std::vector<StaticFileReport> static_files;
  ReloadReport reload;
  std::uint64_t cookie_files_refused = 0;  // readings of the secret file that changed nothing: it was bad
  checks::Counts checks = {};
  TapReport query_log = {}, dnstap = {};
  Durations registry_steps = {};       // of the thread that follows registries
  std::uint64_t on_query_refused = 0;  // queries that a worker refused: too many names at once
  std::vector<StateFileReport> state_files = {};
};

/// What a reload came to, for POST /reload and the log.
struct ReloadOutcome {
  bool accepted = false;
  std::vector<std::string> errors;        // why it was refused; then nothing changed
  std::vector<std::string> warnings;      // what was accepted, but needs a restart or attention
  std::vector<std::string> changes = {};  // what differs from before: config::differences()
};

/// All are called on the admin thread and may call back from any thread, now or later.
struct Sources {
  std::function<void(std::function<void(BuilderStatus)>)> builder;
  std::function<ProgramReport()> program;
  std::function<CounterTotals()> dns;  // all workers together
  /// What comes back has gathered all that is known, and puts it into words when it is called on the idle
  /// thread.
  std::function<void(const Name&, RRType, const std::optional<IpAddress>& client,
                     std::function<void(Later<Explanation>)>)>
      explain;
  /// Whether the rules in force let this client ask about this name; empty: everybody may ask everything. As
  /// of now: what it returns takes no lock.
  using Admit = std::function<Admission(const Name&, const IpAddress&)>;
  std::function<Admit()> admit;
  /// The whole zone as master-file text; it looks at what is known now.
  std::function<Later<Result<std::shared_ptr<LongBody>>>(const std::string& zone)> dump;
  std::function<void(std::function<void(ReloadOutcome)>)> reload;
  /// Believes what guards hold: of all registries (both empty), of one, or of one service of it
  /// ("shop/cart").
  std::function<void(const std::string& registry, const std::string& service,
                     std::function<void(ReleaseOutcome)>)>
      release;
  /// Keeps an instance from answering, or lets it answer again.
  std::function<void(const DrainOrder&, std::function<void(DrainOutcome)>)> drain;
  /// Whether workers count which names are asked for most; what they counted, the busiest first.
  std::function<void(bool)> watch_names;
  std::function<std::vector<BusyName>()> busy_names;
  std::function<void()> ask_workers;
  std::function<Monotonic()> oldest_sign;
};

}  // namespace signpost::admin
