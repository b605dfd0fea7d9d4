// What becomes of queries over a rate limit; process.h says when each of these is asked.
#include "dns/query/options.h"
#include "dns/query/process.h"

namespace signpost::process_detail {

namespace {

bool over(Limited what, WorkerCounters& counters, Handled& handled) noexcept {
  counters.limited[static_cast<std::size_t>(what)].add();
  handled.limited = what != Limited::Logged;
  return handled.limited;
}

/// Every nth of those that are not answered, so that who is no forger's victim finds another way (E16).
bool is_slip(std::uint32_t slip, const WorkerCounters& counters) noexcept {
  if (slip == 0) return false;
  std::uint64_t before = 0;
  for (const auto what : {Limited::Dropped, Limited::Truncated, Limited::BadCookie})
    before += counters.limited[static_cast<std::size_t>(what)].load();
  return (before + 1) % slip == 0;
}

/// `response`: begun, with its options, and whatever records.
bool slip(const QueryContext& context, const Query& query, Response& response, WorkerCounters& counters,
          Handled& handled) noexcept {
  if (may_answer_bad_cookie(context, query)) {
    handled = bad_cookie(context, response, counters);
    return over(Limited::BadCookie, counters, handled);
  }
  response.set_rcode(Rcode::NoError);
  response.set_authoritative(false);
  response.truncate();
  handled = send(context, response, counters);
  return over(Limited::Truncated, counters, handled);
}

/// The owner of the SOA, where it ends the question's name: the zone of a negative answer. Empty: no zone
/// told; then all that is missing counts as one.
NameView zone_of(const Query& query, const Response& response) noexcept {
  const auto name = query.question.folded.wire();
  const auto records = response.records();
  if (records.size() < 2 || records[0] < 0xc0) return {};
  const std::size_t offset = (std::size_t{records[0]} << 8 | records[1]) & 0x3fff;
  const std::size_t at = offset - kHeaderSize;
  return at < name.size() ? name.subspan(at) : NameView{};
}

bool take(const QueryContext& context, const Query& query, const Response& response,
          RateLimiter& limiter) noexcept {
  const bool good = response.rcode() == Rcode::NoError || response.rcode() == Rcode::NxDomain;
  if (!good) return limiter.take_answer(context, AnswerClass::Error, {});
  if (response.count(Section::Answer) > 0)
    return limiter.take_answer(context, AnswerClass::Name, query.question.folded.wire());
  return limiter.take_answer(context, AnswerClass::Missing, zone_of(query, response));
}

}  // namespace

bool limit_query(const QueryContext& context, const Asked& asked, std::span<std::uint8_t> buffer,
                 std::size_t limit, const Rules& rules, WorkerCounters& counters, Handled& handled) noexcept {
  const auto& [parsed, query] = asked;
  auto& limiter = *rules.limiter;
  if (context.resumed > 0 || !limiter.concerns(context, query)) return false;
  const bool plain = is_plain(parsed, query);
  if (limiter.take_query(context) && (plain || limiter.take_answer(context, AnswerClass::Error, {})))
    return false;
  if (limiter.options().log_only) return over(Limited::Logged, counters, handled);
  if (!plain || !is_slip(limiter.options().slip, counters)) return over(Limited::Dropped, counters, handled);
  Response response;
  response.begin(query, buffer, limit, rules.udp_size);
  add_options(context, rules, query, response);
  return slip(context, query, response, counters, handled);
}

bool is_refusal_over_limit(const QueryContext& context, const Query& query, const Rules& rules,
                           WorkerCounters& counters, Handled& handled) noexcept {
  if (!rules.limiter || !rules.limiter->concerns(context, query)) return false;
  if (rules.limiter->take_answer(context, AnswerClass::Error, {})) return false;
  const bool log_only = rules.limiter->options().log_only;
  return over(log_only ? Limited::Logged : Limited::Dropped, counters, handled);
}

bool limit_answer(const QueryContext& context, const Query& query, Response& response, const Rules& rules,
                  WorkerCounters& counters, Handled& handled) noexcept {
  auto& limiter = *rules.limiter;
  if (limiter.options().per_answer == 0 || !limiter.concerns(context, query)) return false;
  if (take(context, query, response, limiter)) return false;
  if (limiter.options().log_only) return over(Limited::Logged, counters, handled);
  if (!is_slip(limiter.options().slip, counters)) return over(Limited::Dropped, counters, handled);
  return slip(context, query, response, counters, handled);
}

}  // namespace signpost::process_detail
