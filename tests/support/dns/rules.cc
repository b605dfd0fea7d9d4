#include "tests/support/dns/rules.h"

namespace signpost::test {

Rules checklist_rules() {
  Rules rules;
  rules.server_id = "test-1";
  rules.cookies.keys[0] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  rules.cookies.count = 1;
  return rules;
}

}  // namespace signpost::test
