// The query log and dnstap as the configuration has them now.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/base/clock.h"
#include "dns/tap/taps.h"

namespace signpost {

/// Outlives the workers: they may look at a tap until their next batch.
class QueryTaps {
 public:
  explicit QueryTaps(const Clock& clock) : clock_(clock) {}

  /// Main thread: what the rules are to name from now on; null: nothing is to be seen. One that differs from
  /// the configuration ends: what it was told is written first.
  Tap* follow(const config::Config& config, unsigned workers, const std::string& identity);
  /// Any thread: fills in what was written and lost since the start.
  void add_to(admin::ProgramReport& report) const;

 private:
  struct Retired {
    std::unique_ptr<tap::Taps> taps;
    Monotonic since;
  };

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unique_ptr<tap::Taps> now_;
  std::vector<Retired> retired_;
  admin::TapReport past_query_log_, past_dnstap_;  // of those that were destroyed
};

}  // namespace signpost
