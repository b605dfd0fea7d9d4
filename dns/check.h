// Everything that can be known to be wrong with a configuration without starting it: for `signpost check`,
// and for the reload, which must refuse a bad file as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/report.h"
#include "dns/base/result.h"
#include "dns/static_files.h"

namespace signpost {

struct Checked {
  config::Config config;
  std::vector<std::string> warnings;
  StaticReadings statics;
};

/// Who wants to know. All read the file and its zones' files, and see whether a registry's account can work
/// at all.
enum class CheckScope : std::uint8_t {
  Start,   // a services file may be missing yet: that registry must not keep the others from answering
  Reload,  // services files are parsed too, and every file that is named is opened: a bad one refuses the
           // whole
  Check,   // as Reload, but on another machine: a missing in-cluster account is only a warning
};

/// Reads files, connects to nothing; never throws.
Result<Checked, config::Diagnostics> check_config(const std::string& path, CheckScope scope);

}  // namespace signpost
