// From a name that was asked for to the services that could have it: the inverse of zones/synthesis, as far
// as there is one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"
#include "dns/wire/name.h"
#include "zones/snapshot/snapshot.h"

namespace signpost::demand {

/// The end of a folded name that a service may have: without `_port._proto`, selectors, and the label of an
/// address or an instance in front. As long as the apex: nothing is left. Worker threads.
NameView service_part(NameView folded, std::size_t apex_octets) noexcept;

/// What a zone's workers have to know of one of its registries.
Zone::OnQuery on_query_of(const config::Zone& zone, const config::NacosRegistry& options);

/// Whether candidates() may have one for it in any of these registries. Without allocation: most of what
/// strangers make up is denied here, and nobody else hears of it. Worker threads.
bool may_be_of(std::span<const Zone::OnQuery> registries, NameView service_part,
               std::size_t apex_octets) noexcept;

/// The services of a Nacos registry that would have this name in this zone (DESIGN.md section 2: full, group
/// and bare form), at most three. Only configured namespaces; only groups that are not listed anyway. Names
/// in DNS are lower-case, so a service or group with capitals is not found; DEFAULT_GROUP and the zone's
/// default group are. Nothing that does not fold to exactly this name ever leaves here (C21).
std::vector<ServiceKey> candidates(NameView service_part, const config::Zone& zone,
                                   const std::string& registry, const config::NacosRegistry& options);

}  // namespace signpost::demand
