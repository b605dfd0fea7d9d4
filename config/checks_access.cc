// `access` against the zones, and its entries against each other.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/names.h"

namespace signpost::config {
namespace {

/// The table of verdicts has a row for each range between two edges of prefixes and a column for each zone.
constexpr std::size_t kVerdictsMax = 64 * 1024 * 1024;

/// Where entry `index` names this zone.
Mark mark_of_zone(const Node& written, std::size_t index, const std::string& zone) {
  const auto& item = written.find("access")->value.items[index];
  const auto* zones = item.find("zones");
  for (const auto& one : zones->value.items) {
    if (one.scalar == zone) return one.mark;
  }
  return zones->value.mark;  // it was written in another spelling
}

/// "10.0.0.0/8" to the zones that it stands for, any other name to itself.
std::vector<std::string> spelled_out(const std::string& zone) {
  const auto prefix = read_reverse_prefix(zone);
  return prefix ? reverse_zones(*prefix) : std::vector{zone};
}

void check_zones(const Node& written, Config& config, Report& report) {
  std::set<std::string, std::less<>> names;
  std::set<std::string_view> known;
  for (const auto& zone : config.zones) {
    names.insert(zone.name);
    known.insert(zone.prefix.empty() ? zone.name : zone.prefix);
  }
  const std::vector<std::string_view> spellings(known.begin(), known.end());
  for (std::size_t i = 0; i < config.access.size(); ++i) {
    std::vector<std::string> zones;
    for (const auto& zone : config.access[i].zones) {
      for (auto& name : spelled_out(zone)) {
        if (names.contains(name)) {
          zones.push_back(std::move(name));
          continue;
        }
        report.error(mark_of_zone(written, i, zone),
                     fmt::format("there is no zone {}, and an entry is for whole zones{}", in_quotes(zone),
                                 did_you_mean(zone, spellings)));
        break;
      }
    }
    config.access[i].zones = std::move(zones);
  }
}

/// Whatever `later` matches from a prefix that `earlier` has, too, `earlier` decides.
bool covers_zones(const AccessEntry& earlier, const AccessEntry& later) {
  if (earlier.zones.empty()) return true;
  return !later.zones.empty() && std::all_of(later.zones.begin(), later.zones.end(), [&](const auto& zone) {
    return std::any_of(earlier.zones.begin(), earlier.zones.end(),
                       [&](const auto& apex) { return is_at_or_below(zone, apex); });
  });
}

/// First match wins, so what comes after its like never matches.
class Shadows {
 public:
  /// The first of the entries seen that covers this prefix of `entry`; null: none does.
  const AccessEntry* find(const AccessEntry& entry, const Prefix& prefix) const {
    for (const auto bits : lengths_) {
      if (bits > prefix.bits) break;
      const auto found = seen_.find({masked(prefix.address, bits), bits});
      if (found == seen_.end()) continue;
      for (const auto* earlier : found->second) {
        if (covers_zones(*earlier, entry)) return earlier;
      }
    }
    return nullptr;
  }
  void add(const AccessEntry& entry) {
    for (const auto& prefix : entry.prefixes) {
      auto& entries = seen_[{prefix.address, prefix.bits}];
      if (!entries.empty() && entries.back()->zones.empty()) continue;  // nothing gets past that one
      entries.push_back(&entry);
      lengths_.insert(prefix.bits);
    }
  }

 private:
  std::map<std::pair<IpAddress, std::uint8_t>, std::vector<const AccessEntry*>> seen_;
  std::set<std::uint8_t> lengths_;
};

void warn_of_shadows(const Config& config, Report& report) {
  Shadows shadows;
  for (const auto& entry : config.access) {
    for (const auto& prefix : entry.prefixes) {
      if (const auto* earlier = shadows.find(entry, prefix)) {
        const auto mark = report.mark(entry.place);
        report.warning(mark, fmt::format("{} never matches here: the entry in {} comes first and covers it",
                                         in_quotes(prefix.to_string()),
                                         report.other(mark, report.mark(earlier->place))));
      }
    }
    shadows.add(entry);
  }
}

void check_size(const Config& config, Report& report) {
  std::size_t prefixes = 0;
  std::set<std::string_view> zones;
  for (const auto& entry : config.access) {
    prefixes += entry.prefixes.size();
    zones.insert(entry.zones.begin(), entry.zones.end());
  }
  if ((2 * prefixes + 1) * (zones.size() + 1) <= kVerdictsMax) return;
  report.error(report.mark(config.access.front().place),
               fmt::format("{} prefixes times {} zones make too large a table; name fewer zones", prefixes,
                           zones.size()));
}

}  // namespace

void check_access(const Node& written, Config& config, Report& report) {
  if (config.access.empty()) return;
  check_zones(written, config, report);
  warn_of_shadows(config, report);
  check_size(config, report);
}

}  // namespace signpost::config
