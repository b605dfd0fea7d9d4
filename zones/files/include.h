// Where $INCLUDE may lead: files at or below the directory of the zone file, and nowhere else, since whoever
// may write a zone need not be allowed to read all that this server can read.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::files {

/// The directory of a zone file as its path says it, links on the way resolved: of a mounted ConfigMap the
/// mount, not the hidden directory behind it.
Result<std::string> root_of(const std::string& zone_file);

/// The path that `written` means in the file `from`, whatever it leads to.
std::string wanted_include(std::string_view written, const std::string& from);

/// The file that `written` means in the file `from`: relative to the directory of `from`. Links are followed
/// before it is compared with `root`, so a link out of the root is refused too.
Result<std::string> resolve_include(std::string_view written, const std::string& from,
                                    const std::string& root);

}  // namespace signpost::files
