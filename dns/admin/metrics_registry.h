// The families of one registry and of one zone: its state, what guards hold of it, who answers though not
// healthy.
#pragma once

#include <string>

#include "dns/admin/exposition.h"
#include "dns/admin/sources.h"

namespace signpost::admin {

void registry_family(Exposition& page, const RegistryStatus& registry);
void zone_family(Exposition& page, const ZoneStatus& zone);
void on_query_families(Exposition& page, const std::string& registry, const OnQueryReport& report);

}  // namespace signpost::admin
