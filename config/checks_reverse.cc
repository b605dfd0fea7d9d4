// Reverse zones against the zones that they speak of, and every apex against every other.
#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/names.h"
#include "config/prefix.h"

namespace signpost::config {
namespace {

/// As a person wrote it.
const std::string& called(const Zone& zone) { return zone.prefix.empty() ? zone.name : zone.prefix; }

void check_listed_zone(const std::string& name, Mark mark, const Config& config, Report& report) {
  std::vector<std::string_view> known;
  for (const auto& zone : config.zones) {
    if (zone.name.empty() || zone.is_reverse()) continue;
    known.push_back(zone.name);
    if (zone.name != name) continue;
    // Pointers come from services; what a file says forward it says backward itself.
    if (zone.registries.empty()) {
      report.warning(mark, fmt::format("{} has no registry, so there is nothing that a pointer could give; "
                                       "PTR records can be written in `records`",
                                       in_quotes(name)));
    }
    return;
  }
  if (reverse_bits(name) >= 0) {
    report.error(mark, fmt::format("{} is a reverse zone; list the zones whose names the pointers give",
                                   in_quotes(name)));
  } else {
    report.error(mark, fmt::format("there is no zone {}{}", in_quotes(name),
                                   known.empty() ? "; add it under `zones`" : did_you_mean(name, known)));
  }
}

/// `registry` of a reverse zone means the first zone that shows the registry's names; without one there is
/// nothing that a pointer could give.
void check_shown(const Zone& zone, const Config& config, Report& report) {
  for (const auto& registry : zone.registries) {
    const bool shown = std::any_of(config.zones.begin(), config.zones.end(), [&](const Zone& other) {
      const auto& all = other.registries;
      return !other.is_reverse() && std::find(all.begin(), all.end(), registry) != all.end();
    });
    if (shown) continue;
    report.warning(report.mark(zone.place),
                   fmt::format("no zone shows the names of the registry {}, so there is nothing that a "
                               "pointer of it could give",
                               in_quotes(registry)));
  }
}

/// How much of a name its zone fixes: of two prefixes that need the same zone the longer one has it.
int length_of(const Zone& zone) {
  if (zone.prefix.empty()) return reverse_bits(zone.name);
  const auto prefix = read_prefix(zone.prefix);
  return prefix ? prefix->bits : -1;
}

std::vector<Zone> spelled_out(const Zone& zone) {
  const auto prefix = read_prefix(zone.name);  // of one zone: no prefix any more, the name that it stands for
  if (!prefix) return {zone};
  std::vector<Zone> zones;
  for (auto& name : reverse_zones(*prefix)) zones.emplace_back(zone).name = std::move(name);
  return zones;
}

using ByName = std::unordered_map<std::string_view, const Zone*>;

/// The nearest other zone above.
const Zone* zone_above(const Zone& zone, const ByName& by_name) {
  for (std::string_view parent = zone.name; parent != ".";) {
    const auto dot = parent.find('.');
    parent = dot == std::string_view::npos ? "." : parent.substr(dot + 1);
    if (const auto above = by_name.find(parent); above != by_name.end()) return above->second;
  }
  return nullptr;
}

/// Says each thing once for all zones of two prefixes.
class Findings {
 public:
  explicit Findings(Report& report) : report_(report) {}

  void twice(const Zone& first, const Zone& second) {
    if (!fresh(first, second)) return;
    const auto mark = report_.mark(second.place);
    report_.error(
        mark, fmt::format("the zone {} is written twice, first in {}; keep one", in_quotes(called(second)),
                          report_.other(mark, report_.mark(first.place))));
  }
  void hides(const Zone& below, const Zone& above) {
    if (!fresh(below, above)) return;
    report_.warning(report_.mark(below.place),
                    fmt::format("the zone {} hides all names of {} at and below it", in_quotes(called(below)),
                                in_quotes(called(above))));
  }

 private:
  bool fresh(const Zone& a, const Zone& b) {
    const auto key = [this](const Zone& zone) {
      const auto mark = report_.mark(zone.place);
      return std::tuple(mark.file, mark.line, mark.column);
    };
    return told_.insert({key(a), key(b)}).second;
  }
  Report& report_;
  using Key = std::tuple<int, int, int>;
  std::set<std::pair<Key, Key>> told_;
};

/// Every zone by its name; of two with one name only the one that has it, the other one's name is empty then.
ByName claim_names(std::vector<Zone>& zones, Findings& findings) {
  ByName by_name;
  for (auto& zone : zones) {
    if (zone.name.empty()) continue;  // reported where it was read
    const auto [known, fresh] = by_name.emplace(zone.name, &zone);
    if (fresh) continue;
    const auto lengths = std::pair(length_of(*known->second), length_of(zone));
    if (lengths.first == lengths.second) {
      findings.twice(*known->second, zone);
    } else if (lengths.first > lengths.second) {
      findings.hides(*known->second, zone);
      zone.name.clear();
    } else {
      auto& loser = zones[static_cast<std::size_t>(known->second - zones.data())];
      findings.hides(zone, loser);
      by_name.erase(known);
      by_name.emplace(zone.name, &zone);
      loser.name.clear();
    }
  }
  return by_name;
}

}  // namespace

void check_reverse_zones(const Node& written, const Config& config, Report& report) {
  const auto* zones = written.find("zones");
  for (std::size_t i = 0; zones != nullptr && i < std::min(zones->value.items.size(), config.zones.size());
       ++i) {
    const auto& zone = config.zones[i];
    if (zone.name.empty() || !zone.is_reverse()) continue;
    check_shown(zone, config, report);
    const auto* entry = zones->value.items[i].find("reverse_of");
    if (entry == nullptr) continue;
    // What could not be read, or stood there twice, is not in the list.
    const auto& items = entry->value.items;
    for (const auto& name : zone.reverse_of) {
      const auto item = std::find_if(items.begin(), items.end(), [&](const Node& node) {
        const auto read = read_zone_name(node.scalar);
        return read && *read == name;
      });
      check_listed_zone(name, item == items.end() ? entry->key_mark : item->mark, config, report);
    }
  }
}

/// The longest apex serves a name; what a shorter one knows there is never seen.
void spell_out_apexes(Config& config, Report& report) {
  std::vector<Zone> zones;
  for (const auto& zone : config.zones) {
    for (auto& one : spelled_out(zone)) zones.push_back(std::move(one));
  }
  Findings findings(report);
  const auto by_name = claim_names(zones, findings);
  for (const auto& zone : zones) {
    if (zone.name.empty() || zone.name == ".") continue;
    if (const auto* above = zone_above(zone, by_name)) findings.hides(zone, *above);
  }
  std::erase_if(zones, [](const Zone& zone) { return zone.name.empty(); });
  config.zones = std::move(zones);
}

}  // namespace signpost::config
