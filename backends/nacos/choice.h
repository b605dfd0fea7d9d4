// Which of the services that a server names are wanted: `allow`, `deny` and `services` of the configuration.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/messages.h"

namespace signpost::nacos {

/// As configured. A pattern with a `/` is held against `group/service`, one without against the service
/// alone; `*` stands for any octets, `?` for one. Case counts, as it does in Nacos.
struct ChoiceOptions {
  std::vector<std::string> allow;     // empty: everything
  std::vector<std::string> deny;      // wins over `allow` and over `services`
  std::vector<std::string> services;  // "GROUP/name", or "name" in DEFAULT_GROUP: wanted whoever names them
};

/// Immutable. Pure.
class Choice {
 public:
  enum class Verdict : std::uint8_t { Taken, NotAllowed, Denied };

  explicit Choice(ChoiceOptions options);
  Verdict judge(const ServiceName& service) const;
  /// `services` without those that are denied.
  const std::set<ServiceName>& pinned() const noexcept { return pinned_; }

 private:
  ChoiceOptions options_;
  std::set<ServiceName> pinned_;
};

/// Holds what a server names against the choice, and counts what is left out: each name once until forget(),
/// as `skipped` with `denied` or `not-allowed`. One owner; `counts` outlives it.
class Sieve {
 public:
  Sieve(const ChoiceOptions& options, follow::Counts& counts) : choice_(options), counts_(counts) {}
  /// Of a name that a server said: those are so many as it has.
  bool takes(const ServiceName& service);
  /// Of a name that anybody may make up: nothing is counted or remembered.
  bool would_take(const ServiceName& service) const {
    return choice_.judge(service) == Choice::Verdict::Taken;
  }
  const std::set<ServiceName>& pinned() const noexcept { return choice_.pinned(); }
  /// Names come and go: what is remembered of them must not outlive a connection.
  void forget() noexcept { left_out_.clear(); }

 private:
  Choice choice_;
  follow::Counts& counts_;
  std::unordered_set<std::size_t> left_out_;  // hashes of names
};

}  // namespace signpost::nacos
