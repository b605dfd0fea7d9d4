#include "dns/diff.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "config/settings.h"
#include "dns/aside.h"
#include "dns/known_states.h"

namespace signpost {
namespace {

constexpr std::size_t kRecordsShown = 20;

using Lines = std::vector<std::string>;

Lines zone_names(const config::Config& config) {
  Lines names;
  for (const auto& zone : config.zones) names.push_back(zone.name);
  std::sort(names.begin(), names.end());
  return names;
}

Lines only_in(const Lines& these, const Lines& those) {
  Lines lines;
  std::set_difference(these.begin(), these.end(), those.begin(), those.end(), std::back_inserter(lines));
  return lines;
}

/// The owner of a record's line.
std::string_view owner_of(std::string_view line) { return line.substr(0, line.find_first_of(" \t")); }

/// "+ line" and "- line", those of one owner together.
Lines marked(const Lines& gone, const Lines& come) {
  std::vector<std::pair<std::string_view, std::string>> all;
  for (const auto& line : gone) all.emplace_back(owner_of(line), "- " + line);
  for (const auto& line : come) all.emplace_back(owner_of(line), "+ " + line);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Lines lines;
  for (auto& [owner, line] : all) lines.push_back(std::move(line));
  return lines;
}

std::size_t owners(const Lines& lines) {
  std::set<std::string_view> names;
  for (const auto& line : lines) names.insert(owner_of(std::string_view(line).substr(2)));
  return names.size();
}

std::string plural(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// "2026-11-22T01:40:12Z".
std::string utc(std::int64_t unix_time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(unix_time)));
}

const config::Registry* find(const config::Config& config, const std::string& name) {
  for (const auto& registry : config.registries)
    if (registry.name == name) return &registry;
  return nullptr;
}

class Comparison {
 public:
  Comparison(const Checked& before, const Checked& after, bool every)
      : before_(before),
        after_(after),
        every_(every),
        states_(before.config),
        old_(before, states_),
        new_(after, states_) {}

  std::string text() && {
    const auto known = what_is_known();
    for (const auto& line : config::differences(before_.config.settings, after_.config.settings))
      text_ += "  " + line + "\n";
    if (!text_.empty()) text_.insert(0, "settings\n");
    const auto old_zones = zone_names(before_.config);
    const auto new_zones = zone_names(after_.config);
    for (const auto& zone : only_in(old_zones, new_zones)) say(zone, "is served no more");
    for (const auto& zone : only_in(new_zones, old_zones)) say(zone, "is new");
    Lines both;
    std::set_intersection(old_zones.begin(), old_zones.end(), new_zones.begin(), new_zones.end(),
                          std::back_inserter(both));
    for (const auto& zone : both) compare_zone(zone);
    return known + (text_.empty() ? "no difference\n" : text_);
  }

 private:
  void say(const std::string& zone, const std::string& what) {
    text_ += fmt::format("zone {}: {}\n", zone, what);
  }

  std::string what_is_known() {
    std::string text;
    for (const auto& registry : before_.config.registries) {
      const auto* next = find(after_.config, registry.name);
      text += what_is_known(registry, next != nullptr ? *next : registry);
    }
    for (const auto& registry : after_.config.registries) {
      if (find(before_.config, registry.name) == nullptr) text += what_is_known(registry, registry);
    }
    return text;
  }

  /// Of one registry as each of the two reads it; of a services file nothing need be said.
  std::string what_is_known(const config::Registry& before, const config::Registry& after) {
    const auto asked = [](const auto& registry) {
      return !std::holds_alternative<config::FileRegistry>(registry.options);
    };
    if (!asked(before) && !asked(after)) return {};
    const auto was = states_.of(before);
    const auto will_be = states_.of(after);
    const auto head = "registry " + before.name + ": ";
    const auto age = [](const KnownState& known) {
      return fmt::format("{} as of {}", plural(known.services.size(), "service"), utc(known.written));
    };
    if (asked(before) && !was)
      return head + "nothing is known (" + was.error().message + "); its names are not compared\n";
    if (asked(after) && !will_be)
      return head + (asked(before) ? age(**was) + ", but as it is read now " : "") + "nothing is known (" +
             will_be.error().message + "); its names are not compared\n";
    return head + age(asked(before) ? **was : **will_be) + "\n";
  }

  void compare_zone(const std::string& zone) {
    const auto before = old_.records(zone);
    const auto after = new_.records(zone);
    if (!before || !after) {
      if (before || after || !(before_.config.settings == after_.config.settings))
        say(zone, "its records are not compared: " + (before ? after : before).error().message);
      return;
    }
    const auto lines = marked(only_in(*before, *after), only_in(*after, *before));
    if (lines.empty()) return;
    say(zone, fmt::format("{} of {} differ", plural(lines.size(), "record"), plural(owners(lines), "name")));
    const auto shown = every_ ? lines.size() : std::min(lines.size(), kRecordsShown);
    for (std::size_t i = 0; i < shown; ++i) text_ += "  " + lines[i] + "\n";
    if (shown < lines.size()) text_ += fmt::format("  and {} more; --all shows them\n", lines.size() - shown);
  }

  const Checked& before_;
  const Checked& after_;
  const bool every_;
  KnownStates states_;
  Aside old_, new_;
  std::string text_;
};

}  // namespace

std::string compare(const Checked& before, const Checked& after, bool every) {
  return Comparison(before, after, every).text();
}

}  // namespace signpost
