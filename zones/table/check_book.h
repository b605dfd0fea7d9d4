// Active checks as the builder sees them: which target speaks for which instance, and what was found.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/checks/plan.h"
#include "backends/registry/service_state.h"
#include "config/config.h"
#include "zones/policy/candidates.h"
#include "zones/table/service_table.h"

namespace signpost {

/// What checks say of one instance.
struct CheckWord {
  std::string failing;  // "http://10.1.0.1:8080/up: HTTP 503"; empty: it passes, or nothing is known yet
  std::string unasked;  // why it is never asked; empty: it is
};

/// Builder thread. Asks nothing itself: says who is to be asked, and takes what came of it.
class CheckBook {
 public:
  using Wanted = std::function<void(std::string who, std::vector<checks::Target> targets)>;
  void on_wanted(Wanted wanted) { wanted_ = std::move(wanted); }

  /// What is known of each instance, parallel to them; `check` null: nothing, and nobody is asked.
  std::vector<CheckWord> words(const ServiceState& state, const config::Check* check,
                               const std::vector<config::Prefix>& allow) const;
  /// What is known of the instances of this service in this zone alone, to be read on another thread.
  CheckBook about(ServiceId id, const std::string& zone) const;
  /// From now on the instances of this service in this zone are asked, if there is a check.
  void follow(ServiceId id, const std::string& zone, const ServiceState& state, const config::Check* check,
              const std::vector<config::Prefix>& allow);
  void forget(ServiceId id);
  /// Services that are to be looked at again.
  std::vector<ServiceId> take(const checks::Change& change);

  /// After a reload: all that follow() was not called for since begin() is let go.
  void begin() { ++round_; }
  void sweep();

 private:
  using Who = std::pair<ServiceId, std::string>;  // service, zone: its name, which a reload does not change
  struct Followed {
    std::vector<checks::Target> targets;  // sorted, each once
    std::uint64_t round = 0;
  };

  void set(Who who, std::vector<checks::Target> targets);

  Wanted wanted_;
  std::map<Who, Followed> followed_;
  std::map<checks::Target, std::set<Who>> users_;
  std::map<checks::Target, std::string> failing_;  // why; only of those with users
  std::uint64_t round_ = 0;
};

/// Puts what checks found beside the instances.
void overlay(const std::vector<CheckWord>& words, policy::Candidates& candidates);
/// Adds it to the reasons that explain shows.
void explain_checks(const std::vector<CheckWord>& words, std::vector<std::string>& reasons);
/// "GET http://<instance>:http/healthz every 5000 ms": for people.
std::string to_string(const config::Check& check);

}  // namespace signpost
