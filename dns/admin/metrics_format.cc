#include "dns/admin/metrics_format.h"

#include <algorithm>
#include <charconv>

namespace signpost::admin {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Up to the next `separator`, which goes too.
std::string_view take(std::string_view& rest, char separator) noexcept {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto item = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(item);
}

bool equal_words(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

struct Range {
  std::string_view type;
  std::string_view version;
  double quality = 1;
};

/// "application/openmetrics-text;version=1.0.0;q=0.75". A quality that is no number is 0.
Range parse_range(std::string_view item) noexcept {
  Range range;
  range.type = take(item, ';');
  while (!item.empty()) {
    auto value = take(item, ';');
    const auto key = take(value, '=');
    if (value.size() > 1 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    if (equal_words(key, "version")) range.version = value;
    if (!equal_words(key, "q")) continue;
    const auto [at, error] = std::from_chars(value.data(), value.data() + value.size(), range.quality);
    if (error != std::errc() || at != value.data() + value.size()) range.quality = 0;
  }
  return range;
}

}  // namespace

MetricsFormat choose_format(std::string_view accept) noexcept {
  double open = 0, plain = 0;
  while (!accept.empty()) {
    const auto range = parse_range(take(accept, ','));
    if (equal_words(range.type, "application/openmetrics-text")) {
      const bool known = range.version.empty() || range.version == "1.0.0" || range.version == "0.0.1";
      if (known) open = std::max(open, range.quality);
    } else if (equal_words(range.type, "text/plain")) {
      plain = std::max(plain, range.quality);
    }
  }
  return open > 0 && open >= plain ? MetricsFormat::OpenMetrics : MetricsFormat::Prometheus;
}

const char* content_type(MetricsFormat format) noexcept {
  return format == MetricsFormat::OpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                              : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace signpost::admin
