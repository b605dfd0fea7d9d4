#include "backends/nacos/list_reader.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace signpost::nacos {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kSpace = " \t\r\n";

/// Behind the string that opens at `at`; kNone when it does not end. Hardly one holds a backslash, and memchr
/// is five times as fast as a look at each octet for either.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const auto first = text.find('"', ++at);
  if (first == kNone) return kNone;
  if (text.substr(at, first - at).find('\\') == kNone) return first + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;  // and what is escaped
  }
  return kNone;
}

/// Behind the value that begins at `at`: strings and brackets count, what is between them does not.
std::size_t behind_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    const auto octet = text[at];
    if (octet == '"') {
      at = behind_string(text, at);
      if (at == kNone) return kNone;
      if (depth == 0) return at;
      --at;
    } else if (octet == '[' || octet == '{') {
      ++depth;
    } else if (octet == ']' || octet == '}') {
      if (depth == 0) return at;  // of a number or a word: the object around it ends
      if (--depth == 0) return at + 1;
    } else if (octet == ',' && depth == 0) {
      return at;
    }
  }
  return kNone;
}

/// Where the array under this key of the outermost object is: from its bracket to behind the other one.
std::optional<std::pair<std::size_t, std::size_t>> find_array(std::string_view text, std::string_view key) {
  const auto skip = [&](std::size_t at) { return at == kNone ? kNone : text.find_first_not_of(kSpace, at); };
  auto at = skip(0);
  if (at == kNone || text[at] != '{') return std::nullopt;
  while (true) {
    at = skip(at + 1);  // behind `{` or `,`
    if (at == kNone || text[at] != '"') return std::nullopt;
    const auto end = behind_string(text, at);
    const bool found = end != kNone && text.substr(at + 1, end - at - 2) == key;
    at = skip(end);
    if (at == kNone || text[at] != ':') return std::nullopt;
    at = skip(at + 1);
    if (at == kNone) return std::nullopt;
    const auto behind = behind_value(text, at);
    if (behind == kNone) return std::nullopt;
    if (found && text[at] == '[') return std::pair(at, behind);
    at = skip(behind);
    if (at == kNone || text[at] != ',') return std::nullopt;
  }
}

/// A string of JSON with its quotes: nearly always plain ASCII, else the library judges it.
Result<std::string> unquoted(std::string_view quoted) {
  const auto inner = quoted.substr(1, quoted.size() - 2);
  const bool plain = std::all_of(inner.begin(), inner.end(), [](char raw) {
    const auto octet = static_cast<unsigned char>(raw);
    return octet >= 0x20 && octet < 0x80 && octet != '\\';
  });
  if (plain) return std::string(inner);
  const auto json = nlohmann::json::parse(quoted, nullptr, false);
  if (!json.is_string()) return Error{"serviceNames holds a string that is no JSON"};
  return json.get<std::string>();
}

}  // namespace

ListReader ListReader::cut_out_of(Payload& payload) {
  ListReader reader;
  const auto array = find_array(payload.body, "serviceNames");
  if (!array) return reader;
  const auto [begin, end] = *array;
  reader.text_ = payload.body.substr(begin + 1, end - begin - 2);
  payload.body.erase(begin + 1, end - begin - 2);
  return reader;
}

void ListReader::skip_space() { at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size()); }

Result<std::string> ListReader::next_name() {
  if (at_ == text_.size() || text_[at_] != '"') return Error{"serviceNames holds what is no string"};
  const auto end = behind_string(text_, at_);
  if (end == kNone) return Error{"serviceNames breaks off"};
  auto name = unquoted(std::string_view(text_).substr(at_, end - at_));
  at_ = end;
  skip_space();
  if (at_ == text_.size()) return name;
  if (text_[at_] != ',') return Error{"serviceNames lacks a comma"};
  ++at_;
  skip_space();
  if (at_ == text_.size()) return Error{"serviceNames ends with a comma"};
  return name;
}

Result<std::vector<std::string>> ListReader::next(std::size_t count) {
  std::vector<std::string> names;
  skip_space();
  while (names.size() < count && at_ < text_.size()) {
    auto name = next_name();
    if (!name) return name.error();
    if (const auto joined = name->find("@@"); joined != std::string::npos) name->erase(0, joined + 2);  // L16
    names.push_back(std::move(*name));
  }
  return names;
}

}  // namespace signpost::nacos
