// What ldns knows of types: their names, their fields, and the fields that few people write by hand.
//
// ldns reads text leniently (a port of 70000 becomes 4464, what follows a number is ignored), so words.h
// reads names, numbers, addresses and strings, and ldns says where they stand and reads the rest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "dns/wire/types.h"
#include "zones/files/words.h"

namespace signpost::files {

/// What one field takes from the text.
enum class Field {
  Name,  // one word each, here and down to LongString
  U8,
  U16,
  U32,
  V4,
  V6,
  Ttl,
  Type,
  String,
  LongString,  // to the end of the RDATA, without a length octet
  Params,      // SVCB: all words that are left
  Hex,         // all words that are left, joined, if it is the last field; else one word
  Joined,      // the same, as ldns reads it (base64)
  Spaced,      // all words that are left, with blanks between
  Hip,         // three words
  Other,       // one word, as ldns reads it
  None,        // ldns does not know how it is written
};

/// The fields of a type; the last one may repeat up to `most`.
struct Layout {
  std::size_t least = 0;
  std::size_t most = 0;
  std::uint16_t type = 0;
};

/// Any case: "AAAA", "TYPE28" (RFC 3597, section 5). nullopt: unknown.
std::optional<RRType> read_type(std::string_view text);
/// "AAAA", "TYPE65280".
std::string type_text(RRType type);
/// nullopt: ldns knows only the number.
std::optional<Layout> layout_of(RRType type);
Field field_of(const Layout& layout, std::size_t index);
/// One field of the kinds that ldns reads; nullopt: it cannot.
std::optional<Octets> read_by_ldns(const Layout& layout, std::size_t index, const std::string& text);
/// Whether the octets are whole RDATA of a type that ldns knows, without compressed names. True for others.
bool is_whole(RRType type, const Octets& rdata);

}  // namespace signpost::files
