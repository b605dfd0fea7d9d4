// Everything that can be known to be wrong with a configuration without starting it: for `signpost check`,
// and for the reload, which must refuse a bad file as a whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/report.h"
#include "dns/base/result.h"

namespace signpost {

struct Checked {
  config::Config config;
  std::vector<std::string> warnings;
};

/// What the reader of a configuration may want to look at beyond the file itself.
enum class CheckScope : std::uint8_t {
  FileItself,     // start: a registry that is not there yet must not keep the others from answering
  FileAndOthers,  // check and reload: services files are parsed, kubeconfigs, tokens, passwords and CAs
                  // opened
};

/// Reads files, connects to nothing; never throws.
Result<Checked, config::Diagnostics> check_config(const std::string& path, CheckScope scope);

}  // namespace signpost
