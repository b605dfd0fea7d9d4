// What servers and publishers write that is not quite JSON. Pure.
#pragma once

#include <string>
#include <string_view>

namespace signpost::nacos {

/// `text`, which a strict parser refused, so that one bad value does not cost the whole message (A9): words
/// that are no JSON and numbers beyond a double (NaN, -Infinity, 1e999) become strings, octets that are no
/// UTF-8 become U+FFFD, control characters inside strings become blanks. What is broken otherwise stays so.
std::string mend(std::string_view text);

}  // namespace signpost::nacos
