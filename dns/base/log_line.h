// One event as one line of text or JSON.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/clock.h"
#include "dns/base/log.h"

namespace signpost::log {

/// A line and its end; longer values lose their end, so that a line fits one write to a pipe (PIPE_BUF
/// octets: all or nothing, and never mixed with another's).
inline constexpr std::size_t kLineOctetsMax = 4096;

/// With "\n". Nothing in a value can end the line, move a terminal's cursor or turn its writing around:
/// control characters are \u001b, octets that are no UTF-8 are \xff (in JSON "\\xff").
std::string format_line(Format format, WallTime time, Level level, std::string_view event, Fields fields);

}  // namespace signpost::log
