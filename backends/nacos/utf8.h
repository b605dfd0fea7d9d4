// UTF-8 (RFC 3629, section 4), octet by octet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signpost::nacos {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Octets of the sequence that `text` starts with; 0: it starts with none.
std::size_t utf8_octets(std::string_view text);
/// `point` is at most 0x10FFFF and no surrogate.
void append_utf8(std::uint32_t point, std::string& out);

}  // namespace signpost::nacos
