// Patterns of names, as `exclude:` has them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace signpost::config {

/// Labels as read_zone_name() has them, and `*` for any octets (dots too, none too) and `?` for one;
/// lower-case.
Result<std::string> read_name_pattern(std::string_view text);

/// Whether the pattern is all of `name`, which is lower-case. At most |pattern| x |name| steps.
bool matches(std::string_view pattern, std::string_view name) noexcept;
bool matches_any(const std::vector<std::string>& patterns, std::string_view name) noexcept;

}  // namespace signpost::config
