#include "zones/files/seen.h"

#include <algorithm>

#include <sys/stat.h>

#include "dns/base/clock.h"

namespace signpost::files {
namespace {

/// Longer than a tick of any kernel (10 ms).
constexpr std::int64_t kYoungNs = 100'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

SeenFile look_at(const std::string& path) {
  SeenFile seen;
  seen.path = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return seen;
  seen.device = status.st_dev;
  seen.inode = status.st_ino;
  seen.size = static_cast<std::uint64_t>(status.st_size);
  seen.modified_ns = nanoseconds(status.st_mtim);
  seen.changed_ns = nanoseconds(status.st_ctim);
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(system_clock().wall().time_since_epoch());
  seen.young = now.count() - seen.changed_ns < kYoungNs;
  return seen;
}

bool any_changed(const std::vector<SeenFile>& seen) {
  return std::any_of(seen.begin(), seen.end(), [](const SeenFile& before) {
    auto now = look_at(before.path);
    now.young = false;
    return before.young || !(now == before);
  });
}

}  // namespace signpost::files
