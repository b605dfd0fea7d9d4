// What the servers of the tests go by.
#pragma once

#include "dns/query/rules.h"

namespace signpost::test {

/// An id, and a secret for cookies; the rest as it is without a configuration.
Rules checklist_rules();

}  // namespace signpost::test
