#include "dns/base/background.h"

#include <array>
#include <cstdint>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace signpost {
namespace {

struct Seen {
  std::string name;
  std::uint32_t policy = 0;
  std::uint64_t slice_ns = 0;
};

Seen look() {
  Seen seen;
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  seen.name = name.data();
  std::array<std::uint32_t, 14>
      attributes{};  // of sched_getattr(2): size, policy, flags, nice, priority, runtime
  EXPECT_EQ(::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0), 0);
  seen.policy = attributes[1];
  seen.slice_ns = attributes[6] | std::uint64_t{attributes[7]} << 32;
  return seen;
}

/// Slices of one's own came with Linux 6.12.
bool has_slices() {
  utsname system{};
  ::uname(&system);
  int major = 0, minor = 0;
  (void)std::sscanf(system.release, "%d.%d", &major, &minor);
  return major > 6 || (major == 6 && minor >= 12);
}

TEST(Background, ThreadHasItsNameAndShortSlicesAndSoHaveThoseItStarts) {
  std::thread([] {
    begin_background_thread("registry");
    const auto own = look();
    EXPECT_EQ(own.name, "registry");
    Seen child;
    std::thread([&] { child = look(); }).join();
    EXPECT_EQ(child.name, "registry");
    if (own.policy != SCHED_OTHER || !has_slices()) return;  // then only the name is ours to give
    EXPECT_EQ(own.slice_ns, 100'000u);
    EXPECT_EQ(child.slice_ns, 100'000u);
  }).join();
  EXPECT_NE(look().name, "registry");
  EXPECT_TRUE(!has_slices() || look().slice_ns != 100'000u) << "the others keep theirs";
}

}  // namespace
}  // namespace signpost
