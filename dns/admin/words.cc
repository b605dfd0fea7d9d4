#include "dns/admin/words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace signpost::admin {

std::string plain(std::string text) {
  for (auto& c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f) c = '?';
  }
  return text;
}

std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? "  " : "";
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += line.erase(line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string span_text(std::int64_t seconds) {
  static constexpr std::array<std::pair<std::int64_t, char>, 4> kUnits{
      {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  std::string out;
  int used = 0;
  for (const auto& [size, letter] : kUnits) {
    const auto count = seconds / size;
    if (count == 0 && out.empty() && size > 1) continue;
    if (used++ == 2) break;
    if (count > 0 || out.empty()) out += std::to_string(count) + letter;
    seconds %= size;
  }
  return out;
}

std::string age_text(double seconds) {
  return seconds < 0 ? "-" : span_text(static_cast<std::int64_t>(std::floor(seconds)));
}

std::string grouped(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

}  // namespace signpost::admin
