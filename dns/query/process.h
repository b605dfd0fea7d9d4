// Bytes in, bytes out: the one road from a message to its answer, for UDP and TCP alike (C7).
//
//   parse -> admit() -> opcode, version, class and meta types -> Responder -> finish
//
// What turns off the road early is out of line; a plain question runs straight through.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "dns/query/admit.h"
#include "dns/query/counters.h"
#include "dns/query/options.h"
#include "dns/query/parse.h"
#include "dns/query/responder.h"
#include "dns/query/rules.h"

namespace signpost {

struct Handled {
  Outcome outcome = Outcome::Dropped;
  std::span<const std::uint8_t> response;  // in the caller's buffer; empty unless Answered
  bool limited = false;  // over a rate limit: not answered, or told to come again by other means
};

namespace process_detail {

/// Asks the rate limit and admit() about any message that would get an answer. True: it is refused or
/// dropped; `handled` is what becomes of it.
bool screen(const QueryContext& context, const Asked& asked, std::span<std::uint8_t> buffer,
            std::size_t limit, const Rules& rules, WorkerCounters& counters, Handled& handled) noexcept;
/// Everything that is not a plain question of class IN; false: it is one. `handled` is what becomes of it.
bool turn_away(const QueryContext& context, const Parsed& parsed, const Query& query,
               std::span<std::uint8_t> buffer, std::size_t limit, const Rules& rules,
               WorkerCounters& counters, Handled& handled) noexcept;
/// Finishes and counts.
Handled send(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept;
/// REFUSED + EDE 18, or silence, whatever stands in `response`.
Handled not_admitted(Admission admission, const QueryContext& context, Response& response,
                     WorkerCounters& counters) noexcept;
/// BADCOOKIE, no records, and the good cookie that `response` has by add_options(): the client is to come
/// again with it (RFC 7873, section 5.2.3). For whom may_answer_bad_cookie() allows.
Handled bad_cookie(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept;
/// In limit.cc: whether a message is over the limit of its network, or of errors if it is going to be one.
/// True: `handled` is what becomes of it.
bool limit_query(const QueryContext& context, const Asked& asked, std::span<std::uint8_t> buffer,
                 std::size_t limit, const Rules& rules, WorkerCounters& counters, Handled& handled) noexcept;
/// The same for REFUSED of admit().
bool is_refusal_over_limit(const QueryContext& context, const Query& query, const Rules& rules,
                           WorkerCounters& counters, Handled& handled) noexcept;
/// The same for an answer that stands in `response`.
bool limit_answer(const QueryContext& context, const Query& query, Response& response, const Rules& rules,
                  WorkerCounters& counters, Handled& handled) noexcept;
/// The responder deferred what cannot be deferred.
void refuse_deferral(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept;

/// Class IN, version 0, and a type that is data: all that needs no second look.
inline bool is_plain(const Parsed& parsed, const Query& query) noexcept {
  const auto type = static_cast<std::uint16_t>(query.question.type);
  return parsed.verdict == Verdict::Accept && parsed.opcode == Opcode::Query &&
         query.question.klass == RRClass::IN && query.edns.version == 0 &&
         (type < static_cast<std::uint16_t>(RRType::OPT) ||
          type == static_cast<std::uint16_t>(RRType::HTTPS));
}

}  // namespace process_detail

/// Octets a reply to this query may have (E8, E9; RFC 1035, section 4.2.2).
inline std::size_t response_limit(Transport transport, const Edns& edns, const Rules& rules) noexcept {
  if (transport == Transport::Tcp) return kMessageOctetsMax;
  return edns.present ? std::min(edns.udp_size, rules.udp_size) : std::size_t{512};
}

/// The first half of handle(): nothing but the octets is looked at, so a whole batch can be parsed before the
/// responder looks ahead for all of it.
inline void parse(std::span<const std::uint8_t> message, const Rules& rules, Asked& asked) noexcept {
  asked.parsed = parse(message, rules.parse, asked.query);
}

/// The second half. Worker thread. `buffer` takes at least as many octets as the transport's largest reply:
/// rules.udp_size, or 65,535 over TCP. Notes in `asked` what the query's cookie is worth. A deferred query is
/// the transport's to keep: it calls handle() again with the same octets, a context whose `resumed` is one
/// more, and its ticket; never Deferred when the context has no ticket or is expired.
inline Handled answer(const QueryContext& context, std::span<const std::uint8_t> message, Asked& asked,
                      Responder& responder, std::span<std::uint8_t> buffer, const Rules& rules,
                      WorkerCounters& counters) noexcept {
  auto& [parsed, query] = asked;
  if (context.resumed == 0) counters.count_query(context, message.size());
  const std::size_t limit = response_limit(context.transport, query.edns, rules);
  if (query.edns.options != 0) [[unlikely]]
    judge_options(context, rules, asked, counters);
  Handled handled;
  if ((rules.admission || rules.limiter) &&
      process_detail::screen(context, asked, buffer, limit, rules, counters, handled)) [[unlikely]]
    return handled;
  if (!process_detail::is_plain(parsed, query)) [[unlikely]] {
    if (process_detail::turn_away(context, parsed, query, buffer, limit, rules, counters, handled))
      return handled;
  }
  if (context.resumed == 0) {
    counters.names.note(query.question.folded.wire(), query.question.type);
    if (query.edns.dnssec_ok) counters.dnssec_ok.add();
  }

  Response response;
  response.begin(query, buffer, limit, rules.udp_size);
  if (query.edns.options != 0) [[unlikely]]
    add_options(context, rules, query, response);
  if (rules.admission) response.set_policy(*rules.admission, context);

  const auto outcome = responder.respond(context, query, response);
  if (context.resumed == 0) counters.count_type(context, query.question.type, response.counted_zone());
  if (response.withheld() != Admission::Allow) [[unlikely]]
    return process_detail::not_admitted(response.withheld(), context, response, counters);
  switch (outcome) {
    case Outcome::Dropped:
      counters.count_drop(Drop::Responder);
      return handled;
    case Outcome::Deferred:
      if (context.ticket != 0 && !context.expired) return {Outcome::Deferred, {}};
      process_detail::refuse_deferral(context, response, counters);
      break;
    case Outcome::Answered:
      break;
  }
  if (rules.limiter && process_detail::limit_answer(context, query, response, rules, counters, handled))
      [[unlikely]]
    return handled;
  return process_detail::send(context, response, counters);
}

/// After answer(): for those who look at queries, unless this one comes again.
inline void tell_tap(const Rules& rules, const QueryContext& context, std::span<const std::uint8_t> message,
                     const Handled& handled) noexcept {
  if (rules.tap != nullptr && handled.outcome != Outcome::Deferred) [[unlikely]]
    rules.tap->note(context, message, handled.response);
}

/// Both halves, for messages that come one by one.
inline Handled handle(const QueryContext& context, std::span<const std::uint8_t> message,
                      Responder& responder, std::span<std::uint8_t> buffer, const Rules& rules,
                      WorkerCounters& counters) noexcept {
  Asked asked;
  parse(message, rules, asked);
  const auto handled = answer(context, message, asked, responder, buffer, rules, counters);
  tell_tap(rules, context, message, handled);
  return handled;
}

}  // namespace signpost
