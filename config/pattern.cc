#include "config/pattern.h"

#include <algorithm>

namespace signpost::config {
namespace {

constexpr std::size_t kPatternMax = 255;  // no name is longer

bool fits(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.*?").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::string> read_name_pattern(std::string_view text) {
  std::string pattern(text);
  for (auto& c : pattern) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (pattern.empty() || pattern.size() > kPatternMax || !std::all_of(pattern.begin(), pattern.end(), fits)) {
    return Error{"letters, digits, `-`, `_`, `.`, `*` and `?`, at most 255"};
  }
  if (pattern.back() == '.') return Error{"names are relative to the zone, so there is no dot at the end"};
  return pattern;
}

/// The last `*` takes one octet more whenever the rest does not fit; an earlier one never needs to.
bool matches(std::string_view pattern, std::string_view name) noexcept {
  std::size_t p = 0;
  std::size_t n = 0;
  auto star = std::string_view::npos;
  std::size_t taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) noexcept {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches(pattern, name); });
}

}  // namespace signpost::config
