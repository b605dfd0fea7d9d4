// A response as text, in presentation format: for dump, explain and tests. Allocates; not for workers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dns/wire/name.h"
#include "dns/wire/types.h"
#include "zones/answer/present_rdata.h"

namespace signpost {

struct PresentedRecord {
  int section = 0;  // 0 answer, 1 authority, 2 additional
  std::string owner;
  std::uint32_t ttl = 0;
  RRType type{};
  std::string rdata;
  /// "cart.demo.internal. 5 IN A 10.0.0.1"
  std::string to_string() const;
};

/// "NXDOMAIN", or "RCODE23".
std::string rcode_text(Rcode rcode);

/// "cart.demo.internal. 5 IN A 10.0.0.1\n", behind what is there.
void append_line(std::string& text, NameView owner, std::uint32_t ttl, RRType type,
                 std::span<const std::uint8_t> rdata);

/// The records of this type in the answer section of a message as for present(), a line each, behind what is
/// there.
void append_lines(std::string& text, std::span<const std::uint8_t> message, RRType type);

/// The records of a message that this program made (no OPT): owners may be pointers, RDATA has none.
std::vector<PresentedRecord> present(std::span<const std::uint8_t> message);

}  // namespace signpost
