#include "dns/admin/process_stats.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace signpost::admin {
namespace {

/// Unix time of the last boot, from the line "btime 1763632800" of /proc/stat.
double boot_time_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("btime ", 0) == 0) return std::stod(line.substr(6));
  }
  return 0;
}

void read_stat(ProcessStats& stats) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');  // the name may hold spaces and brackets (proc(5))
  if (name_end == std::string::npos) return;
  std::istringstream rest(text.substr(name_end + 1));
  // proc(5) counts fields from 1; after the name comes 3. 14 utime, 15 stime, 20 threads, 22 start, 23 vsize,
  // 24 rss.
  std::string skipped;
  for (int field = 3; field < 14; ++field) rest >> skipped;
  double user = 0, system = 0, start = 0;
  std::uint64_t pages = 0;
  rest >> user >> system;
  for (int field = 16; field < 20; ++field) rest >> skipped;
  rest >> stats.threads >> skipped >> start >> stats.virtual_octets >> pages;
  if (!rest) return;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  stats.cpu_seconds = (user + system) / ticks;
  stats.start_time_seconds = boot_time_seconds() + start / ticks;
  stats.resident_octets = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessStats process_stats() {
  ProcessStats stats;
  read_stat(stats);
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++stats.open_descriptors;
  }
  if (stats.open_descriptors > 0) --stats.open_descriptors;  // the iterator's own
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_descriptors = limit.rlim_cur;
  return stats;
}

}  // namespace signpost::admin
