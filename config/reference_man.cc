// signpost.yaml(5), from the option tables.
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "config/options.h"
#include "config/reference.h"

namespace signpost::config {
namespace {

constexpr std::string_view kExample = R"(listen:
  dns: ["127.0.0.1:53"]
  ready: "127.0.0.1:8181"
  admin: "unix:/run/signpost/admin.sock"
state_directory: /var/lib/signpost
registries:
  nacos:
    type: nacos
    servers: ["nacos-0.example:8848", "nacos-1.example:8848"]
    required: true
zones:
  - {name: nacos.internal, registry: nacos, ttl: 5s}
  - name: example.internal
    records: |
      www  A  192.0.2.80
)";

std::string introduction() {
  return std::string(".SH DESCRIPTION\n") +
         roff_text(
             "The configuration is YAML, read strictly: an unknown key, one that is written twice and a "
             "value "
             "out of bounds are errors, each with its place and what would be right.") +
         "\n.PP\n" +
         roff_text(
             "`zones[].ttl` is the key `ttl` of each item of the list `zones`, `registries.<name>.type` the "
             "key `type` of each registry. A duration is a whole number with ms, s, m or h, without a unit "
             "it is seconds; a size is a whole number with KiB or MiB, without a unit it is octets. A "
             "relative path begins at the directory of the file.") +
         "\n.PP\n" +
         roff_text(
             "A change acts at a reload (SIGHUP, `signpost reload`, or by itself, see `reload`) without "
             "losing a query; or at a reload that connects the registry anew, what it told before answering "
             "on "
             "meanwhile. `signpost check` says everything that is wrong with a file, and connects to "
             "nothing.") +
         "\n";
}

std::string_view when(Acts acts) {
  switch (acts) {
    case Acts::AtReload:
      return "at a reload";
    case Acts::Anew:
      return "at a reload, anew";
  }
  return "at a reload";
}

std::string entry(const OptionLine& line) {
  auto text = ".TP\n" + roff_bold(line.path) + (line.type.empty() ? "" : " (type " + line.type + ")") + "\n";
  auto rule = "Takes " + line.takes;
  if (line.required) rule += "; required";
  if (!line.fallback.empty()) rule += "; default `" + line.fallback + "`";
  if (line.form != Form::Section && line.form != Form::Registries)
    rule += fmt::format("; acts {}", when(line.acts));
  return text + roff_text(rule + ".") + "\n.br\n" + roff_text(line.help) + "\n";
}

}  // namespace

std::string reference_man(const ManualStamp& stamp) {
  auto page = roff_title("signpost.yaml", '5', "File formats", stamp);
  page += ".SH NAME\nsignpost.yaml \\- configuration of signpost\n";
  page += introduction();
  page += ".SH EXAMPLE\n" + roff_text("Services of Nacos under one name, and a static zone:") + "\n" +
          roff_example(kExample);
  page += ".SH OPTIONS\n";
  std::string_view top;
  const auto lines = all_options();
  for (const auto& line : lines) {
    const auto section = std::string_view(line.path).substr(0, line.path.find_first_of(".["));
    if (section != top) page += ".SS " + roff_word(section) + "\n";
    top = section;
    page += entry(line);
  }
  page += ".SH FILES\n.TP\n.I /etc/signpost/signpost.yaml\nThe configuration, unless another is named.\n";
  page += ".SH SEE ALSO\n.BR signpost (8)\n";
  return page;
}

}  // namespace signpost::config
