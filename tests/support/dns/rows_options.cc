#include "tests/support/dns/rows.h"

namespace signpost::test {

void add_option_rows(std::vector<Row>& rows) {
  const Bytes client(8, 7);
  const auto ask = [](const Bytes& options) {
    return edns_query("a.test.", RRType::A, opt(1232, 0, options));
  };
  const auto chaos = [](std::string_view owner) {
    return header({.ar = 1}) + question(owner, RRType::TXT, RRClass::CH) + opt();
  };
  const auto nothing = [](const Bytes& options) {
    return header({.qd = 0, .ar = 1}) + opt(1232, 0, options);
  };
  const std::string good = "NOERROR aa; a.test. A; 1/0/0; opt 1232", bad = "FORMERR; -; 0/0/0; opt 1232";
  rows.insert(
      rows.end(),
      {{"H10", "no_question_but_a_cookie", nothing(option(10, client)),
        "NOERROR; -; 0/0/0; opt 1232 option 10", ""},
       {"H10", "no_question_and_a_wrong_cookie", nothing(option(10, client + Bytes(16, 1))),
        "BADCOOKIE; -; 0/0/0; opt 1232 option 10", ""},
       {"H10", "no_question_and_a_malformed_cookie", nothing(option(10, Bytes(9, 1))), bad, ""},
       {"H19", "id_server", chaos("id.server."), "NOERROR aa; id.server. CLASS3 TXT; 1/0/0; opt 1232", ""},
       {"H19", "version_is_hidden_with_opt", chaos("version.bind."),
        "REFUSED; version.bind. CLASS3 TXT; 0/0/0; opt 1232 ede 21", ""},
       {"E12", "nsid", ask(option(3, {})), good + " option 3", ""},
       {"E13", "client_cookie", ask(option(10, client)), good + " option 10", ""},
       {"E13", "unknown_server_cookie", ask(option(10, client + Bytes(16, 1))), good + " option 10", ""},
       {"E13", "empty_cookie", ask(option(10, {})), bad, ""},
       {"E13", "cookie_of_15_octets", ask(option(10, Bytes(15, 1))), bad, ""},
       {"E13", "cookie_of_41_octets", ask(option(10, Bytes(41, 1))), bad, ""},
       {"E17", "keepalive", ask(option(11, {})), good, good + " option 11"},
       {"E17", "keepalive_with_a_value", ask(option(11, u16(5))), good, good + " option 11"},
       {"E18", "client_subnet", ask(option(8, raw("\0\1\x18\0\xc0\0\2"))), good, ""},
       {"E21", "zone_version", ask(option(19, {})), good + " option 19 option 19", ""},
       {"E21", "zone_version_with_a_value", ask(option(19, raw("\1\0"))), bad, ""},
       {"E22", "all_options_and_the_error",
        edns_query("stale.test.", RRType::A,
                   opt(1232, 0, option(3, {}) + option(10, client) + option(11, {}) + option(19, {}))),
        "NOERROR aa; stale.test. A; 1/0/0; opt 1232 option 19 option 19 option 10 option 3 ede 3",
        "NOERROR aa; stale.test. A; 1/0/0; opt 1232 option 19 option 19 option 11 option 10 option 3 ede "
        "3"}});
}

}  // namespace signpost::test
