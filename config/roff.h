// Text for manual pages, in the macros of man(7): what is written comes out as it is, whatever signs are in
// it.
#pragma once

#include <string>
#include <string_view>

namespace signpost::config {

/// What stands at the edges of a page.
struct ManualStamp {
  std::string date;     // "2026-01-31"
  std::string version;  // "0.1.0"
};

/// A line that begins a page: `section` is a digit, `shelf` what such pages are called.
std::string roff_title(std::string_view name, char section, std::string_view shelf, const ManualStamp& stamp);

/// Running text: words between backquotes become bold, and a line never looks like a macro.
std::string roff_text(std::string_view text);

/// A word that is typed as it is: its hyphens can be copied out of the page.
std::string roff_word(std::string_view word);

/// The same in bold, or leaning as what stands for something else.
std::string roff_bold(std::string_view word);
std::string roff_italic(std::string_view word);

/// An example, kept as it is written.
std::string roff_example(std::string_view lines);

}  // namespace signpost::config
