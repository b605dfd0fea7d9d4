// Which SOA serial a zone serves next (RFC 1982; DESIGN.md section 3, and zones/README.md for zones of
// files).
#pragma once

#include <cstdint>
#include <optional>

namespace signpost {

/// Serial arithmetic: `a` comes after `b`.
constexpr bool is_newer(std::uint32_t a, std::uint32_t b) noexcept {
  return a != b && static_cast<std::uint32_t>(a - b) < 0x80000000;
}

struct SerialRules {
  std::optional<std::uint32_t> written;  // in the SOA of the zone's file
  bool only_static = false;              // the zone shows no registry: nothing but its file ever changes it
  bool served = false;                   // a serial of it was published
};

/// The serial to publish. `current`: the one published before; if none was, Unix time. A serial never goes
/// back: a written one counts only when it is newer.
constexpr std::uint32_t next_serial(const SerialRules& rules, std::uint32_t current) noexcept {
  if (!rules.served && rules.only_static && rules.written) return *rules.written;
  const auto grown = current + 1 == 0 ? 1 : current + 1;
  return rules.written && is_newer(*rules.written, current) ? *rules.written : grown;
}

}  // namespace signpost
