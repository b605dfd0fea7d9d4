// The words between the table of `on_query` (table.h), its shell, and those who report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/query/deferral.h"
#include "dns/wire/name.h"

namespace signpost {

/// A query that waits.
struct DemandWaiter {
  std::uint64_t ticket = 0;
  DeferralMailbox* mailbox = nullptr;
  Monotonic until{};
};

/// What the shell is to do, in this order.
struct DemandActions {
  struct Want {
    ServiceKey key;
    Name name;
    std::uint64_t number = 0;  // of the asking: comes back with replied()
  };
  /// Call published() with it once everything that the sink has heard by now is published.
  struct Published {
    Name name;
    std::uint64_t number = 0;
  };
  std::vector<ServiceKey> unwanted;
  std::vector<Want> wanted;
  std::vector<Published> published;
};

/// Counted since the start, over reloads.
struct DemandCounts {
  std::uint64_t asked = 0;    // queries that waited
  std::uint64_t there = 0;    // names that the registry had
  std::uint64_t absent = 0;   // names that it had not
  std::uint64_t expired = 0;  // queries whose budget was over
  std::uint64_t refused = 0;  // queries beyond a bound
  std::uint64_t evicted = 0;  // names let go for others
  std::uint64_t idle = 0;     // names let go because nobody used them
};

/// One registry with `on_query`; its zones in `zones`.
struct DemandRegistry {
  std::string name;
  config::NacosRegistry options;
  std::vector<config::Zone> zones;
};

struct DemandReport {
  std::string registry;
  DemandCounts counts;
  std::size_t asking = 0, there = 0, absent = 0;  // names now
  std::size_t subscriptions = 0;                  // services that are followed for them
};

/// For explain: what is known of one name in one registry.
struct DemandFate {
  enum class State : std::uint8_t { NotAskedFor, Asking, There, Absent };
  std::string registry;
  Name name;  // that the services would have
  State state = State::NotAskedFor;
  Duration age{};  // since it was asked for first
  std::vector<ServiceKey> services;
};

}  // namespace signpost
