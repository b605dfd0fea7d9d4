// In which of two formats a scraper gets the metrics page.
#pragma once

#include <cstdint>
#include <string_view>

namespace signpost::admin {

enum class MetricsFormat : std::uint8_t { Prometheus, OpenMetrics };

/// What a scraper gets that sends this Accept field: OpenMetrics when it takes version 1.0.0 of it at least
/// as gladly as text (RFC 9110, section 12.5.1), otherwise Prometheus' text, whatever the field says.
MetricsFormat choose_format(std::string_view accept) noexcept;
const char* content_type(MetricsFormat format) noexcept;

}  // namespace signpost::admin
