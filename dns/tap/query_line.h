// A query and its answer as one line of the query log.
#pragma once

#include <string>

#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "dns/tap/ring.h"

namespace signpost::tap {

/// 2026-11-20T10:00:00.123Z info query client=10.0.0.1:4711 server=10.0.0.53:53 proto=udp
/// name=cart.demo.internal. type=A rcode=NOERROR answers=2 octets=83; what was no question has the name and
/// type "-", silence the rcode "dropped".
std::string query_line(const Note& note, WallTime received, log::Format format);

}  // namespace signpost::tap
