// What the pages share: frame, style, small parts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dns/page/html.h"

namespace signpost::page {

/// A whole document around `body`; `title` is from outside. `seconds`: the browser asks again; 0: never.
std::string document(std::string_view title, const Html& body, unsigned seconds = 0);

/// A bar whose pieces are as wide as these percentages; what is left of 100 stays empty.
Html share_bar(const std::vector<double>& percent);

/// The box to ask in.
Html ask_box(std::string_view name, std::string_view type, std::string_view client);

/// A link to the explanation of a name.
Html name_link(std::string_view name);

/// A word with a colour: "good", "fair", "bad" or none of them.
template <std::size_t N>
Html badge(const char (&kind)[N], std::string_view word) {
  Html html;
  html << "<span class=\"badge " << kind << "\">";
  html.text(word) << "</span>";
  return html;
}

}  // namespace signpost::page
