#include "dns/base/utf8.h"

namespace signpost {

std::size_t utf8_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  if (text.empty()) return 0;
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool second_fits = first == 0xe0 ? at(1) >= 0xa0 : first == 0xed ? at(1) <= 0x9f : true;
    return tail(1) && second_fits && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool second_fits = first == 0xf0 ? at(1) >= 0x90 : first == 0xf4 ? at(1) <= 0x8f : true;
    return tail(1) && second_fits && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace signpost
