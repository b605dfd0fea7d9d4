#include "backends/nacos/mend.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace signpost::nacos {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
         c == '.' || c == '_';
}

bool is_json_word(std::string_view word) {
  if (word == "true" || word == "false" || word == "null") return true;
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc{} && end == word.data() + word.size() && std::isfinite(number);
}

/// Octets of the UTF-8 sequence that `text` starts with (RFC 3629 section 4); 0: it starts with none.
std::size_t sequence_octets(std::string_view text) {
  const auto at = [&text](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
  };
  const auto first = at(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first <= 0xDF   ? 2
                           : first >= 0xE0 && first <= 0xEF ? 3
                           : first >= 0xF0 && first <= 0xF4 ? 4
                                                            : 0;
  if (size == 0) return 0;
  const auto second_least = first == 0xE0 ? 0xA0U : first == 0xF0 ? 0x90U : 0x80U;
  const auto second_most = first == 0xED ? 0x9FU : first == 0xF4 ? 0x8FU : 0xBFU;
  if (at(1) < second_least || at(1) > second_most) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (at(i) < 0x80 || at(i) > 0xBF) return 0;
  }
  return size;
}

/// Appends the string that `text` starts with, both quotes included; returns its octets.
std::size_t mend_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') {
    if (text[i] == '\\' && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0x80) {
      out.append(text.substr(i, 2));
      i += 2;
      continue;
    }
    const auto octets = sequence_octets(text.substr(i));
    if (octets == 0) {
      out += "\xEF\xBF\xBD";
    } else if (static_cast<std::uint8_t>(text[i]) < 0x20) {
      out += ' ';
    } else {
      out.append(text.substr(i, octets));
    }
    i += std::max<std::size_t>(octets, 1);
  }
  if (i < text.size()) out += '"';
  return std::min(i + 1, text.size());
}

}  // namespace

std::string mend(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      i += mend_string(text.substr(i), out);
    } else if (is_word(text[i])) {
      const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_word);
      const auto word = text.substr(i, static_cast<std::size_t>(end - text.begin()) - i);
      const auto* quote = is_json_word(word) ? "" : "\"";
      out.append(quote).append(word).append(quote);
      i += word.size();
    } else {
      out += text[i++];
    }
  }
  return out;
}

}  // namespace signpost::nacos
