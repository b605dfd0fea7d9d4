#include "dns/base/edit_distance.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace signpost {

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) noexcept {
  using Row = std::array<std::uint16_t, kEditTextMax + 1>;
  most = std::min(most, kEditTextMax);
  if (a.size() > b.size()) std::swap(a, b);
  const auto far = static_cast<std::uint16_t>(most + 1);
  if (b.size() > kEditTextMax || b.size() - a.size() > most) return far;
  Row first, second, third;  // of the table of prefixes: of a, of b
  auto* two_above = &first;
  auto* above = &second;
  auto* row = &third;
  for (std::size_t j = 0; j <= b.size(); ++j) (*above)[j] = static_cast<std::uint16_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    // Further from the diagonal than `most` no way through the table is short enough.
    const auto begin = i > most ? i - most : 1;
    const auto end = std::min(b.size(), i + most);
    (*row)[begin - 1] = begin == 1 ? static_cast<std::uint16_t>(i) : far;
    auto least = (*row)[begin - 1];
    for (auto j = begin; j <= end; ++j) {
      auto steps = std::min<int>(
          {(*above)[j] + 1, (*row)[j - 1] + 1, (*above)[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) steps = std::min(steps, (*two_above)[j - 2] + 1);
      (*row)[j] = static_cast<std::uint16_t>(std::min<int>(steps, far));
      least = std::min(least, (*row)[j]);
    }
    if (end < b.size()) (*row)[end + 1] = far;
    if (least == far) return far;
    std::swap(two_above, above);
    std::swap(above, row);
  }
  return (*above)[b.size()];
}

}  // namespace signpost
