#include "config/label_selector.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "config/report.h"

namespace signpost::config {
namespace {

constexpr std::size_t kWordMax = 63;
constexpr std::size_t kPrefixMax = 253;
constexpr std::size_t kSelectorMax = 2000;  // it becomes part of a request line, thrice as long when escaped

bool is_lower(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

std::string_view trim(std::string_view text) noexcept {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_word(std::string_view text) noexcept {
  const auto inner = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kWordMax && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::all_of(text.begin(), text.end(), inner);
}

/// A DNS subdomain, always lower-case.
bool is_prefix(std::string_view text) noexcept {
  if (text.empty() || text.size() > kPrefixMax) return false;
  char before = '.';
  for (const char c : text) {
    const bool good = is_lower(c) || (c == '-' && before != '.') || (c == '.' && is_lower(before));
    if (!good) return false;
    before = c;
  }
  return is_lower(before);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto comma = text.find(',');
    parts.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// The same, but only at commas outside parentheses.
std::vector<std::string_view> split_requirements(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') inside = true;
    if (text[i] == ')') inside = false;
    if (text[i] != ',' || inside) continue;
    parts.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  parts.push_back(trim(text.substr(begin)));
  return parts;
}

Result<void> check_value(std::string_view value) {
  if (is_word(value)) return {};
  return Error{fmt::format("{} is no value of a label", in_quotes(value))};
}

/// `(b, c)` to "(b,c)".
Result<std::string> read_set(std::string_view word, std::string_view text) {
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') {
    return Error{fmt::format("after {} come values in parentheses, such as (a, b)", in_quotes(word))};
  }
  std::string out;
  for (const auto value : split(text.substr(1, text.size() - 2))) {
    if (const auto good = check_value(value); !good) return good.error();
    out += (out.empty() ? "(" : ",") + std::string(value);
  }
  return out + ")";
}

/// `a in (b)` and its like; `text` has no equals sign.
Result<std::string> read_word_requirement(std::string_view text) {
  const auto end = std::min(text.find(' '), text.size());
  auto key = read_label_key(text.substr(0, end));
  if (!key || end == text.size()) return key;
  const auto rest = trim(text.substr(end));
  for (const std::string_view word : {"in", "notin"}) {
    if (!rest.starts_with(word)) continue;
    const auto after = rest.substr(word.size());
    if (!after.empty() && after.front() != ' ' && after.front() != '(') continue;
    auto set = read_set(word, trim(after));
    if (!set) return set;
    return fmt::format("{} {} {}", *key, word, *set);
  }
  return Error{fmt::format("after {} comes =, !=, in or notin", in_quotes(*key))};
}

Result<std::string> read_requirement(std::string_view text) {
  if (text.empty()) return Error{"there is nothing beside a comma"};
  if (const auto equals = text.find('='); equals != std::string_view::npos && !text.starts_with('(')) {
    const bool differs = equals > 0 && text[equals - 1] == '!';
    const auto doubled = text.substr(equals + 1).starts_with('=') ? 1U : 0U;
    auto key = read_label_key(trim(text.substr(0, equals - (differs ? 1 : 0))));
    if (!key) return key;
    const auto value = trim(text.substr(equals + 1 + doubled));
    if (value.empty()) return *key + (differs ? "!=" : "=");  // a label may be empty
    if (const auto good = check_value(value); !good) return good.error();
    return fmt::format("{}{}{}", *key, differs ? "!=" : "=", value);
  }
  if (!text.starts_with('!')) return read_word_requirement(text);
  auto key = read_label_key(trim(text.substr(1)));
  if (!key) return key;
  return "!" + *key;
}

}  // namespace

Result<std::string> read_label_key(std::string_view text) {
  const auto slash = text.find('/');
  const bool prefixed = slash != std::string_view::npos;
  const auto name = prefixed ? text.substr(slash + 1) : text;
  if (is_word(name) && (!prefixed || is_prefix(text.substr(0, slash)))) return std::string(text);
  return Error{fmt::format("{} is no key of a label", in_quotes(text))};
}

Result<std::string> read_label_selector(std::string_view text) {
  if (text.size() > kSelectorMax) return Error{fmt::format("at most {} octets", kSelectorMax)};
  std::string out;
  for (const auto part : split_requirements(text)) {
    auto requirement = read_requirement(part);
    if (!requirement) return requirement;
    out += (out.empty() ? "" : ",") + *requirement;
  }
  return out;
}

}  // namespace signpost::config
