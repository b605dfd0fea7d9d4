// What is written for a zone rather than found in a registry, and what is not shown of what is found. The
// records themselves are read by zones/files: here is only where they stand.
#include <fmt/format.h>

#include "config/options.h"
#include "config/pattern.h"

namespace signpost::config {
namespace {

constexpr std::size_t kNameTextMax = 1020;  // 255 octets, each as \DDD

/// yaml-cpp does not tell how a scalar was written. One of several lines was a block, whose text begins in
/// the line below its `|`.
int first_line(const Node& scalar) {
  return scalar.mark.line + (scalar.scalar.find('\n') == std::string::npos ? 0 : 1);
}

}  // namespace

Option<Zone> records_option() {
  static constexpr std::string_view kTakes = "records as a master file has them, one a line, below a `|`";
  const auto read = [](Reader& reader, const Node& node, Zone& zone) {
    if (!node.is_scalar()) return report_wrong(reader, "records", node, kTakes);
    zone.records = {node.scalar, first_line(node)};
  };
  return {"records", std::string(kTakes), "",
          "More records, beside those of `file`. A name without a final dot is relative to the zone.", read};
}

Option<Zone> aliases_option() {
  static constexpr std::string_view kTakes = "names, each with its target: {www: cart}";
  const auto read = [](Reader& reader, const Node& node, Zone& zone) {
    if (!node.is_mapping()) return report_wrong(reader, "aliases", node, kTakes);
    for (const auto& entry : node.entries) {
      const auto& target = entry.value;
      const bool fits = target.is_scalar() && !target.scalar.empty() && target.scalar.size() <= kNameTextMax;
      if (!fits) {
        report_wrong(reader, entry.key, target, "one name");
        continue;
      }
      zone.aliases.push_back({entry.key, target.scalar, reader.report.place(entry.key_mark)});
    }
  };
  return Option<Zone>{
      "aliases", std::string(kTakes), "",
      "CNAME records. A name or target without a final dot is relative to the zone; a target with one may "
      "lie elsewhere.",
      read}
      .as(Form::Names);
}

Option<Zone> exclude_option() {
  const auto pattern = [](std::string_view text, const Surroundings&) { return read_name_pattern(text); };
  const Value<std::string> value{"a pattern of names, such as kube-*", pattern,
                                 [](const std::string& text) { return text; }};
  return list("exclude", &Zone::exclude, value,
              "Service names that are not shown, with all that is derived from them; relative to the zone. * "
              "stands for any characters, dots too, and ? for one.",
              0);
}

void check_static_data(Reader& reader, const Node& written, const Zone& zone) {
  const bool many = zone.name.find('/') != std::string::npos;
  for (const auto* key : {"file", "records", "aliases"}) {
    const auto* entry = written.find(key);
    if (entry == nullptr || !many) continue;
    reader.report.error(
        entry->key_mark,
        fmt::format("{} belongs to one zone, and {} is several; write the zone's name, such as "
                    "16.172.in-addr.arpa",
                    in_quotes(key), zone.name));
  }
  if (!zone.registries.empty() || zone.is_reverse()) return;
  const auto idle = [&](const char* key, const char* why) {
    if (const auto* entry = written.find(key))
      reader.report.warning(entry->key_mark, fmt::format("{} says nothing here: {}", in_quotes(key), why));
  };
  idle("exclude", "no registry gives this zone names");
  if (!zone.services.empty()) return;
  for (const auto* key :
       {"answer", "health", "locality", "spill_over", "panic_threshold", "last_resort", "ramp", "checks"})
    idle(key, "this zone has no services of a registry");
}

}  // namespace signpost::config
