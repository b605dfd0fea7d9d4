// The state directory of the running program: what registries told, read at a start and written as they go on
// (zones/state).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/base/clock.h"
#include "zones/state/keeper.h"

namespace signpost {

class Builder;

/// The main thread's, but for reports(). The builder outlives it.
class StateFiles {
 public:
  StateFiles(const Clock& clock, Builder& builder);

  /// Before the configuration is taken over by the builder: the directory, and the serials in it.
  void prepare(const config::Config& config);
  /// After that: registries that were not there before begin with what their files have. Returns when it is
  /// published.
  void restore(const config::Config& config);
  /// After the builder has ended: what it handed over is written.
  void stop() { keeper_.stop(); }

  /// Any thread.
  std::vector<admin::StateFileReport> reports() const;

 private:
  const Clock& clock_;
  Builder& builder_;
  state::Keeper keeper_;
  std::string directory_;
  std::set<std::string> known_;  // registries of the configuration before
};

}  // namespace signpost
