#include "dns/query/process.h"

#include "dns/query/chaos.h"

namespace signpost::process_detail {

namespace {

bool is_class_of_updates(RRClass klass) noexcept { return klass == RRClass::ANY || klass == RRClass::NONE; }

/// H6 to H9. UPDATE is never forwarded and NOTIFY is for secondaries, which we are not; a zone class of ANY
/// or NONE is an error whatever else is supported (CVE-2026-5946).
Rcode answer_to_opcode(const Parsed& parsed, const Query& query) noexcept {
  if (parsed.opcode != Opcode::Notify && parsed.opcode != Opcode::Update) return Rcode::NotImp;
  if (parsed.has_question && is_class_of_updates(query.question.klass)) return Rcode::FormErr;
  if (parsed.opcode == Opcode::Update) return Rcode::NotImp;
  return parsed.has_question ? Rcode::Refused : Rcode::FormErr;
}

Handled other_opcode(const QueryContext& context, const Parsed& parsed, const Query& query,
                     std::span<std::uint8_t> buffer, std::size_t limit, const Rules& rules,
                     WorkerCounters& counters) noexcept {
  Response response;
  const auto rcode = answer_to_opcode(parsed, query);
  if (rcode == Rcode::Refused) {
    response.begin(query, buffer, limit, rules.udp_size);
    response.set_opcode(parsed.opcode);
  } else {
    response.begin_without_question(query.id, parsed.opcode, query.edns, buffer, limit, rules.udp_size);
  }
  add_options(context, rules, query, response);
  response.set_rcode(rcode);
  return send(context, response, counters);
}

/// What has no question may still ask for a cookie, or whether the one it has is good (H10; RFC 7873, section
/// 5.4). `malformed` is what it is otherwise.
Rcode answer_to_no_question(const Query& query, Rcode malformed) noexcept {
  switch (query.edns.cookie_state) {
    case CookieState::None:
      return malformed;
    case CookieState::ClientOnly:
    case CookieState::Valid:
      return Rcode::NoError;
    case CookieState::Expired:
    case CookieState::Invalid:
      return Rcode::BadCookie;
  }
  return malformed;
}

Handled malformed(const QueryContext& context, const Parsed& parsed, const Query& query,
                  std::span<std::uint8_t> buffer, std::size_t limit, const Rules& rules,
                  WorkerCounters& counters) noexcept {
  const auto rcode =
      parsed.guard == Guard::NoQuestion ? answer_to_no_question(query, Rcode::FormErr) : Rcode::FormErr;
  if (rcode == Rcode::FormErr) counters.rejected[static_cast<std::size_t>(parsed.guard)].add();
  Response response;
  response.begin_without_question(query.id, Opcode::Query, query.edns, buffer, limit, rules.udp_size);
  response.set_recursion_desired(query.recursion_desired);
  add_options(context, rules, query, response);
  response.set_rcode(rcode);
  return send(context, response, counters);
}

/// H17: types that never are data. NXNAME exists only in NSEC bitmaps (RFC 9824, section 3.5).
bool is_never_asked(RRType type) noexcept {
  return type == RRType::OPT || type == RRType::TSIG || type == RRType::TKEY || type == RRType::NXNAME;
}

/// Answers a well-formed question that the responder is not asked, if it is one.
bool settle_question(const Rules& rules, const Query& query, Response& response) noexcept {
  const auto& question = query.question;
  if (query.edns.version > 0) {  // E4
    response.set_rcode(Rcode::BadVers);
  } else if (is_never_asked(question.type)) {
    response.set_rcode(Rcode::FormErr);
    response.set_extended_error(ExtendedError::InvalidQueryType);
  } else if (question.klass == RRClass::CH && answer_chaos(rules, query, response)) {  // H19
    return true;
  } else if (question.klass != RRClass::IN) {  // H18, H19
    response.set_rcode(Rcode::Refused);
    response.set_extended_error(ExtendedError::NotSupported);
  } else if (question.type == RRType::AXFR || question.type == RRType::IXFR) {  // X1: nobody may transfer
    response.set_rcode(Rcode::Refused);
    response.set_extended_error(ExtendedError::NotSupported);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool turn_away(const QueryContext& context, const Parsed& parsed, const Query& query,
               std::span<std::uint8_t> buffer, std::size_t limit, const Rules& rules,
               WorkerCounters& counters, Handled& handled) noexcept {
  if (parsed.verdict == Verdict::Silence) {
    counters.count_drop(parsed.guard == Guard::Short ? Drop::Short : Drop::IsResponse);
    return true;
  }
  if (parsed.opcode != Opcode::Query) {
    handled = other_opcode(context, parsed, query, buffer, limit, rules, counters);
    return true;
  }
  if (parsed.verdict == Verdict::Reject) {
    handled = malformed(context, parsed, query, buffer, limit, rules, counters);
    return true;
  }
  Response response;
  response.begin(query, buffer, limit, rules.udp_size);
  add_options(context, rules, query, response);
  if (!settle_question(rules, query, response)) return false;
  counters.count_type(context, query.question.type, kNoZone);
  handled = send(context, response, counters);
  return true;
}

bool screen(const QueryContext& context, const Asked& asked, std::span<std::uint8_t> buffer,
            std::size_t limit, const Rules& rules, WorkerCounters& counters, Handled& handled) noexcept {
  const auto& [parsed, query] = asked;
  if (parsed.verdict == Verdict::Silence) return false;  // its own counter says why
  if (rules.limiter && limit_query(context, asked, buffer, limit, rules, counters, handled)) return true;
  const auto admission = admit(rules.admission.get(), context, asked);
  if (admission == Admission::Allow) [[likely]]
    return false;
  if (admission == Admission::Refuse && is_refusal_over_limit(context, query, rules, counters, handled))
    return true;
  const bool whole = parsed.verdict == Verdict::Accept;
  if (whole && parsed.opcode == Opcode::Query && context.resumed == 0)
    counters.count_type(context, query.question.type, kNoZone);
  Response response;
  if (whole) {
    response.begin(query, buffer, limit, rules.udp_size);
  } else {
    response.begin_without_question(query.id, parsed.opcode, query.edns, buffer, limit, rules.udp_size);
  }
  add_options(context, rules, query, response);
  response.set_opcode(parsed.opcode);
  response.set_recursion_desired(query.recursion_desired && parsed.opcode == Opcode::Query);  // H4, H6
  handled = not_admitted(admission, context, response, counters);
  return true;
}

Handled not_admitted(Admission admission, const QueryContext& context, Response& response,
                     WorkerCounters& counters) noexcept {
  if (admission == Admission::Drop) {
    counters.count_drop(Drop::Policy);
    return {};
  }
  response.fail(ExtendedError::Prohibited, {});
  response.set_rcode(Rcode::Refused);
  return send(context, response, counters);
}

Handled bad_cookie(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept {
  response.clear_records();
  response.set_authoritative(false);
  response.set_rcode(Rcode::BadCookie);
  return send(context, response, counters);
}

void refuse_deferral(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept {
  counters.deferrals_refused.add();
  response.fail(ExtendedError::Other, context.expired ? "no answer in time" : "too many queries wait");
}

Handled send(const QueryContext& context, Response& response, WorkerCounters& counters) noexcept {
  if (context.transport == Transport::Tcp && response.truncated()) [[unlikely]]
    response.fail(ExtendedError::Other, "answer exceeds 65535 octets");  // T8
  const auto octets = response.finish();
  counters.count_response(context.transport, octets.size(), response.rcode(), response.truncated(),
                          response.counted_zone());
  if (const auto error = response.sent_extended_error()) [[unlikely]]
    counters.extended_errors[static_cast<std::size_t>(*error) % kExtendedErrorCount].add();
  return {Outcome::Answered, octets};
}

}  // namespace signpost::process_detail
