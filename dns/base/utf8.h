// What of some octets is UTF-8.
#pragma once

#include <cstddef>
#include <string_view>

namespace signpost {

/// Octets of the well-formed sequence that `text` starts with: no overlong forms, no surrogates, nothing
/// above U+10FFFF (RFC 3629, section 4). 0: there is none.
std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace signpost
