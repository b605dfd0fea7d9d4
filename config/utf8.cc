#include "config/utf8.h"

#include <cstdint>

#include <fmt/format.h>

namespace signpost::config {
namespace {

/// Octets of the sequence that starts at `at`, 0 when it is broken (RFC 3629 section 4: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (octet(i) & 0xc0) == 0x80; };
  const auto lead = octet(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && octet(1) < 0xa0;
    const bool surrogate = lead == 0xed && octet(1) >= 0xa0;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && octet(1) < 0x90;
    const bool beyond = lead == 0xf4 && octet(1) >= 0x90;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<Unprintable> first_unprintable(std::string_view text) {
  Mark mark{1, 1};
  for (std::size_t at = 0; at < text.size();) {
    const auto octet = static_cast<unsigned char>(text[at]);
    const auto length = sequence(text, at);
    if (length == 0) return Unprintable{mark, fmt::format("octet 0x{:02x} is not UTF-8 text", octet)};
    const bool white = octet == '\t' || octet == '\n' || octet == '\r';
    if ((octet < 0x20 && !white) || octet == 0x7f) {
      return Unprintable{mark,
                         fmt::format("control character 0x{:02x}; remove it, or write it as an escape in "
                                     "double quotes",
                                     octet)};
    }
    at += length;
    mark = octet == '\n' ? Mark{mark.line + 1, 1} : Mark{mark.line, mark.column + 1};
  }
  return std::nullopt;
}

}  // namespace signpost::config
