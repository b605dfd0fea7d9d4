// The guards that stand before everything else, in the order of the packet. Each has its line in the
// checklist (ids as in the tests) and a counter of its own, so that an operator sees what is turned away and
// why.
#pragma once

#include <cstdint>
#include <span>

#include "dns/query/query.h"

namespace signpost {

enum class Verdict : std::uint8_t {
  Accept,   // Query is filled in
  Reject,   // FORMERR: header and, where one was seen, OPT (H12, E1, E3)
  Silence,  // nothing that deserves an answer (H1)
};

/// Why a message was turned away.
enum class Guard : std::uint8_t {
  None,
  Short,           // H1: less than a header
  IsResponse,      // H1, C15: QR set; replies to replies make loops
  NoQuestion,      // H10; the rest is good, and with a cookie that is enough to be answered
  ManyQuestions,   // H11
  BadQuestion,     // H12: label types, pointers, over 255 octets, cut off
  ForeignRecords,  // H15: answer or authority records in a query
  ManyAdditional,  // H15, C3: more than kAdditionalMax
  BadRecord,       // H12: a record is cut off, counts are larger than the message
  OptOwner,        // E2: OPT at a name
  SecondOpt,       // E2
  BadOption,       // E3: an option overruns, or OPT itself does; E21: a zone version in a query
  BadCookie,       // E13: a COOKIE of a length that none has
  TrailingOctets,  // H16
  BadSubnet,       // E18: a client subnet that is none, from a forwarder that may send one
};
inline constexpr std::size_t kGuardCount = 15;

struct Parsed {
  Verdict verdict = Verdict::Reject;
  Guard guard = Guard::None;
  Opcode opcode = Opcode::Query;
  bool has_question = false;  // query.question is good, whatever came after it
};

/// One message as parse() understood it.
struct Asked {
  Parsed parsed;
  Query query;
};

struct ParseOptions {
  /// Off: H15 (answer and authority) and H16 are FORMERR. On: such records and octets are skipped.
  bool lenient = false;
};

inline constexpr unsigned kAdditionalMax = 4;  // OPT, TSIG, and two nobody has thought of yet (H15)
inline constexpr unsigned kOptionsMax = 64;    // looked at; the rest of OPT is skipped (E5, C4)

/// Fills `query` from one message; its names are views of `message`. For opcodes other than QUERY only header
/// and first question are looked at. Sizes nothing from counts, allocates nothing (C3).
Parsed parse(std::span<const std::uint8_t> message, ParseOptions options, Query& query) noexcept;

}  // namespace signpost
