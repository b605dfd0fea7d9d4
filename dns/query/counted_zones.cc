#include "dns/query/counted_zones.h"

#include <algorithm>
#include <mutex>

namespace signpost {
namespace {

constexpr std::size_t kOwn = kCountedZones - 2;

/// The one list of the process, as its counters are.
struct Taken {
  std::mutex mutex;
  std::vector<std::string> names;  // the first has place 1
  bool others = false;
};

Taken& taken() {
  static Taken all;
  return all;
}

}  // namespace

std::uint8_t counted_zone(std::string_view name) {
  auto& all = taken();
  const std::lock_guard lock(all.mutex);
  const auto found = std::find(all.names.begin(), all.names.end(), name);
  const auto index = static_cast<std::size_t>(found - all.names.begin());
  if (found == all.names.end()) {
    if (index == kOwn) {
      all.others = true;
      return kOtherZones;
    }
    all.names.emplace_back(name);
  }
  return static_cast<std::uint8_t>(index + 1);
}

std::vector<CountedZone> counted_zones() {
  auto& all = taken();
  const std::lock_guard lock(all.mutex);
  std::vector<CountedZone> zones{{kNoZone, "dropped"}};
  for (const auto& name : all.names) zones.push_back({static_cast<std::uint8_t>(zones.size()), name});
  if (all.others) zones.push_back({kOtherZones, "other"});
  return zones;
}

}  // namespace signpost
