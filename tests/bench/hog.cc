// Takes most of a core away in slices so short that nobody waits long: a core that is ten times slower.
//
//   taskset -c 0 hog SHARE [PERIOD_MICROSECONDS=1000]
//
// A real-time thread that spins for SHARE of each period. An ordinary competitor, or a quota, would take the
// core for tens of milliseconds at a time, and it is latency that is looked at. Prints "hogging" once it has
// its priority; exit status 3: it may not have it (CAP_SYS_NICE). Ends with its parent.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

namespace {

long long nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

long long now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanoseconds(time);
}

}  // namespace

int main(int count, char** arguments) {
  const double share = count > 1 ? std::atof(arguments[1]) : 0;
  const long long period = (count > 2 ? std::atoll(arguments[2]) : 1000) * 1000;
  if (share <= 0 || share > 0.9 || period <= 0) {
    std::fprintf(stderr, "usage: hog SHARE [PERIOD_MICROSECONDS], SHARE up to 0.9\n");
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sched_param priority{};
  priority.sched_priority = 10;  // over a server that is itself measured in real time
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) {
    std::perror("hog: real-time priority");
    return 3;
  }
  std::printf("hogging\n");
  std::fflush(stdout);
  const auto busy = static_cast<long long>(static_cast<double>(period) * share);
  for (long long start = now();; start += period) {
    while (now() < start + busy) continue;
    const long long next = start + period;
    const timespec wake{next / 1'000'000'000, next % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr) == EINTR) continue;
  }
}
