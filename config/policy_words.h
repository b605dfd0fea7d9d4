// The words for how a zone answers, wherever they are written: in the configuration, or on an object of a
// registry. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "dns/base/result.h"

namespace signpost::config {

/// "order", "all", "sample 2", "sticky", "sticky 2". The error is a remark, and may be empty.
Result<Answer> read_answer(std::string_view text);
std::string to_text(const Answer& answer);

/// "ready", "serving", "strict" or "any".
std::optional<HealthPolicy> read_health_policy(std::string_view text) noexcept;

}  // namespace signpost::config
