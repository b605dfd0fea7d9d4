#include "config/reference.h"

#include <set>
#include <vector>

#include <fmt/format.h>

#include "config/options.h"

namespace signpost::config {
namespace {

/// "zones" of "zones[].ttl", "tcp" of "tcp.idle".
std::string_view top_of(std::string_view path) { return path.substr(0, path.find_first_of(".[")); }

bool is_within(std::string_view path, std::string_view around) {
  if (!path.starts_with(around)) return false;
  const auto rest = path.substr(around.size());
  return rest.empty() || rest.front() == '.' || rest.front() == '[' || around.empty();
}

const char* acts_text(Acts acts) {
  switch (acts) {
    case Acts::AtReload:
      return "reload";
    case Acts::Anew:
      return "reload, anew";
  }
  return "reload";
}

/// A section is only the place of its keys.
bool has_value(const OptionLine& line) { return line.form != Form::Section && line.form != Form::Registries; }

std::string paragraph(const OptionLine& line) {
  auto text = line.path;
  if (!line.type.empty()) text += fmt::format("  (type: {})", line.type);
  text += "\n    " + line.takes;
  if (line.required) text += "; required";
  if (!line.fallback.empty()) text += "; default: " + line.fallback;
  if (has_value(line)) text += fmt::format("; acts at: {}", acts_text(line.acts));
  return text + "\n    " + line.help + "\n";
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string row(const OptionLine& line) {
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", line.path, cell(line.takes),
                     line.required           ? "required"
                     : line.fallback.empty() ? ""
                                             : "`" + cell(line.fallback) + "`",
                     has_value(line) ? acts_text(line.acts) : "", cell(line.help));
}

constexpr std::string_view kTableHead =
    "| Key | Takes | Default | Acts at | Meaning |\n| --- | --- | --- | --- | --- |\n";

constexpr std::string_view kPageHead =
    R"(# Every option of the configuration

Printed by `signpost reference --markdown` from the tables that read the configuration; a test keeps this page in step.
`signpost reference zones[].ttl` prints one entry, `signpost reference --schema` a JSON Schema for editors.

`zones[].ttl` is the key `ttl` of each item of the list `zones`, `registries.<name>.type` the key `type` of each
registry. A duration is a whole number with `ms`, `s`, `m` or `h`, without a unit it is seconds; a size is a whole number
with `KiB` or `MiB`, without a unit it is octets. "Acts at" says when a change of the option takes effect: at a `reload`
(SIGHUP, `signpost reload`, or by itself, see `reload`) without losing a query; or at a reload that connects the registry
`anew`, what it told before answering on meanwhile.
)";

}  // namespace

Result<std::string> reference_text(std::string_view path) {
  std::string text;
  std::vector<std::string_view> known;
  const auto lines = all_options();
  for (const auto& line : lines) {
    known.push_back(line.path);
    if (!is_within(line.path, path)) continue;
    text += (text.empty() ? "" : "\n") + paragraph(line);
  }
  if (!text.empty()) return text;
  auto near = did_you_mean(path, known);
  if (near.starts_with("; known here")) near = "; `signpost reference` prints all";
  return Error{fmt::format("there is no option {}{}", in_quotes(path), near)};
}

std::string reference_markdown() {
  std::string page(kPageHead);
  std::string_view top;
  std::string_view type;
  bool table = false;
  const auto lines = all_options();
  for (const auto& line : lines) {
    if (top_of(line.path) != top) {
      top = top_of(line.path);
      page += fmt::format("\n## {}\n\n", top);
      table = false;
      type = {};
    }
    if (line.type != type) {
      type = line.type;
      page += fmt::format("\n### Registries of type {}\n\n", type);
      table = false;
    }
    if (!table) page += kTableHead;
    table = true;
    page += row(line);
  }
  return page;
}

}  // namespace signpost::config
