// What the tests of zone files share: a text read, and what came of it as lines.
#pragma once

#include <string>
#include <string_view>

#include "zones/files/read_zone.h"

namespace signpost {

/// Every record as ldns writes it ("www.example. 60 IN A 192.0.2.1"), by name and type, the SOA first; fields
/// separated by single blanks.
std::string lines_of(const StaticZone& zone);

/// The zone `example.` of this text: its lines, then each finding with "E " or "W " before it.
std::string told(std::string_view text);
std::string told(const StaticReading& reading);

}  // namespace signpost
