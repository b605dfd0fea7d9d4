// One option is one object: its key, what it takes, its default, its meaning, and how it is read into a
// struct. A section is a table of options. Loading, `signpost check` and the printed reference all read the
// same tables.
//
//   const Table<Tcp>& tcp_table() {
//     static const Table<Tcp> table{
//         {option("idle", &Tcp::idle, duration(100ms, 1h), "How long a client may be silent.")}, nullptr};
//     return table;
//   }
//
// The default of an option is the value that its member has in a fresh struct, so that it is written once.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/node.h"
#include "config/report.h"
#include "config/value.h"

namespace signpost::config {

/// Where readers report, and what they need to know of the file.
struct Reader {
  Report& report;
  std::vector<Surroundings> surroundings;  // of each file of the report

  const Surroundings& around(Mark mark) const { return surroundings[static_cast<std::size_t>(mark.file)]; }
};

/// One line of the reference.
struct OptionLine {
  std::string path;      // "zones[].nameservers[].name", "registries.<name>.servers"
  std::string takes;     // "0 to 604800 seconds"
  std::string fallback;  // as one would write it; empty: none
  std::string help;
  bool required = false;
  Form form = Form::Scalar;
  Shape shape = {};
  std::size_t count_min = 0;
  Acts acts = Acts::AtReload;
  std::string type = {};  // of a registry: the type that has this option; empty: every one, or no registry's
};
using OptionLines = std::vector<OptionLine>;

/// `read` gets the value of the key, `inside` adds the lines of what is below it.
template <class S>
struct Option {
  std::string_view key;
  std::string takes;
  std::string fallback;
  std::string_view help;
  std::function<void(Reader&, const Node&, S&)> read;
  std::function<void(const std::string& path, OptionLines&)> inside = {};
  bool required = false;
  Form form = Form::Scalar;
  Shape shape = {};
  std::size_t count_min = 0;
  Acts acts = Acts::AtReload;

  Option needed() && {
    required = true;
    return std::move(*this);
  }
  /// For those that are not made by the functions below.
  Option as(Form written, Shape each = {}, std::size_t at_least = 0) && {
    form = written;
    shape = std::move(each);
    count_min = at_least;
    return std::move(*this);
  }
};

/// `check` runs after all options are read, also when some of them failed; it gets the section as written.
template <class S>
struct Table {
  std::vector<Option<S>> options;
  std::function<void(Reader&, const Node&, S&)> check;

  std::vector<std::string_view> keys() const {
    std::vector<std::string_view> keys;
    for (const auto& option : options) keys.push_back(option.key);
    return keys;
  }
};

/// "`ttl` takes 0 to 604800 seconds, not `x`; remark".
void report_wrong(Reader& reader, std::string_view key, const Node& found, std::string_view takes,
                  std::string_view remark = {});
/// Every key of `section` that is not in `keys`, each with what may have been meant.
void reject_unknown(Reader& reader, const Node& section, const std::vector<std::string_view>& keys);
/// A key of the section that is not in `keys` was reported as a slip of `key`, which need not be missed, too.
bool is_misspelt(const Node& section, const std::vector<std::string_view>& keys, std::string_view key);
/// Whether there is something to read; reports what is neither a mapping nor empty.
bool is_section(Reader& reader, std::string_view key, const Node& node,
                const std::vector<std::string_view>& keys);
/// The same for a list of at least `count_min`; nothing is an empty list.
bool is_list_of(Reader& reader, std::string_view key, const Node& node, std::string_view takes,
                std::size_t count_min);

/// The scalar of `key`, or nullopt after a report.
template <class T>
std::optional<T> read_scalar(Reader& reader, std::string_view key, const Node& node, const Value<T>& value) {
  if (!node.is_scalar()) {
    const bool is_text = node.entries.size() == 1 && node.entries.front().value.is_null();  // such as ::
    report_wrong(reader, key, node, value.takes, is_text ? "text with `:` or `{` needs quotes" : "");
    return std::nullopt;
  }
  auto result = value.read(node.scalar, reader.around(node.mark));
  if (result) return std::move(*result);
  report_wrong(reader, key, node, value.takes, result.error().message);
  return std::nullopt;
}

/// Reads what the table knows of; leaves the rest of the section to reject_unknown().
template <class S>
void read_options(Reader& reader, const Node& section, const Table<S>& table, S& target) {
  for (const auto& option : table.options) {
    if (const auto* entry = section.find(option.key)) {
      option.read(reader, entry->value, target);
    } else if (option.required && !is_misspelt(section, table.keys(), option.key)) {
      reader.report.error(section.mark, in_quotes(option.key) + " is missing: it takes " + option.takes);
    }
  }
  if (table.check) table.check(reader, section, target);
}

/// A whole section. An empty one is a section without keys: people comment out all that is below a key.
template <class S>
void read_section(Reader& reader, std::string_view key, const Node& node, const Table<S>& table, S& target) {
  if (!is_section(reader, key, node, table.keys())) return;
  reject_unknown(reader, node, table.keys());
  read_options(reader, node, table, target);
}

/// The lines of a table, `prefix` before each key.
template <class S>
void describe(const Table<S>& table, const std::string& prefix, OptionLines& lines) {
  for (const auto& option : table.options) {
    const auto path = prefix + std::string(option.key);
    lines.push_back({path,
                     option.takes,
                     option.fallback,
                     std::string(option.help),
                     option.required,
                     option.form,
                     option.shape,
                     option.count_min,
                     option.acts,
                     {}});
    if (option.inside) option.inside(path, lines);
  }
}

// --- Options of each shape ---

/// A scalar into a member.
template <class S, class M, class T>
Option<S> option(std::string_view key, M S::*member, Value<T> value, std::string_view help) {
  const auto read = [key, member, value](Reader& reader, const Node& node, S& target) {
    if (auto result = read_scalar(reader, key, node, value)) target.*member = std::move(*result);
  };
  std::string fallback;
  if constexpr (std::is_same_v<M, T>) fallback = value.print(S{}.*member);
  return {key, value.takes, fallback, help, read, {}, false, Form::Scalar, value.shape};
}

/// A list of different scalars, at least `count_min`. A written list replaces the default as a whole.
template <class S, class T>
Option<S> list(std::string_view key, std::vector<T> S::*member, Value<T> value, std::string_view help,
               std::size_t count_min = 1) {
  const auto takes = "a list, each " + value.takes;
  const auto read = [key, member, value, takes, count_min](Reader& reader, const Node& node, S& target) {
    if (!is_list_of(reader, key, node, takes, count_min)) return;
    (target.*member).clear();
    for (const auto& item : node.items) {
      auto result = read_scalar(reader, key, item, value);
      if (!result) continue;
      const auto& seen = target.*member;
      if (std::find(seen.begin(), seen.end(), *result) != seen.end()) {
        reader.report.error(item.mark, in_quotes(item.scalar) + " is listed twice; keep one");
      } else {
        (target.*member).push_back(std::move(*result));
      }
    }
  };
  std::string fallback;
  const S fresh{};
  for (const auto& item : fresh.*member) fallback += (fallback.empty() ? "" : ", ") + value.print(item);
  return {
      key,         takes,    fallback.empty() ? "" : "[" + fallback + "]", help, read, {}, false, Form::List,
      value.shape, count_min};
}

/// A section of its own struct.
template <class S, class U>
Option<S> section(std::string_view key, U S::*member, const Table<U>& (*table)(), std::string_view help) {
  const auto read = [key, member, table](Reader& reader, const Node& node, S& target) {
    read_section(reader, key, node, table(), target.*member);
  };
  const auto inside = [table](const std::string& path, OptionLines& lines) {
    describe(table(), path + ".", lines);
  };
  return {key, "a section", "", help, read, inside, false, Form::Section};
}

/// A section in the text that is no struct in the program: its options are members of the same struct.
template <class S>
Option<S> part(std::string_view key, const Table<S>& (*table)(), std::string_view help) {
  const auto read = [key, table](Reader& reader, const Node& node, S& target) {
    read_section(reader, key, node, table(), target);
  };
  const auto inside = [table](const std::string& path, OptionLines& lines) {
    describe(table(), path + ".", lines);
  };
  return {key, "a section", "", help, read, inside, false, Form::Section};
}

/// A list of sections. Each item of the text becomes one element, also a broken one, so that both have one
/// index.
template <class S, class U>
Option<S> sections(std::string_view key, std::vector<U> S::*member, const Table<U>& (*table)(),
                   std::string_view help, std::size_t count_min = 1) {
  const std::string takes = "a list of sections";
  const auto read = [key, member, table, takes, count_min](Reader& reader, const Node& node, S& target) {
    if (!is_list_of(reader, key, node, takes, count_min)) return;
    (target.*member).reserve(node.items.size());
    for (const auto& item : node.items) {
      read_section(reader, key, item, table(), (target.*member).emplace_back());
    }
  };
  const auto inside = [table](const std::string& path, OptionLines& lines) {
    describe(table(), path + "[].", lines);
  };
  return {key, takes, "", help, read, inside, false, Form::Sections, {}, count_min};
}

}  // namespace signpost::config
