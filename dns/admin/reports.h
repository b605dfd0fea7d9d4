// What /status, /explain, /reload, /release, /drain and /undrain say, as JSON for programs and as text for
// people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dns/admin/sources.h"

namespace signpost::admin {

struct StatusReport {
  ProgramReport program;
  BuilderStatus builder;
  bool ready = false;
  WallTime now{};
};

/// Objects with stable keys; numbers stay numbers, an unknown age is null. Ends with a newline.
std::string to_json(const StatusReport& status);
std::string to_json(const Explanation& explanation);
std::string to_json(const ReloadOutcome& outcome);
std::string to_json(const ReleaseOutcome& outcome);
std::string to_json(const DrainOutcome& outcome);

/// Tables with aligned columns; control characters from registries are shown as '?'.
std::string to_text(const StatusReport& status);
std::string to_text(const ReloadOutcome& outcome);
std::string to_text(const ReleaseOutcome& outcome);
std::string to_text(const DrainOutcome& outcome);

/// "2026-11-21T16:20:03Z".
std::string iso_time(WallTime time);

/// "A", "aaaa", "TYPE65"; nullopt for what is no type or cannot be asked (OPT).
std::optional<RRType> parse_type(std::string_view word);

}  // namespace signpost::admin
