#include "dns/low_ports.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace signpost {

/// By system calls: the C library has none, and libcap is not needed for two words of 32 bits.
void take_up_low_ports() noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3]{};
  if (::syscall(SYS_capget, &header, sets) != 0) return;
  constexpr auto kBit = CAP_TO_MASK(CAP_NET_BIND_SERVICE);
  auto& low = sets[CAP_TO_INDEX(CAP_NET_BIND_SERVICE)];
  if ((low.permitted & kBit) == 0 || (low.effective & kBit) != 0) return;
  low.effective |= kBit;
  (void)::syscall(SYS_capset, &header, sets);
}

}  // namespace signpost
