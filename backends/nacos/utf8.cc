#include "backends/nacos/utf8.h"

namespace signpost::nacos {

std::size_t utf8_octets(std::string_view text) {
  const auto at = [&text](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
  };
  const auto first = at(0);
  if (text.empty()) return 0;
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

void append_utf8(std::uint32_t point, std::string& out) {
  const auto rest = [&](unsigned shift) { out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6U));
    rest(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12U));
    rest(6);
    rest(0);
  } else {
    out += static_cast<char>(0xF0U | (point >> 18U));
    rest(12);
    rest(6);
    rest(0);
  }
}

}  // namespace signpost::nacos
