// Who may ask what.
#include <algorithm>

#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/prefix.h"

namespace signpost::config {
namespace {

constexpr std::string_view kTakesPrefix = "a prefix, such as 10.0.0.0/8 or fd00::/8, or a list of them";

/// One prefix or a list of them, under the word that says what happens to them.
Option<AccessEntry> verb(std::string_view key, AccessVerb verb, std::string_view help) {
  const auto read = [key, verb](Reader& reader, const Node& node, AccessEntry& entry) {
    entry.verb = verb;
    const auto read_one = [&](const Node& item) {
      const Value<Prefix> value{
          std::string(kTakesPrefix),
          [](std::string_view text, const Surroundings&) { return read_source_prefix(text); },
          {},
          {}};
      const auto prefix = read_scalar(reader, key, item, value);
      if (!prefix) return;
      if (std::find(entry.prefixes.begin(), entry.prefixes.end(), *prefix) != entry.prefixes.end()) {
        reader.report.error(item.mark, in_quotes(item.scalar) + " is listed twice; keep one");
      }
      entry.prefixes.push_back(*prefix);
    };
    if (!node.is_list()) return read_one(node);
    if (node.items.empty()) report_wrong(reader, key, node, kTakesPrefix);
    for (const auto& item : node.items) read_one(item);
  };
  return Option<AccessEntry>{key, std::string(kTakesPrefix), "", help, read}.as(Form::ScalarOrList,
                                                                                source_prefix().shape, 1);
}

/// A zone as `zones` writes it: its name, or its prefix.
Value<std::string> zone() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    if (text.find('/') == std::string_view::npos) return read_zone_name(text);
    const auto prefix = read_reverse_prefix(text);
    if (!prefix) return prefix.error();
    return prefix->to_string();
  };
  return {"the name of a zone, such as cluster.local", read, [](const std::string& name) { return name; }};
}

/// Exactly one verb: with two, nobody could say which comes first.
void check_entry(Reader& reader, const Node& written, AccessEntry& entry) {
  entry.place = reader.report.place(written.mark);
  const Entry* first = nullptr;
  for (const auto& found : written.entries) {
    if (found.key != "allow" && found.key != "refuse" && found.key != "drop") continue;
    if (first == nullptr) {
      first = &found;
      entry.place = reader.report.place(found.value.mark);
    } else {
      reader.report.error(found.key_mark,
                          fmt::format("an entry has one verb, and this one has {} too; make two entries",
                                      in_quotes(first->key)));
    }
  }
  const auto is_unknown = [](const Entry& one) { return one.key != "zones"; };  // reported
  if (first == nullptr && std::none_of(written.entries.begin(), written.entries.end(), is_unknown))
    reader.report.error(written.mark, "an entry needs `allow`, `refuse` or `drop`, and a prefix for it");
}

}  // namespace

const Table<AccessEntry>& access_table() {
  static const Table<AccessEntry> table{
      {
          verb("allow", AccessVerb::Allow, "These sources are answered."),
          verb("refuse", AccessVerb::Refuse,
               "These sources get REFUSED, with the extended error 18 (RFC 8914)."),
          verb("drop", AccessVerb::Drop, "These sources get nothing."),
          list("zones", &AccessEntry::zones, zone(),
               "Only for names in these zones and below, also where an alias leads there. Not written: "
               "whatever is asked."),
      },
      check_entry};
  return table;
}

}  // namespace signpost::config
