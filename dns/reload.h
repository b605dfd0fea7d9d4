// What a reload would change: read aside, compared, and only then handed over.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/static_files.h"

namespace signpost {

struct Change {
  std::shared_ptr<const config::Config> config;  // null: refused
  StaticReadings statics;
  admin::ReloadOutcome outcome;
};

/// Reads the file that `running` came from and everything it names; logs every error and warning. What cannot
/// change while the program runs (listeners, workers, TCP and EDNS limits) is a warning.
Change load_change(const config::Config& running);

/// The settings that differ and need a restart, as warnings.
std::vector<std::string> needs_restart(const config::Config& running, const config::Config& next);

/// Names of the registries of type `file`: a reload reads them again at once, changed or not.
std::vector<std::string> file_registries(const config::Config& config);

/// "accepted, 2 warnings", "refused: signpost.yaml:3:1: ... (and 2 more)".
std::string one_line(const admin::ReloadOutcome& outcome);

}  // namespace signpost
