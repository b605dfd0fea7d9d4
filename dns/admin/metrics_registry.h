// The families of one registry: its state, what guards hold of it, who answers though not healthy.
#pragma once

#include <string>

#include "dns/admin/exposition.h"
#include "dns/admin/sources.h"

namespace signpost::admin {

void registry_family(Exposition& page, const RegistryStatus& registry);
void on_query_families(Exposition& page, const std::string& registry, const OnQueryReport& report);

}  // namespace signpost::admin
