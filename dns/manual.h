// signpost(8), made from the commands and options that the command line itself knows.
#pragma once

#include <string>
#include <vector>

#include "config/roff.h"
#include "dns/completion.h"

namespace signpost {

/// In the macros of man(7), for `man -l -`.
/// `stamp` as of manual_stamp().
std::string program_manual(const std::vector<CompletedCommand>& commands, const config::ManualStamp& stamp);

/// This version, and the day of SOURCE_DATE_EPOCH (reproducible-builds.org), or of today.
config::ManualStamp manual_stamp();

}  // namespace signpost
