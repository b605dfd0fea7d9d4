#include "dns/base/background.h"

#include <cstdint>

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace signpost {

namespace {

/// struct sched_attr of sched_setattr(2), which the C library does not declare.
struct SchedulerAttributes {
  std::uint32_t size = sizeof(SchedulerAttributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  // of SCHED_OTHER: the slice
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

constexpr std::uint64_t kSlice = 100'000;  // the shortest there is
constexpr int kLeastNiceness = 19;

}  // namespace

void begin_background_thread(const char* name) noexcept {
  (void)::pthread_setname_np(::pthread_self(), name);
  SchedulerAttributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != SCHED_OTHER) return;  // somebody chose another order of things for us
  attributes.runtime_ns = kSlice;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

void begin_idle_thread(const char* name) noexcept {
  begin_background_thread(name);  // its slices stay short, so that it gets them sooner
  SchedulerAttributes attributes;
  attributes.policy = SCHED_IDLE;
  // The call that begin_background_thread() makes, too: deploy/systemd permits no other of its kind.
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0)
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLeastNiceness);
}

}  // namespace signpost
