// RDATA as text, in presentation format, for every type whose fields we know. Allocates; not for workers.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "dns/base/result.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

/// "AAAA", or "TYPE4711" (RFC 3597, section 5).
std::string type_text(RRType type);
/// The inverse, in any case; error: what would be right.
Result<RRType> parse_type(std::string_view text);

/// Whole, uncompressed RDATA. Of other types, or when it does not hold the type's fields: \# octets (RFC
/// 3597, section 5).
std::string rdata_text(RRType type, std::span<const std::uint8_t> rdata);
/// The same behind what is there: a dump has some hundred thousand of them.
void append_rdata(std::string& text, RRType type, std::span<const std::uint8_t> rdata);
/// What to_text(name) gives, behind what is there.
void append_name(std::string& text, NameView name);

}  // namespace signpost
