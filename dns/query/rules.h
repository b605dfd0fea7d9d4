// What holds for every query until the next reload, and how the workers come by it.
//
// A reload makes new Rules and publishes them whole, so no query is answered by half of the old ones. A
// worker looks at one number a batch; only when it moved does it take the lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dns/base/prefix_table.h"
#include "dns/query/admit.h"
#include "dns/query/cookies.h"
#include "dns/query/parse.h"
#include "dns/query/rate_limit.h"
#include "dns/query/tap.h"
#include "dns/wire/types.h"

namespace signpost {

inline constexpr std::size_t kServerIdOctetsMax = 128;

/// Immutable once published.
struct Rules {
  /// The largest UDP reply, and what our OPT offers (E8): 512 to kUdpSizeMax.
  std::uint16_t udp_size = kUdpSizeDefault;
  ParseOptions parse;
  std::shared_ptr<const AdmissionPolicy> admission;  // null: everybody is admitted
  std::shared_ptr<RateLimiter> limiter;              // null: no limits; its table is the workers' together
  /// Who answers: NSID (E12), id.server and hostname.bind (H19); at most kServerIdOctetsMax. Empty: not told.
  std::string server_id;
  /// What version.server and version.bind say (H19); at most 255 octets. Empty: not told.
  std::string server_version;
  CookieSecrets cookies;
  Tap* tap = nullptr;        // the program's; sees every query that is done with; null: nobody does
  PrefixTable subnets_from;  // forwarders whose client subnets are believed (E18)
};

/// Outlives its readers.
class RulesStore {
 public:
  explicit RulesStore(Rules first = {});
  /// Any thread. Frees what no reader holds any more, so that no worker ever does.
  void publish(Rules next);
  std::shared_ptr<const Rules> current() const;

 private:
  friend class RulesReader;
  std::atomic<std::uint64_t> version_{1};
  mutable std::mutex mutex_;  // all below; held for some instructions
  std::shared_ptr<const Rules> current_;
  std::vector<std::shared_ptr<const Rules>> retired_;
};

/// One worker's view.
class RulesReader {
 public:
  explicit RulesReader(const RulesStore& store) : store_(store) { refresh(); }
  /// The newest rules; they stay good until the next refresh().
  const Rules& refresh() noexcept;
  /// What the last refresh() gave.
  const Rules& operator*() const noexcept { return *held_; }

 private:
  const RulesStore& store_;
  std::shared_ptr<const Rules> held_;
  std::uint64_t seen_ = 0;
};

}  // namespace signpost
