// What is known of registries without asking them: their state files, which a running Signpost may be
// writing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "dns/base/result.h"

namespace signpost {

/// A registry as its newest whole state file has it.
struct KnownState {
  std::int64_t written = 0;  // Unix time
  std::vector<ServiceState> services;
};

class KnownStates {
 public:
  /// `config`: whose `state_directory` is looked into, and whose registries left their states there. It
  /// outlives this.
  explicit KnownStates(const config::Config& config) : config_(config) {}

  /// Of a registry of that configuration, or of one elsewhere that reads the same under this or another name:
  /// keys have the name asked for. Each is read once, so two worlds get the same. Nothing is locked and
  /// nothing written: a generation that is replaced meanwhile stays whole for who has opened it. The error
  /// says why nothing is known, one line.
  Result<std::shared_ptr<const KnownState>> of(const config::Registry& registry);

 private:
  Result<std::shared_ptr<const KnownState>> read(const config::Registry& registry);

  const config::Config& config_;
  std::map<std::string, Result<std::shared_ptr<const KnownState>>> read_;  // by name and source
};

}  // namespace signpost
