// What the workers counted, under CoreDNS' names where it counts the same (operations.md 5.1).
#pragma once

#include "dns/admin/exposition.h"
#include "dns/query/counters.h"

namespace signpost::admin {

void dns_families(Exposition& page, const CounterTotals& dns);

}  // namespace signpost::admin
