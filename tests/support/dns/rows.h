// The checklist of DNS behaviour as rows: what is sent, and what comes back. The same rows go through
// handle() and through real sockets of every transport and family, so that no transport has rules of its own
// (C7).
#pragma once

#include <string>
#include <vector>

#include "tests/support/dns/message.h"

namespace signpost::test {

inline constexpr const char* kSilence = "silence";

struct Row {
  std::string id;     // the line of the checklist
  std::string title;  // what it states, as a test name
  Bytes message;
  std::string expected;  // describe() of the reply, or kSilence
  std::string over_tcp;  // where TCP differs; empty: the same

  const std::string& expected_over(bool tcp) const { return tcp && !over_tcp.empty() ? over_tcp : expected; }
};

/// H1 to H21 and E1 to E22, against TestResponder and checklist_rules().
std::vector<Row> checklist();
/// Those of H10, H19 and E12 to E21: part of checklist().
void add_option_rows(std::vector<Row>& rows);

}  // namespace signpost::test
