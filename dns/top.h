// `signpost top`: rates, registries and the busiest names of a running Signpost, drawn again and again.
#pragma once

#include <string>

#include "dns/commands.h"

namespace signpost {

/// On a terminal until q or Ctrl-C, and it is left as it was found. `once`, `json`, or into a pipe: one table
/// over `every`, which is a duration such as "1s". The exit code.
int top(const Where& where, const std::string& every, bool once, bool json);

}  // namespace signpost
