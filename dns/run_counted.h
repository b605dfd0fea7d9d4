// An io_context whose steps are timed: no task may hold the thread of the registries over 2 ms (DESIGN.md 7).
#pragma once

#include "dns/base/clock.h"
#include "dns/base/durations.h"

namespace boost::asio {
class io_context;
}

namespace signpost {

/// context.run(), counting how long each handler took. What follows a wait runs within the same call as the
/// wait, so that one is counted by the thread's processor time, which stands still meanwhile.
void run_counted(boost::asio::io_context& context, const Clock& clock, SharedDurations& steps);

}  // namespace signpost
