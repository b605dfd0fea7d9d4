#include "config/settings.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "config/node.h"

namespace signpost::config {
namespace {

/// "[a, b]", "{k: v}", "text".
std::string one_line(const Node& node) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : ", ") + word; };
  switch (node.kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::Scalar:
      return node.scalar;
    case Node::Kind::List:
      for (const auto& item : node.items) add(one_line(item));
      return "[" + text + "]";
    case Node::Kind::Mapping:
      for (const auto& entry : node.entries) add(entry.key + ": " + one_line(entry.value));
      return "{" + text + "}";
  }
  return text;
}

void add_settings(const Node& node, const std::string& path, Settings& settings);

void add_items(const Node& list, const std::string& path, Settings& settings) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto* name = list.items[i].find("name");
    const bool named = name != nullptr && name->value.is_scalar() && names.insert(name->value.scalar).second;
    add_settings(list.items[i],
                 fmt::format("{}[{}]", path, named ? name->value.scalar : std::to_string(i + 1)), settings);
  }
}

void add_settings(const Node& node, const std::string& path, Settings& settings) {
  const auto is_mapping = [](const Node& item) { return item.is_mapping(); };
  if (node.is_mapping() && !node.entries.empty()) {
    for (const auto& entry : node.entries)
      add_settings(entry.value, path.empty() ? entry.key : path + "." + entry.key, settings);
  } else if (node.is_list() && std::any_of(node.items.begin(), node.items.end(), is_mapping)) {
    add_items(node, path, settings);
  } else {
    settings.push_back({path, one_line(node)});
  }
}

/// "zones[demo.internal]" of "zones[demo.internal].ttl", "registries.nacos" of "registries.nacos.tls.name":
/// what comes and goes as a whole. Empty: nothing of that kind.
std::string whole_of(const std::string& path) {
  if (path.starts_with("registries.")) return path.substr(0, path.find('.', sizeof "registries." - 1));
  // A zone's name has dots and may have a slash, but no bracket.
  if (path.starts_with("zones[") || path.starts_with("access[")) return path.substr(0, path.find(']') + 1);
  return {};
}

std::string on_one_line(std::string text) {
  constexpr std::size_t kShown = 200;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

class Comparison {
 public:
  Comparison(const Settings& before, const Settings& after) {
    for (const auto& setting : before) before_.emplace(setting.path, &setting.value);
    for (const auto& setting : after) after_.emplace(setting.path, &setting.value);
    for (const auto& [path, value] : before_) before_wholes_.insert(whole_of(path));
    for (const auto& [path, value] : after_) after_wholes_.insert(whole_of(path));
  }

  std::vector<std::string> lines() && {
    for (const auto& [path, value] : before_) {
      const auto now = after_.find(path);
      if (now == after_.end()) {
        if (!tell_whole(path, before_wholes_, after_wholes_, "removed"))
          say(path, "no longer written (was " + on_one_line(*value) + ")");
      } else if (*now->second != *value) {
        say(path, on_one_line(*value) + " -> " + on_one_line(*now->second));
      }
    }
    for (const auto& [path, value] : after_) {
      if (before_.contains(path) || tell_whole(path, after_wholes_, before_wholes_, "added")) continue;
      say(path, on_one_line(*value) + " (was not written)");
    }
    std::vector<std::string> lines;
    for (const auto& [path, what] : told_) lines.push_back(path + ": " + what);
    return lines;
  }

 private:
  void say(const std::string& path, std::string what) { told_.emplace(path, std::move(what)); }

  /// True: the whole around `path` is on one side only, which is said once.
  bool tell_whole(const std::string& path, const std::set<std::string>& here,
                  const std::set<std::string>& there, const char* what) {
    const auto whole = whole_of(path);
    if (whole.empty() || there.contains(whole) || !here.contains(whole)) return false;
    say(whole, what);
    return true;
  }

  std::map<std::string, const std::string*> before_, after_;
  std::set<std::string> before_wholes_, after_wholes_;
  std::map<std::string, std::string> told_;
};

}  // namespace

Settings settings_of(const Node& document) {
  Settings settings;
  add_settings(document, "", settings);
  return settings;
}

std::vector<std::string> differences(const Settings& before, const Settings& after) {
  return Comparison(before, after).lines();
}

}  // namespace signpost::config
