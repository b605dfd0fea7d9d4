#include "dns/descriptors.h"

#include <sys/resource.h>

namespace signpost {

std::optional<std::uint64_t> too_few_descriptors(std::uint32_t tcp_clients) {
  constexpr rlim_t kOthers = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= tcp_clients + kOthers) return std::nullopt;
  return limit.rlim_max;
}

}  // namespace signpost
