// Threads that work beside the workers.
#pragma once

namespace signpost {

/// First thing in a thread that is no worker: its name (at most 15 octets), and short slices of a shared
/// core. A worker that has more queries than time would otherwise stand still for a whole slice of the
/// scheduler whenever the builder has something to do, and each query in its queue with it. Linux 6.12 and
/// newer; otherwise it is only less polite. Threads that it starts inherit both.
void begin_background_thread(const char* name) noexcept;

/// First thing in a thread whose work can wait: its name, and a class of its own behind all others
/// (SCHED_IDLE): it runs when its core has nothing else to do, and next to nothing otherwise, and whoever
/// wakes takes its place at once, where niceness alone waits for the next tick of the clock
/// (dns/admin/README.md has the figures). Whatever order the program was started in; where even that is not
/// allowed, niceness 19.
void begin_idle_thread(const char* name) noexcept;

}  // namespace signpost
