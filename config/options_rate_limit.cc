// How much one network is answered.
#include "config/options.h"

namespace signpost::config {
namespace {

/// Keys without a limit to go with would be silent.
void check_rate_limit(Reader& reader, const Node& written, RateLimit& limit) {
  if (written.entries.empty() || limit.per_network > 0 || limit.per_answer > 0) return;
  reader.report.warning(written.entries.front().key_mark,
                        "`rate_limit` limits nothing: it needs `per_network` or `per_answer`");
}

}  // namespace

const Table<RateLimit>& rate_limit_table() {
  static const Table<RateLimit> table{
      {
          option("per_network", &RateLimit::per_network, whole<std::uint32_t>(0, 1000000, "queries a second"),
                 "Of one network, whatever it asks; asked before anything is looked up. 0: no such limit."),
          option("per_answer", &RateLimit::per_answer, whole<std::uint32_t>(0, 1000000, "queries a second"),
                 "Of one network for the same answer: a name, what is missing in a zone, errors. 0: no such "
                 "limit."),
          option("slip", &RateLimit::slip, whole<std::uint32_t>(0, 100),
                 "Every such query over a limit is told to come by TCP, or with the cookie it is given; the "
                 "others get nothing. 0: none is told."),
          option("log_only", &RateLimit::log_only, true_or_false(),
                 "Count what is over a limit, and answer it."),
          list("exempt", &RateLimit::exempt, source_prefix(), "Networks without limits.", 0),
      },
      check_rate_limit};
  return table;
}

}  // namespace signpost::config
