// Which zones have counters of their own: a place in them for each, the same as long as the process lives.
//
// A worker's counters are arrays with one writer, so no place is ever given to another zone: a zone that a
// reload takes away keeps its own, and what was counted there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// All places. 62 zones have one of their own: 832 octets for each and for each worker.
inline constexpr std::size_t kCountedZones = 64;
/// No zone of ours: refused, malformed, or turned away before anybody looked.
inline constexpr std::uint8_t kNoZone = 0;
/// All zones together that came when the places were taken.
inline constexpr std::uint8_t kOtherZones = kCountedZones - 1;

/// Any thread. The place of a zone, taken when it is asked for first. `name` in presentation format, folded.
std::uint8_t counted_zone(std::string_view name);

struct CountedZone {
  std::uint8_t place;
  std::string name;  // CoreDNS' word "dropped" for kNoZone, "other" for kOtherZones
};
/// Any thread: the places that are taken, by rising place; kNoZone always is.
std::vector<CountedZone> counted_zones();

}  // namespace signpost
