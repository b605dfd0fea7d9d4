// The names of class CH by which a server says who it is (RFC 4892; H19).
#pragma once

#include "dns/query/query.h"
#include "dns/query/response.h"
#include "dns/query/rules.h"

namespace signpost {

/// Answers TXT and ANY of id.server and hostname.bind with the id, of version.server and version.bind with
/// the version: one string, TTL 0, AA, since nobody else can know it. False, and nothing is changed: another
/// name or type, or the operator keeps it hidden.
bool answer_chaos(const Rules& rules, const Query& query, Response& response) noexcept;

}  // namespace signpost
