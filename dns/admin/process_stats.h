// What the kernel says about this process, for the process_* metrics and status.
#pragma once

#include <cstdint>

namespace signpost::admin {

/// Zero where /proc did not say.
struct ProcessStats {
  double cpu_seconds = 0;  // user and system
  std::uint64_t resident_octets = 0;
  std::uint64_t virtual_octets = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t max_descriptors = 0;  // the soft limit
  std::uint64_t threads = 0;
  double start_time_seconds = 0;  // Unix time
};

/// Some small files of /proc/self; any thread but a worker.
ProcessStats process_stats();

}  // namespace signpost::admin
