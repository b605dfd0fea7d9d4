#include "dns/page/html.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dns/admin/http_message.h"

namespace signpost::page {
namespace {

constexpr std::string_view kUnreadable = "\xef\xbf\xbd";  // U+FFFD

/// Octets of the UTF-8 sequence at the front; 0: it is none (RFC 3629: no surrogates, nothing overlong).
std::size_t sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (at(i) & 0xc0) == 0x80; };
  const auto first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    if (!follows(1) || !follows(2)) return 0;
    if ((first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) >= 0xa0)) return 0;
    return 3;
  }
  if (first >= 0xf0 && first < 0xf5) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if ((first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) >= 0x90)) return 0;
    return 4;
  }
  return 0;
}

/// Control characters, and marks that turn the direction of what follows: U+200E, U+200F, U+202A to U+202E,
/// U+2066 to U+2069, U+061C.
bool is_unreadable(std::string_view one) {
  const auto first = static_cast<std::uint8_t>(one[0]);
  if (one.size() == 1) return first < 0x20 || first == 0x7f;
  if (one.size() == 2)
    return (first == 0xc2 && static_cast<std::uint8_t>(one[1]) < 0xa0) || one == "\xd8\x9c";
  static constexpr std::array<std::string_view, 11> kTurns{
      "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad",
      "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9"};
  return std::find(kTurns.begin(), kTurns.end(), one) != kTurns.end();
}

std::string_view escaped(std::string_view one) {
  if (one == "&") return "&amp;";
  if (one == "<") return "&lt;";
  if (one == ">") return "&gt;";
  if (one == "\"") return "&quot;";
  if (one == "'") return "&#39;";
  return is_unreadable(one) ? kUnreadable : one;
}

}  // namespace

Html& Html::text(std::string_view from_outside) {
  std::size_t at = 0;
  while (at < from_outside.size()) {
    if (at >= kTextMax) {
      fmt::format_to(std::back_inserter(text_), "\xe2\x80\xa6 ({} octets)", from_outside.size());
      break;
    }
    const auto rest = from_outside.substr(at);
    const auto octets = sequence(rest);
    text_ += octets == 0 ? kUnreadable : escaped(rest.substr(0, octets));
    at += std::max<std::size_t>(octets, 1);
  }
  return *this;
}

Html& Html::number(std::uint64_t value) {
  text_ += fmt::format_int(value).c_str();
  return *this;
}

Html& Html::percent(double value) {
  fmt::format_to(std::back_inserter(text_), "{:.1f}", value);
  return *this;
}

Html& Html::parameter(std::string_view from_outside) {
  text_ += admin::percent_encode(from_outside);
  return *this;
}

}  // namespace signpost::page
