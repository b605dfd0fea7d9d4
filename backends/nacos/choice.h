// Which of the services that a server names are wanted: `allow`, `deny` and `services` of the configuration.
#pragma once

#include <set>
#include <string>
#include <vector>

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

}  // namespace signpost::nacos
