// How far two words are from each other: for who says what a person may have meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace signpost {

/// Longer texts are far from everything.
inline constexpr std::size_t kEditTextMax = 255;

/// Insertions, deletions, changes and swaps of neighbours that make one text of the other (optimal string
/// alignment); `most + 1` when it takes more than `most`, which is found out early: at most
/// (2 * most + 1) steps for each octet. Allocates nothing.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) noexcept;

/// What still counts as a slip in a text of this length: a third of it, and one octet at least.
constexpr std::size_t slips_max(std::size_t length) noexcept { return length < 6 ? 1 : length / 3; }

}  // namespace signpost
