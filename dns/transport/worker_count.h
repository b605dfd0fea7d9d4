// How many workers `workers: auto` means.
#pragma once

#include <string>

namespace signpost {

/// min(CPUs in the affinity mask, ceil(cgroup quota)), at least 1. Looks at cgroup v2 (every level from our
/// own up: the tightest counts) and at v1. `root` is prepended to /proc and /sys, for tests.
unsigned automatic_worker_count(const std::string& root = "");

/// ceil(quota / period) of one cpu.max ("150000 100000"); 0: no limit or not understood.
unsigned cpu_limit_of(const std::string& cpu_max);

}  // namespace signpost
