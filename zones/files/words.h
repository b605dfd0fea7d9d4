// What single words of a master file mean: names, TTLs, numbers, strings, types. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost::files {

using Octets = std::vector<std::uint8_t>;

/// `@` is the origin; without a final dot a name continues with the origin (RFC 1035, section 5.1).
Result<Name> read_name(std::string_view text, const Name& origin);

/// Seconds, or parts with units: "3600", "1h30m" (s, m, h, d, w); at most 2^31 - 1 (RFC 2181, section 8).
/// nullopt: not a TTL at all.
std::optional<std::uint32_t> read_ttl(std::string_view text);

/// Decimal, leading zeros allowed as other servers do; at most `max`.
std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t max);

/// The octets that a word stands for: \DDD and \X undone (RFC 1035, section 5.1).
Result<Octets> read_octets(std::string_view text);

/// The same as a <character-string>: one length octet and at most 255 others (N16).
Result<Octets> read_string(std::string_view text);

/// Pairs of hexadecimal digits.
std::optional<Octets> read_hex(std::string_view text);

/// Any case: IN, CH, HS, or CLASSn (RFC 3597, section 5). nullopt: not a class.
std::optional<std::uint16_t> read_class(std::string_view text);

/// ASCII letters in lower case.
std::string lower(std::string_view text);

void append(Octets& to, NameView octets);
void append_u16(Octets& to, std::uint64_t value);
void append_u32(Octets& to, std::uint64_t value);

}  // namespace signpost::files
