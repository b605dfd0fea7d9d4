// What one client is answered, where that depends on who asks: its zone, the tier in force, what it sticks
// to.
#pragma once

#include <string>
#include <vector>

#include "dns/base/ip_address.h"
#include "dns/wire/name.h"
#include "dns/wire/types.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

/// One sentence a note. None: the name is answered alike for everybody. Any thread but a worker.
std::vector<std::string> explain_client(const Snapshot& snapshot, const Name& name, RRType type,
                                        const IpAddress& client);

}  // namespace signpost
