#include "dns/query/options.h"

#include <cstring>

#include "dns/query/cookies.h"
#include "dns/query/subnet.h"
#include "dns/wire/writer.h"

namespace signpost {

namespace {

void add_nsid(const Rules& rules, Response& response) noexcept {
  if (rules.server_id.empty()) return;
  if (auto* at = response.add_option(EdnsOption::Nsid, rules.server_id.size()))
    std::memcpy(at, rules.server_id.data(), rules.server_id.size());
}

/// The client's half as it came, and ours: the same again while it is young, otherwise a fresh one.
void add_cookie(const QueryContext& context, const Rules& rules, const Query& query,
                Response& response) noexcept {
  auto* at = response.add_option(EdnsOption::Cookie, kWholeCookieOctets);
  if (at == nullptr) return;
  if (query.edns.cookie_state == CookieState::Valid &&
      is_fresh_cookie(rules.cookies, query.cookie, context.peer.ip, context.wall_seconds)) {
    std::memcpy(at, query.cookie.data(), kWholeCookieOctets);
    return;
  }
  const auto client = query.cookie.first(kClientCookieOctets);
  std::memcpy(at, client.data(), client.size());
  write_server_cookie(rules.cookies, client, context.peer.ip, context.wall_seconds, at + client.size());
}

/// Whether it counts is the peer's matter, and only then what stands in it.
void judge_subnet(const QueryContext& context, const Rules& rules, Asked& asked) noexcept {
  auto& [parsed, query] = asked;
  const auto peer = context.peer.ip.unmapped();
  const bool believed =
      parsed.opcode == Opcode::Query && rules.subnets_from.find(peer).value != PrefixTable::kNone;
  if (believed && read_subnet(query.subnet)) return;
  query.edns.options &= static_cast<std::uint8_t>(~kAskedSubnet);
  if (!believed || parsed.verdict != Verdict::Accept) return;
  parsed.verdict = Verdict::Reject;
  parsed.guard = Guard::BadSubnet;
}

}  // namespace

void judge_options(const QueryContext& context, const Rules& rules, Asked& asked,
                   WorkerCounters& counters) noexcept {
  auto& query = asked.query;
  if ((query.edns.options & kAskedSubnet) != 0) judge_subnet(context, rules, asked);
  if ((query.edns.options & kAskedCookie) == 0) return;
  query.edns.cookie_state = judge_cookie(rules.cookies, query.cookie, context.peer.ip, context.wall_seconds);
  if (context.resumed == 0) counters.cookies[static_cast<std::size_t>(query.edns.cookie_state)].add();
}

void add_options(const QueryContext& context, const Rules& rules, const Query& query,
                 Response& response) noexcept {
  const auto asked = query.edns.options;
  if ((asked & kAskedNsid) != 0) add_nsid(rules, response);
  if (query.edns.cookie_state != CookieState::None) add_cookie(context, rules, query, response);
  if ((asked & kAskedKeepalive) != 0 && context.transport == Transport::Tcp) {
    if (auto* at = response.add_option(EdnsOption::Keepalive, 2)) put_u16(at, context.keepalive);
  }
  if ((asked & kAskedSubnet) != 0) response.add_subnet(query.subnet);
}

}  // namespace signpost
