#include "config/scalars.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace signpost::config {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kDurationMax = 1'000'000'000'000;  // ms; far from where chrono overflows

bool digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool leading_zero(std::string_view text) noexcept { return text.size() > 1 && text.front() == '0'; }

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

/// The number before the first suffix that fits, times its factor, at most `max`.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const Unit (&units)[N],
                                       std::uint64_t max) noexcept {
  for (const auto& [suffix, factor] : units) {
    if (!text.ends_with(suffix)) continue;
    const auto number = parse_whole(text.substr(0, text.size() - suffix.size()));
    if (!number || *number > max / factor) return std::nullopt;
    return *number * factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_whole(std::string_view text) noexcept {
  if (!digits(text) || leading_zero(text)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_signed(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  const auto magnitude = parse_whole(negative ? text.substr(1) : text);
  if (!magnitude || *magnitude > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  const auto value = static_cast<std::int64_t>(*magnitude);
  return negative ? -value : value;
}

std::optional<double> parse_decimal(std::string_view text) noexcept {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (!digits(whole) || leading_zero(whole)) return std::nullopt;
  if (point != std::string_view::npos && !digits(text.substr(point + 1))) return std::nullopt;
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
  static constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"", 1000}};
  const auto value = with_unit(text, kUnits, kDurationMax);
  if (!value) return std::nullopt;
  return milliseconds(static_cast<milliseconds::rep>(*value));
}

std::string duration_text(milliseconds duration) {
  const auto count = duration.count();
  if (count % 1000 != 0) return fmt::format("{}ms", count);
  if (count == 0 || count % 60'000 != 0) return fmt::format("{}s", count / 1000);
  if (count % 3'600'000 != 0) return fmt::format("{}m", count / 60'000);
  return fmt::format("{}h", count / 3'600'000);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
  static constexpr Unit kUnits[] = {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"", 1}};
  return with_unit(text, kUnits, UINT64_MAX);
}

std::string leading_zero_remedy(std::string_view text) {
  if (!leading_zero(text) || !digits(text)) return {};
  const auto first = std::min(text.find_first_not_of('0'), text.size() - 1);
  return fmt::format("write {}", text.substr(first, 20));
}

}  // namespace signpost::config
