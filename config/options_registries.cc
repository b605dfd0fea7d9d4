// Where the names come from: one table for what every registry has, one for each type.
#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/registry_tables.h"

namespace signpost::config {
namespace {

// --- What every registry has ---

enum class Type { Kubernetes, Nacos, File };

struct Common {
  std::optional<Type> type;
  bool required = false;
};

const Table<Common>& common_table() {
  static const Table<Common> table{
      {
          option(
              "type", &Common::type,
              choice<Type>({{"kubernetes", Type::Kubernetes}, {"nacos", Type::Nacos}, {"file", Type::File}}),
              "Which registry this is.")
              .needed(),
          option("required", &Common::required, true_or_false(),
                 "Whether /ready waits until this registry was complete once."),
      },
      nullptr};
  return table;
}

}  // namespace

const Table<FileRegistry>& file_table() {
  static const Table<FileRegistry> table{
      {
          option("path", &FileRegistry::path, path(), "A YAML file of services, watched for changes.")
              .needed(),
      },
      nullptr};
  return table;
}

namespace {

// --- all of them ---

template <class R>
void read_typed(Reader& reader, const Node& node, const Table<R>& table, std::string_view type,
                Registry& registry) {
  auto known = common_table().keys();
  for (const auto key : table.keys()) known.push_back(key);
  const std::pair<std::string_view, std::vector<std::string_view>> types[] = {
      {"kubernetes", kubernetes_table().keys()},
      {"nacos", nacos_table().keys()},
      {"file", file_table().keys()}};
  for (const auto& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    std::string others;
    for (const auto& [other, keys] : types) {
      if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) continue;
      others += (others.empty() ? "" : " or ") + std::string(other);
    }
    if (others.empty()) continue;
    reader.report.error(entry.key_mark, fmt::format("{} is for type {}, and this is type {}",
                                                    in_quotes(entry.key), others, type));
    known.push_back(entry.key);
  }
  reject_unknown(reader, node, known);
  R options;
  read_options(reader, node, table, options);
  registry.options = std::move(options);
}

/// Those of all types.
std::vector<std::string_view> all_keys() {
  auto keys = common_table().keys();
  for (const auto& more : {file_table().keys(), kubernetes_table().keys(), nacos_table().keys()})
    keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

/// An option in the column of the registries' names, with a value that no registry has.
bool is_outdented(const Entry& entry) {
  if (entry.value.is_mapping() || entry.value.is_null()) return false;
  const auto keys = all_keys();
  return std::find(keys.begin(), keys.end(), entry.key) != keys.end();
}

/// With options that a mistake leaves.
Registry& add_registry(Reader& reader, const Entry& entry, Config& config) {
  Registry& registry = config.registries.emplace_back();
  registry.options = FileRegistry{};
  registry.name = entry.key;
  registry.place = reader.report.place(entry.key_mark);
  return registry;
}

void read_registry(Reader& reader, const Entry& entry, Config& config) {
  Registry& registry = add_registry(reader, entry, config);
  if (const auto name = read_registry_name(entry.key); !name) {
    reader.report.error(entry.key_mark, fmt::format("{} cannot name a registry; {}", in_quotes(entry.key),
                                                    name.error().message));
  }
  const auto& node = entry.value;
  if (!is_section(reader, entry.key, node, {"type"})) return;
  Common common;
  read_options(reader, node, common_table(), common);
  registry.required = common.required;
  if (!common.type) {  // nobody knows which keys are right, but which ones are none
    if (node.find("type") == nullptr) reject_unknown(reader, node, all_keys());
    return;
  }
  switch (*common.type) {
    case Type::Kubernetes:
      return read_typed(reader, node, kubernetes_table(), "kubernetes", registry);
    case Type::Nacos:
      return read_typed(reader, node, nacos_table(), "nacos", registry);
    case Type::File:
      return read_typed(reader, node, file_table(), "file", registry);
  }
}

template <class R>
void describe_type(const Table<R>& table, const char* type, const std::string& prefix, OptionLines& lines) {
  const auto first = lines.size();
  describe(table, prefix, lines);
  for (auto i = first; i < lines.size(); ++i) {
    lines[i].type = type;
    lines[i].acts = Acts::Anew;
  }
}

}  // namespace

Option<Config> registries_option() {
  const auto read = [](Reader& reader, const Node& node, Config& config) {
    if (!is_section(reader, "registries", node, {"a name of your choice for each registry"})) return;
    const auto outdented = std::find_if(node.entries.begin(), node.entries.end(), is_outdented);
    if (outdented != node.entries.end()) {
      reader.report.error(
          outdented->key_mark,
          fmt::format("{} stands beside the names of registries; what belongs to one is indented "
                      "further than its name",
                      in_quotes(outdented->key)));
    }
    for (const auto& entry : node.entries) {
      if (is_outdented(entry)) continue;
      if (outdented != node.entries.end() && entry.value.is_null()) {
        add_registry(reader, entry, config);  // the one that it belongs to, perhaps
      } else {
        read_registry(reader, entry, config);
      }
    }
  };
  const auto inside = [](const std::string& path, OptionLines& lines) {
    const auto one = path + ".<name>.";
    describe(common_table(), one, lines);
    describe_type(kubernetes_table(), "kubernetes", one, lines);
    describe_type(nacos_table(), "nacos", one, lines);
    describe_type(file_table(), "file", one, lines);
  };
  return Option<Config>{"registries", "a section for each registry, under a name of your choice",
                        "",           "Where the services are known.",
                        read,         inside}
      .as(Form::Registries);
}

}  // namespace signpost::config
