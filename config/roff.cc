#include "config/roff.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

namespace signpost::config {
namespace {

/// `hyphen`: how "-" is written. A bare one may be set as another sign, which no shell knows.
std::string escaped(std::string_view text, std::string_view hyphen) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += hyphen;
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A point at the beginning of a line would be a macro.
std::string begun(std::string line) { return line.starts_with('.') ? "\\&" + line : line; }

/// Source lines that a person can read; the page is filled anew anyway.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kColumns = 78;
  std::string out, line;
  const auto end_line = [&] { out += (out.empty() ? "" : "\n") + begun(std::exchange(line, {})); };
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (!line.empty() && line.size() + 1 + word.size() > kColumns) end_line();
    if (!word.empty()) line += (line.empty() ? "" : " ") + std::string(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  end_line();
  return out;
}

}  // namespace

std::string roff_title(std::string_view name, char section, std::string_view shelf,
                       const ManualStamp& stamp) {
  std::string capitals(name);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(".TH {} {} \"{}\" \"signpost {}\" \"{}\"\n", capitals, section, stamp.date,
                     stamp.version, shelf);
}

std::string roff_text(std::string_view text) {
  std::string out;
  for (bool typed = false;; typed = !typed) {
    const auto mark = text.find('`');
    const auto part = text.substr(0, mark);
    out += typed ? roff_bold(part) : escaped(part, "-");
    if (mark == std::string_view::npos) return wrapped(out);
    text.remove_prefix(mark + 1);
  }
}

std::string roff_word(std::string_view word) { return begun(escaped(word, "\\-")); }
std::string roff_bold(std::string_view word) { return "\\fB" + escaped(word, "\\-") + "\\fR"; }
std::string roff_italic(std::string_view word) { return "\\fI" + escaped(word, "\\-") + "\\fR"; }

std::string roff_example(std::string_view lines) {
  std::string out = ".PP\n.in +4n\n.EX\n";
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += roff_word(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out + ".EE\n.in\n";
}

}  // namespace signpost::config
