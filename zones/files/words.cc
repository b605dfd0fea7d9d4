#include "zones/files/words.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/report.h"

namespace signpost::files {
namespace {

constexpr std::uint32_t kTtlMax = 0x7fffffff;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::uint32_t seconds_of(char unit) noexcept {
  switch (unit | 0x20) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    case 'w':
      return 604800;
    default:
      return 0;
  }
}

/// A dot that no backslash takes its meaning.
bool is_absolute(std::string_view text) noexcept {
  if (text.empty() || text.back() != '.') return false;
  std::size_t backslashes = 0;
  for (auto at = text.size() - 1; at > 0 && text[at - 1] == '\\'; --at) ++backslashes;
  return backslashes % 2 == 0;
}

}  // namespace

Result<Name> read_name(std::string_view text, const Name& origin) {
  if (text == "@") return origin;
  auto name = Name::parse(text);
  if (!name || is_absolute(text)) return name;
  const auto labels = name->wire().first(name->size() - 1u);
  if (labels.size() + origin.size() > kNameOctetsMax) {
    return Error{fmt::format("name {} is longer than 255 octets below the origin {}", config::in_quotes(text),
                             origin.to_string())};
  }
  Octets wire(labels.begin(), labels.end());
  append(wire, origin.wire());
  return Name::from_wire(wire);
}

std::optional<std::uint32_t> read_ttl(std::string_view text) {
  std::uint64_t total = 0;
  bool units = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const auto count = read_number(text.substr(begin, at - begin), kTtlMax);
    if (!count || (at == text.size() && units)) return std::nullopt;
    const auto unit = at == text.size() ? 1 : seconds_of(text[at]);
    if (unit == 0) return std::nullopt;
    units = at < text.size();
    at += units ? 1 : 0;
    total += *count * unit;
    if (total > kTtlMax) return std::nullopt;
  }
  if (text.empty()) return std::nullopt;
  return static_cast<std::uint32_t>(total);
}

std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t max) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > max) return std::nullopt;
  }
  return value;
}

Result<Octets> read_octets(std::string_view text) {
  Octets octets;
  octets.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      octets.push_back(static_cast<std::uint8_t>(text[at]));
      continue;
    }
    if (++at == text.size()) return Error{"nothing follows the last backslash"};
    if (!is_digit(text[at])) {
      octets.push_back(static_cast<std::uint8_t>(text[at]));
      continue;
    }
    const auto value =
        text.size() - at < 3 ? std::nullopt : read_number(text.substr(at, 3), std::uint64_t{255});
    if (!value) return Error{"a backslash and digits are \\000 to \\255"};
    octets.push_back(static_cast<std::uint8_t>(*value));
    at += 2;
  }
  return octets;
}

Result<Octets> read_string(std::string_view text) {
  auto octets = read_octets(text);
  if (!octets) return octets;
  if (octets->size() > 255) {
    return Error{fmt::format("a string has at most 255 octets, this one {}; split it", octets->size())};
  }
  octets->insert(octets->begin(), static_cast<std::uint8_t>(octets->size()));
  return octets;
}

std::optional<Octets> read_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Octets octets;
  octets.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return octets;
}

std::optional<std::uint16_t> read_class(std::string_view text) {
  const auto word = lower(text);
  if (word == "in") return static_cast<std::uint16_t>(RRClass::IN);
  if (word == "ch") return static_cast<std::uint16_t>(RRClass::CH);
  if (word == "hs") return static_cast<std::uint16_t>(RRClass::HS);
  if (!word.starts_with("class")) return std::nullopt;
  const auto number = read_number(std::string_view(word).substr(5), 65535);
  if (!number) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return static_cast<char>(fold(static_cast<std::uint8_t>(c))); });
  return out;
}

void append(Octets& to, NameView octets) { to.insert(to.end(), octets.begin(), octets.end()); }

void append_u16(Octets& to, std::uint64_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}

void append_u32(Octets& to, std::uint64_t value) {
  append_u16(to, value >> 16);
  append_u16(to, value);
}

}  // namespace signpost::files
