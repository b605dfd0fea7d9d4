#include "dns/transport/worker_count.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <sched.h>

namespace signpost {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// The path of our own cgroup below the v2 mount: the line "0::/path".
std::string own_cgroup(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("0::", 0) == 0) return line.substr(3);
  return "/";
}

unsigned tighter(unsigned a, unsigned b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); }

unsigned cgroup_limit(const std::string& root) {
  const std::string mount = root + "/sys/fs/cgroup";
  unsigned limit = 0;
  for (std::string path = own_cgroup(root);; path = path.substr(0, path.rfind('/'))) {
    if (path == "/") path.clear();
    limit = tighter(limit, cpu_limit_of(first_line(mount + path + "/cpu.max")));
    if (path.empty()) break;
  }
  const auto quota = first_line(mount + "/cpu/cpu.cfs_quota_us");
  return tighter(limit, cpu_limit_of(quota + " " + first_line(mount + "/cpu/cpu.cfs_period_us")));
}

unsigned affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 0;  // more CPUs than cpu_set_t knows
  return static_cast<unsigned>(CPU_COUNT(&set));
}

}  // namespace

unsigned cpu_limit_of(const std::string& cpu_max) {
  std::istringstream text(cpu_max);
  long long quota = 0, period = 0;
  if (!(text >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return static_cast<unsigned>(std::min<long long>((quota + period - 1) / period, 4096));
}

unsigned automatic_worker_count(const std::string& root) {
  return std::max(1u, tighter(affinity_count(), cgroup_limit(root)));
}

}  // namespace signpost
