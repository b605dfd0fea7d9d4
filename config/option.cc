#include "config/option.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost::config {

void report_wrong(Reader& reader, std::string_view key, const Node& found, std::string_view takes,
                  std::string_view remark) {
  reader.report.error(found.mark, fmt::format("{} takes {}, not {}{}{}", in_quotes(key), takes, called(found),
                                              remark.empty() ? "" : "; ", remark));
}

void reject_unknown(Reader& reader, const Node& section, const std::vector<std::string_view>& keys) {
  for (const auto& entry : section.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) != keys.end()) continue;
    reader.report.error(entry.key_mark,
                        fmt::format("unknown key {}{}", in_quotes(entry.key), did_you_mean(entry.key, keys)));
  }
}

bool is_misspelt(const Node& section, const std::vector<std::string_view>& keys, std::string_view key) {
  const auto offer = fmt::format("; did you mean {}?", in_quotes(key));
  return std::any_of(section.entries.begin(), section.entries.end(), [&](const Entry& entry) {
    return std::find(keys.begin(), keys.end(), entry.key) == keys.end() &&
           did_you_mean(entry.key, keys) == offer;
  });
}

bool is_section(Reader& reader, std::string_view key, const Node& node,
                const std::vector<std::string_view>& keys) {
  if (node.is_mapping() || node.is_null()) return true;
  const auto first = node.scalar.substr(0, node.scalar.find(':'));
  const bool is_joined = first != node.scalar && std::find(keys.begin(), keys.end(), first) != keys.end();
  report_wrong(reader, key, node, "a section with " + one_of(keys),
               is_joined ? "a blank belongs behind the `:`" : "");
  return false;
}

bool is_list_of(Reader& reader, std::string_view key, const Node& node, std::string_view takes,
                std::size_t count_min) {
  if (node.is_list() && node.items.size() >= count_min) return true;
  if (node.is_null() && count_min == 0) return true;
  std::string remark;
  if (node.is_scalar()) {
    remark = in_quotes(node.scalar);
    remark.front() = remark.back() = '"';
    remark = "write [" + remark + "]";
  } else if (node.is_mapping()) {
    remark = "each entry of a list begins with `- `";
  }
  report_wrong(reader, key, node, takes, remark);
  return false;
}

}  // namespace signpost::config
