// A query and its answer as messages of dnstap (dnstap.proto of dnstap.info), which is protobuf.
//
// Fourteen fields of three kinds: written here octet by octet, which allocates nothing but the caller's
// string, rather than by generated classes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/base/clock.h"
#include "dns/tap/ring.h"

namespace signpost::tap {

/// Message.Type of dnstap.proto.
enum class DnstapType : std::uint8_t { AuthQuery = 1, AuthResponse = 2 };

struct DnstapIdentity {
  std::string identity;  // who we are: NSID's text; empty: not told
  std::string version;
};

/// Appends one Dnstap message. Times are those of the batch that the query came in, for the response too: no
/// clock is read for a query.
void append_dnstap(std::string& out, DnstapType type, const Note& note, WallTime received,
                   const DnstapIdentity& identity);

}  // namespace signpost::tap
