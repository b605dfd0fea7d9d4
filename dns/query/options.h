// Options of OPT that are answered: who we are, the client's cookie, and how long its connection may last.
// The version of a zone is the responder's to tell (Response::set_zone_version). Few queries have options, so
// all of this is out of line.
#pragma once

#include "dns/query/counters.h"
#include "dns/query/query.h"
#include "dns/query/response.h"
#include "dns/query/rules.h"

namespace signpost {

/// Sets edns.cookie_state, and counts it; forgets a client subnet of a peer that may not send one, and turns
/// a malformed one into FORMERR (E18). For a query that had options, once parsed.
void judge_options(const QueryContext& context, const Rules& rules, Asked& asked,
                   WorkerCounters& counters) noexcept;

/// Writes what was asked for: NSID (E12), cookie (E13: always one that is good), keepalive (E17: over TCP),
/// client subnet (E18: as it came, with scope 0 until the responder says more).
/// The response was begun, and has no records yet.
void add_options(const QueryContext& context, const Rules& rules, const Query& query,
                 Response& response) noexcept;

/// Whether a client may be told to come again with the cookie that this reply brings: it has shown one that
/// is not good, and a forger could be behind it. Over TCP never (E13).
inline bool may_answer_bad_cookie(const QueryContext& context, const Query& query) noexcept {
  return context.transport == Transport::Udp && query.edns.cookie_state != CookieState::None &&
         query.edns.cookie_state != CookieState::Valid;
}

}  // namespace signpost
