// Times as Kubernetes writes them.
#pragma once

#include <optional>
#include <string_view>

#include "dns/base/clock.h"

namespace signpost::kubernetes {

/// RFC 3339 with or without a fraction of a second: "2026-11-22T01:40:12.5Z", "...+02:00". Nothing else.
std::optional<WallTime> read_timestamp(std::string_view text) noexcept;

}  // namespace signpost::kubernetes
