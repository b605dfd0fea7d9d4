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
  config::Sources sources;  // what was read, also when it was refused

  /// It cannot be taken over after all.
  void refuse(std::string why);
};

/// Reads the file that `running` came from and everything it names.
Change load_change(const config::Config& running);

/// Names of the registries of type `file`: a reload reads them again at once, changed or not.
std::vector<std::string> file_registries(const config::Config& config);

/// Every error, warning and change, a line each, and what it came to.
void log_outcome(const std::string& path, const admin::ReloadOutcome& outcome);

/// "accepted, 2 warnings", "refused: signpost.yaml:3:1: ... (and 2 more)".
std::string one_line(const admin::ReloadOutcome& outcome);

}  // namespace signpost
