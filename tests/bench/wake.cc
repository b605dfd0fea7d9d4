// How late a thread wakes on a core that another thread of the same program keeps busy, by the class of that
// other thread: what a worker pays for a dump, an explanation, a page.
//
//   wake CLASS [BUSY_US]    CLASS: none, ordinary, short (slices of 0.1 ms), nice19, batch19, idle
//
// Both threads on core 0. The first sleeps 0.3 ms, notes how late it woke, computes BUSY_US (100), and so on
// for 4 s; the other computes without a pause.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dns/base/background.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// False: there is no such class.
bool take_class(const std::string& name) {
  sched_param none{};
  if (name == "ordinary") return true;
  if (name == "short") return signpost::begin_background_thread("busy"), true;
  if (name == "idle") return signpost::begin_idle_thread("busy"), true;
  if (name == "batch19") ::sched_setscheduler(0, SCHED_BATCH, &none);
  return (name == "nice19" || name == "batch19") &&
         ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19) == 0;
}

std::vector<double> wake_often(std::chrono::microseconds busy) {
  std::vector<double> late_us;
  for (const auto end = Clock::now() + 4s; Clock::now() < end;) {
    const auto due = Clock::now() + 300us;
    std::this_thread::sleep_until(due);
    const auto woken = Clock::now();
    late_us.push_back(std::chrono::duration<double, std::micro>(woken - due).count());
    while (Clock::now() < woken + busy) continue;
  }
  std::sort(late_us.begin(), late_us.end());
  return late_us;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string name = count > 1 ? arguments[1] : "";
  cpu_set_t first_core;
  CPU_ZERO(&first_core);
  CPU_SET(0, &first_core);
  if (::sched_setaffinity(0, sizeof first_core, &first_core) != 0) return 1;
  std::atomic<bool> known{true}, stop{false};
  std::thread busy;
  if (name != "none") {
    busy = std::thread([&] {
      known = take_class(name);
      while (known && !stop) continue;
    });
  }
  const auto late = wake_often(std::chrono::microseconds(count > 2 ? std::atoi(arguments[2]) : 100));
  stop = true;
  if (busy.joinable()) busy.join();
  if (!known) return std::fputs("usage: wake none|ordinary|short|nice19|batch19|idle [BUSY_US]\n", stderr), 2;
  const auto at = [&](double part) {
    return late[static_cast<std::size_t>(static_cast<double>(late.size() - 1) * part)];
  };
  std::printf("%s: woken %zu times, late by p50 %.0f us, p99 %.0f, p99.9 %.0f, at most %.0f\n", name.c_str(),
              late.size(), at(0.5), at(0.99), at(0.999), late.back());
  return 0;
}
