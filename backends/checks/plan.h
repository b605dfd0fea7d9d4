// When which target is asked, and what is believed of it. No I/O, no clock, no thread of its own.
//
// The life of a target: wanted by a service, it gets a first time within one interval, so that a thousand new
// ones do not go out together; when its time has come and the bounds allow, take_due() hands it out; ended()
// takes what came of it. Nothing is said of it until `fall` probes in a row failed; from failing it
// comes back after `rise` passes in a row. Each next time is the interval +- 10 %, drawn anew.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backends/checks/target.h"
#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::checks {

struct Limits {
  std::uint32_t per_second = 200;  // probes begun
  std::uint32_t at_once = 100;     // probes under way
};

/// What is believed of a target changed; or the first probe of a target passed, so that whoever remembers
/// something else of it from before hears better.
struct Change {
  Target target;
  bool failing = false;
  std::string why;  // of the last failure
};

struct Counts {
  std::uint64_t targets = 0;
  std::uint64_t failing = 0;
  std::vector<std::string> examples;  // of them, a few
  std::uint64_t passed = 0;           // probes since the start
  std::uint64_t failed = 0;
  double late_seconds = 0;  // how long the target that waits longest is past its time: the bounds are tight
};

class Plan {
 public:
  Plan(Random random, Limits limits) : random_(random), limits_(limits) {}

  void limit(Limits limits) { limits_ = limits; }
  /// All that `who` wants from now on; none: nothing. A target that stays keeps what is known of it.
  void want(const std::string& who, const std::vector<Target>& targets, Monotonic now);

  /// Those to be asked now, each handed out once until ended().
  std::vector<Target> take_due(Monotonic now);
  /// What came of one that was handed out. A target that nobody wants any more changes nothing.
  std::optional<Change> ended(const Target& target, const Outcome& outcome, Monotonic now);
  /// When take_due() may have something, unless a probe under way ends before; nullopt: only then, or never.
  std::optional<Monotonic> next() const;

  Counts counts(Monotonic now) const;

 private:
  struct State {
    std::uint32_t wanted_by = 0;
    bool running = false;
    bool failing = false;
    bool told = false;         // something was said of it
    std::uint16_t streak = 0;  // probes in a row that speak against what is believed
    Monotonic due{};
  };
  using States = std::map<Target, State>;

  void add(const Target& target, Monotonic now);
  void drop(const Target& target);
  void forget(States::iterator at);
  void schedule(States::iterator at, Monotonic due);
  Duration jittered(Duration interval);

  Random random_;
  Limits limits_;
  States states_;
  std::set<std::pair<Monotonic, const Target*>> queue_;  // not running
  std::map<std::string, std::vector<Target>> wants_;     // sorted, each once
  std::uint32_t running_ = 0;
  std::set<Target> failing_;
  std::uint64_t passed_ = 0, failed_ = 0;
  Monotonic next_start_{};  // no probe before it
};

}  // namespace signpost::checks
