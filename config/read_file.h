// A whole file into memory, or one line that says why not.
#pragma once

#include <cstddef>
#include <string>

#include "dns/base/result.h"

namespace signpost::config {

constexpr std::size_t kFileOctetsMax = std::size_t{64} << 20;

/// Any thread; never throws and never waits (a FIFO or a device is refused, not opened for ever). The message
/// has no path in it: "cannot be read: No such file or directory".
Result<std::string> read_file(const std::string& path, std::size_t octets_max = kFileOctetsMax);

}  // namespace signpost::config
